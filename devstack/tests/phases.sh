#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Run the plugin through the phases of stack.sh, unstack.sh and clean.sh with
# devstack's own functions, in a cloud that runs already, and check what each
# leaves behind. Run it as root on a machine to throw away: it changes
# /etc/apache2 and the cloud's api-paste.ini, and starts Apache.
#
# DEVSTACK_DIR  a checkout of devstack
# CLOUD_VENV    virtual environment of the cloud's nova; gets the package
# CLOUD_YAML    clouds.yaml of the cloud
# CLOUD_NAME    the cloud in it that is an administrator's
# CLOUD_PASTE   api-paste.ini of its nova-api
# CLOUD_RESTART command that restarts its nova-api
# OPENSTACK     the program openstack
# UWSGI         the program uwsgi
# WEB_PORT      a free port for Apache
# DISABLED_SERVICES  services of the plugin to leave out

set -o errexit -o nounset -o pipefail

: "${DEVSTACK_DIR:?names a checkout of devstack}"
: "${CLOUD_VENV:?names the virtual environment of the nova of the cloud}"
: "${CLOUD_YAML:?names the clouds.yaml of the cloud}"
: "${CLOUD_NAME:?names the cloud of an administrator}"
: "${CLOUD_PASTE:?names the api-paste.ini of nova-api}"
: "${CLOUD_RESTART:?is a command that restarts nova-api}"
: "${OPENSTACK:?names the program openstack}"
: "${UWSGI:?names the program uwsgi}"
: "${WEB_PORT:?is a free port for Apache}"

PLUGIN_DIR=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$(mktemp -d)
LOG=$WORK/phases.log
PASTE_BEFORE=$WORK/api-paste.ini
cp "$CLOUD_PASTE" "$PASTE_BEFORE"
FAILURES=0

say() {
    printf '%s\n' "$*" >&3
}

# check <what> <command>...: the command must succeed
check() {
    local what=$1
    shift
    if "$@"; then
        say "  ok    $what"
    else
        say "  FAIL  $what"
        FAILURES=$((FAILURES + 1))
    fi
}

# check_not <what> <command>...: the command must fail
check_not() {
    local what=$1
    shift
    if "$@"; then
        say "  FAIL  $what"
        FAILURES=$((FAILURES + 1))
    else
        say "  ok    $what"
    fi
}

# run_systemctl <verb> <unit>: what devstack asks of systemd, for machines
# without one: one process for each unit, stopped by its recorded id
run_systemctl() {
    local verb=$1
    local unit=${2:-}
    local file=$SYSTEMD_DIR/$unit
    case $verb in
        daemon-reload | enable) ;;
        disable)
            rm -f "$file"
            ;;
        is-enabled)
            [ -f "$file" ]
            ;;
        start)
            [ -f "$file" ]
            start_unit "$unit" "$(iniget_multiline "$file" Service ExecStart)" \
                "$(iniget_multiline "$file" Service Environment)"
            ;;
        stop)
            stop_unit "$unit"
            ;;
    esac
}

start_unit() {
    local unit=$1
    is_running_unit "$unit" && return
    local command=$2
    local variables=${3//\"/}
    # shellcheck disable=SC2086
    env $variables setsid $command >"$WORK/$unit.log" 2>&1 3>&- &
    echo $! >"$WORK/$unit.pid"
}

stop_unit() {
    local pid
    pid=$(cat "$WORK/$1.pid")
    kill "$pid"
    tail --pid="$pid" -f /dev/null
    rm "$WORK/$1.pid"
}

is_running_unit() {
    [ -f "$WORK/$1.pid" ] && kill -0 "$(cat "$WORK/$1.pid")" 2>/dev/null
}

# our_services: those of the plugin that are enabled
our_services() {
    local name
    for name in ${NOVA_EXT_SERVICES//,/ } ${SAHARA_EXT_SERVICES//,/ }; do
        if is_service_enabled "$name"; then
            echo "$name"
        fi
    done
}

minimal_environment() {
    set +o errexit +o nounset
    export TOP_DIR=$DEVSTACK_DIR
    source "$TOP_DIR/functions"
    source "$TOP_DIR/inc/meta-config"
    DEST=$WORK/stack
    DATA_DIR=$DEST/data
    FILES=$TOP_DIR/files
    SERVICE_DIR=$DEST/status
    mkdir -p "$DATA_DIR" "$SERVICE_DIR"
    STACK_USER=$(whoami)
    REGION_NAME=RegionOne
    SERVICE_PROTOCOL=http
    SERVICE_HOST=127.0.0.1:$WEB_PORT
    SERVICE_TIMEOUT=60
    SERVICE_PASSWORD=secret
    SERVICE_PROJECT_NAME=service
    SERVICE_DOMAIN_NAME=Default
    API_WORKERS=2
    WORKER_TIMEOUT=10
    ENABLE_DEBUG_LOG_LEVEL=True
    LOG_COLOR=False
    GLOBAL_VENV=True
    DEVSTACK_VENV=$CLOUD_VENV
    PYTHON=$CLOUD_VENV/bin/python3
    PATH=$CLOUD_VENV/bin:$(dirname "$UWSGI"):$(dirname "$OPENSTACK"):$PATH
    SYSTEMD_DIR=$WORK/systemd
    SYSTEMCTL=run_systemctl
    mkdir -p "$SYSTEMD_DIR"
    # No index but the one pip is configured with, and nova's own versions.
    REQUIREMENTS_DIR=$WORK/requirements
    mkdir -p "$REQUIREMENTS_DIR/.venv/bin"
    ln -s "$(command -v true)" "$REQUIREMENTS_DIR/.venv/bin/edit-constraints"
    "$CLOUD_VENV/bin/pip" freeze --exclude-editable --exclude nova-ext \
        >"$REQUIREMENTS_DIR/upper-constraints.txt"
    ENABLED_SERVICES=n-api,key,mysql,rabbit
    DEVSTACK_PLUGINS=
    declare -gA GITDIR SYSTEMD_ENV_VARS
    GITDIR[nova-ext]=$PLUGIN_DIR
    DEVSTACK_PLUGINS=nova-ext
    prepare_web_server
    prepare_keystone
    prepare_database
    NOVA_CONF_DIR=$(dirname "$CLOUD_PASTE")
    NOVA_API_PASTE_INI=$CLOUD_PASTE
    source "$TOP_DIR/lib/rpc_backend"
    RABBIT_HOST=127.0.0.1
    RABBIT_USERID=guest
    RABBIT_PASSWORD=guest
}

prepare_web_server() {
    source "$TOP_DIR/lib/apache"
    APACHE_CONF_DIR=/etc/apache2/sites-available
    echo "Listen 127.0.0.1:$WEB_PORT" >/etc/apache2/ports.conf
    sed -i "s/<VirtualHost .*>/<VirtualHost *:$WEB_PORT>/" \
        $APACHE_CONF_DIR/000-default.conf
    a2enmod proxy proxy_uwsgi
    function restart_apache_server {
        apachectl restart || apachectl start
    }
    is_ubuntu() { true; }
    systemd-tmpfiles() { true; }
}

prepare_keystone() {
    source "$TOP_DIR/lib/keystone"
    mkdir -p "$WORK/openstack"
    "$CLOUD_VENV/bin/python3" - "$CLOUD_YAML" "$CLOUD_NAME" \
        >"$WORK/openstack/clouds.yaml" <<'PYTHON'
import sys
import yaml

with open(sys.argv[1]) as file:
    cloud = yaml.safe_load(file)['clouds'][sys.argv[2]]
print(yaml.safe_dump({'clouds': {
    'devstack-system-admin': cloud, 'devstack-admin': cloud}}))
PYTHON
    export OS_CLIENT_CONFIG_FILE=$WORK/openstack/clouds.yaml
    KEYSTONE_SERVICE_URI=$("$CLOUD_VENV/bin/python3" -c "
import yaml
clouds = yaml.safe_load(open('$OS_CLIENT_CONFIG_FILE'))['clouds']
print(clouds['devstack-admin']['auth']['auth_url'].removesuffix('/v3'))")
    MEMCACHE_SERVERS=127.0.0.1:11211
    SSL_BUNDLE_FILE=
}

prepare_database() {
    mysql -u root -e "CREATE USER IF NOT EXISTS 'devstack'@'%' IDENTIFIED BY
        'secret'; GRANT ALL ON *.* TO 'devstack'@'%'"
    DATABASE_TYPE=mysql
    DATABASE_USER=devstack
    DATABASE_PASSWORD=secret
    DATABASE_HOST=127.0.0.1
    MYSQL_HOST=127.0.0.1
    BASE_SQL_CONN=mysql+pymysql://devstack:secret@127.0.0.1
    source "$TOP_DIR/lib/database"
}

openstack_admin() {
    openstack --os-cloud devstack-admin "$@"
}

answers() {
    [ "$(curl -s -o /dev/null -w '%{http_code}' "$2")" = "$1" ]
}

token() {
    openstack_admin token issue -f value -c id
}

serves_users() {
    local status
    status=$(curl -s -o /dev/null -w '%{http_code}' \
        -H "X-Auth-Token: $(token)" "$1")
    [ "$status" = 200 ]
}

has_task_id() {
    local url server
    url=$(openstack_admin endpoint list --service compute \
        --interface public -f value -c URL)
    server=00000000-0000-4000-8000-000000000000
    curl -s -i -X DELETE -H "X-Auth-Token: $(token)" \
        "$url/servers/$server" | grep -qi '^task-id:'
}

check_stacked() {
    local name
    for name in $(our_services); do
        check "$name runs" is_running_unit "devstack@$name.service"
    done
    check 'the compute API asks for a token' answers 401 "$NOVA_EXT_URL/v2.1/servers"
    check 'the compute API serves users of keystone' \
        serves_users "$NOVA_EXT_URL/v2.1/os-services"
    if is_sahara_ext_enabled; then
        check 'the data-processing API serves users of keystone' \
            serves_users "$SAHARA_EXT_URL/v1.1/clusters"
    fi
    check 'both are in the catalog' catalogued
    check 'nova-api makes tasks' has_task_id
    check 'the filter is in two pipelines once' \
        [ "$(grep -c ' tasks osapi_compute_app_' "$CLOUD_PASTE")" = "$PIPELINES" ]
    check 'there is one section of the filter' \
        [ "$(grep -c '^\[filter:tasks\]' "$CLOUD_PASTE")" = 1 ]
    check 'each API is behind the web server once' published_once
}

published_once() {
    local name
    for name in $(our_services | grep api); do
        [ "$(grep -c ProxyPass "$(apache_site_config_for $name)")" = 1 ] ||
            return 1
    done
}

catalogued() {
    local type types=compute-audit
    is_sahara_ext_enabled && types+=' data-processing'
    for type in $types; do
        [ "$(openstack_admin endpoint list --service $type -f value -c ID |
            wc -l)" = 1 ] || return 1
    done
}

check_unstacked() {
    local name
    for name in $(our_services); do
        check_not "$name has stopped" is_running_unit "devstack@$name.service"
    done
    check "nova's paste file is what it was" cmp "$PASTE_BEFORE" "$CLOUD_PASTE"
    check_not 'nova-api makes no tasks' has_task_id
}

check_clean() {
    check_not 'no configuration is left' \
        ls /etc/nova-ext /etc/sahara-ext "$TASKS_FILTER_CONF"
    check_not 'no site of the web server is left' \
        ls /etc/apache2/sites-enabled/nova-ext-api.conf \
        /etc/apache2/sites-enabled/sahara-ext-api.conf
}

phases() {
    local phase
    for phase in pre-install install post-config post-config; do
        say "stack $phase"
        run_plugins stack $phase
    done
    $CLOUD_RESTART
    say 'stack extra'
    run_plugins stack extra
    run_plugins stack test-config
}

exec 3>&1 >"$LOG" 2>&1
minimal_environment
PIPELINES=$(grep -cE '^(keystone|noauth2?) *=.* osapi_compute_app_' "$CLOUD_PASTE")
load_plugin_settings
disable_service ${DISABLED_SERVICES:-}
for round in first second; do
    say "== the $round time"
    phases
    check_stacked
    say 'unstack, twice'
    run_plugins unstack
    run_plugins unstack
    $CLOUD_RESTART
    check_unstacked
done
say 'clean, twice'
run_plugins clean
run_plugins clean
check_clean
say "$FAILURES failures; log in $LOG"
[ "$FAILURES" = 0 ]
