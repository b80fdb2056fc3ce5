#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Run the plugin through the phases of stack.sh, unstack.sh and clean.sh with
# devstack's own functions, in a cloud that runs already and has no tasks
# filter, and check what each leaves behind. Needs root and Apache, whose own
# configuration it leaves alone; the cloud's nova keeps the package.
#
# DEVSTACK_DIR  a checkout of devstack
# CLOUD_VENV    virtual environment of the cloud's nova; gets the package
# CLOUD_YAML    clouds.yaml of the cloud
# CLOUD_NAME    the cloud in it that is an administrator's
# CLOUD_USER    the cloud in it that is a user's who may create servers
# CLOUD_PASTE   api-paste.ini of its nova-api
# CLOUD_RESTART command that restarts its nova-api and leaves that file alone
# OPENSTACK     the program openstack
# UWSGI         the program uwsgi

set -o errexit -o nounset -o pipefail

: "${DEVSTACK_DIR:?names a checkout of devstack}"
: "${CLOUD_VENV:?names the virtual environment of the nova of the cloud}"
: "${CLOUD_YAML:?names the clouds.yaml of the cloud}"
: "${CLOUD_NAME:?names the cloud of an administrator}"
: "${CLOUD_USER:?names the cloud of a user}"
: "${CLOUD_PASTE:?names the api-paste.ini of nova-api}"
: "${CLOUD_RESTART:?is a command that restarts nova-api}"
: "${OPENSTACK:?names the program openstack}"
: "${UWSGI:?names the program uwsgi}"

PLUGIN_DIR=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$(mktemp -d)
LOG=$WORK/phases.log
PASTE_BEFORE=$WORK/api-paste.ini
FAILURES=0
NEW_USERS=()
HAS_ENDED=False
SUFFIX=_$(basename "$WORK" | tr -cd '[:alnum:]')

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

# fails <command>...: the opposite of it
fails() {
    ! "$@"
}

# pipelines: those of the paste file that end in the application
pipelines() {
    grep -E '^(keystone|noauth2?) *=.* osapi_compute_app_' "$CLOUD_PASTE"
}

# sudo <command>...: root has no need of it, nor loses its variables
sudo() {
    "$@"
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

minimal_environment() {
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
    ENABLED_SERVICES=n-api,key,mysql,rabbit
    declare -gA GITDIR SYSTEMD_ENV_VARS
    GITDIR[nova-ext]=$PLUGIN_DIR
    DEVSTACK_PLUGINS=nova-ext
    prepare_requirements
    prepare_web_server
    prepare_keystone
    prepare_database
    prepare_broker
    NOVA_CONF_DIR=$(dirname "$CLOUD_PASTE")
    NOVA_API_PASTE_INI=$CLOUD_PASTE
    NOVA_EXT_CONF_DIR=$WORK/etc/nova-ext
    SAHARA_EXT_CONF_DIR=$WORK/etc/sahara-ext
}

# prepare_requirements: no index but the one pip is configured with, and the
# versions that nova has
prepare_requirements() {
    REQUIREMENTS_DIR=$WORK/requirements
    mkdir -p "$REQUIREMENTS_DIR/.venv/bin"
    ln -s "$(type -P true)" "$REQUIREMENTS_DIR/.venv/bin/edit-constraints"
    "$CLOUD_VENV/bin/pip" freeze --exclude-editable --exclude nova-ext \
        >"$REQUIREMENTS_DIR/upper-constraints.txt"
}

# prepare_web_server: an Apache with a configuration and a port of its own
prepare_web_server() {
    local port
    port=$(python3 -c 'import socket
print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
    SERVICE_HOST=127.0.0.1:$port
    is_ubuntu() { true; }
    systemd-tmpfiles() { mkdir -p "$WORK/run"; }
    source "$TOP_DIR/lib/apache"
    restart_apache_server() { apachectl restart 3>&-; }
    eval "$(declare -f write_uwsgi_config | sed "
        s#/etc/tmpfiles.d#$WORK/tmpfiles.d#
        s#/var/run/uwsgi#$WORK/run#")"
    chmod a+x "$WORK"
    export APACHE_CONFDIR=$WORK/apache-conf
    cp -a /etc/apache2 "$APACHE_CONFDIR"
    rm -f "$APACHE_CONFDIR"/sites-*/*
    mkdir "$WORK/apache"
    cat >>"$APACHE_CONFDIR/envvars" <<VARIABLES
export APACHE_PID_FILE=$WORK/apache/pid
export APACHE_RUN_DIR=$WORK/apache
export APACHE_LOCK_DIR=$WORK/apache
export APACHE_LOG_DIR=$WORK/apache
VARIABLES
    printf 'Listen 127.0.0.1:%s\nServerName localhost\n' "$port" \
        >"$APACHE_CONFDIR/ports.conf"
    APACHE_CONF_DIR=$APACHE_CONFDIR/sites-available
    a2enmod proxy proxy_uwsgi
}

# prepare_keystone: the two clouds of an administrator that devstack uses
prepare_keystone() {
    source "$TOP_DIR/lib/keystone"
    export OS_CLIENT_CONFIG_FILE=$WORK/clouds.yaml
    KEYSTONE_SERVICE_URI=$("$CLOUD_VENV/bin/python3" - "$CLOUD_YAML" \
        "$CLOUD_NAME" "$OS_CLIENT_CONFIG_FILE" <<'PYTHON'
import sys
import yaml

source, name, target = sys.argv[1:]
with open(source) as file:
    cloud = yaml.safe_load(file)['clouds'][name]
own = {k: v for k, v in cloud['auth'].items() if 'project' not in k}
system = {**cloud, 'auth': {**own, 'system_scope': 'all'}}
with open(target, 'w') as file:
    clouds = {'devstack-admin': cloud, 'devstack-system-admin': system}
    yaml.safe_dump({'clouds': clouds}, file)
print(own['auth_url'].removesuffix('/v3'))
PYTHON
    )
    MEMCACHE_SERVERS=127.0.0.1:11211
    SSL_BUNDLE_FILE=
    local name
    NEW_USERS=()
    for name in nova-ext sahara-ext; do
        openstack --os-cloud devstack-admin user show $name ||
            NEW_USERS+=($name)
    done
}

prepare_database() {
    source "$TOP_DIR/lib/database"
    DATABASE_TYPE=mysql
    DATABASE_USER=devstack$SUFFIX
    DATABASE_PASSWORD=secret
    DATABASE_HOST=127.0.0.1
    MYSQL_HOST=127.0.0.1
    BASE_SQL_CONN=mysql+pymysql://$DATABASE_USER:secret@127.0.0.1
    NOVA_EXT_DATABASE=nova_ext$SUFFIX
    NOVA_EXT_TRAIL_DATABASE=nova_ext_trail$SUFFIX
    SAHARA_EXT_DATABASE=sahara_ext$SUFFIX
    mysql -u root -e "
        CREATE USER '$DATABASE_USER'@'%' IDENTIFIED BY '$DATABASE_PASSWORD';
        GRANT ALL ON *.* TO '$DATABASE_USER'@'%'"
}

prepare_broker() {
    source "$TOP_DIR/lib/rpc_backend"
    RABBIT_HOST=127.0.0.1
    RABBIT_USERID=guest
    RABBIT_PASSWORD=guest
    NOVA_EXT_VHOST=nova_ext$SUFFIX
}

# clean_up: stop all processes, also after an error
clean_up() {
    local file
    set +o errexit +o nounset
    for file in "$WORK"/*.pid; do
        [ -e "$file" ] && stop_unit "$(basename "$file" .pid)"
    done
    [ -e "$WORK/apache/pid" ] && apachectl stop
    # devstack does not change an endpoint that exists, here with an old port.
    openstack --os-cloud devstack-admin service delete \
        compute-audit data-processing
    [ ${#NEW_USERS[@]} = 0 ] ||
        openstack --os-cloud devstack-admin user delete "${NEW_USERS[@]}"
    cmp -s "$PASTE_BEFORE" "$CLOUD_PASTE" || cp "$PASTE_BEFORE" "$CLOUD_PASTE"
    mysql -u root -e "DROP DATABASE IF EXISTS nova_ext$SUFFIX;
        DROP DATABASE IF EXISTS nova_ext_trail$SUFFIX;
        DROP DATABASE IF EXISTS sahara_ext$SUFFIX;
        DROP USER IF EXISTS 'devstack$SUFFIX'@'%'"
    rabbitmqctl delete_vhost "nova_ext$SUFFIX"
    if [ "$HAS_ENDED" = False ]; then
        say "broke off; the end of $LOG:"
        tail -n 20 "$LOG" >&3
    fi
}

answers() {
    [ "$(curl -s -o /dev/null -w '%{http_code}' "$2")" = "$1" ]
}

has_task_id() {
    local url token
    url=$(openstack --os-cloud devstack-admin endpoint list \
        --service compute --interface public -f value -c URL)
    token=$(openstack --os-cloud devstack-admin token issue -f value -c id)
    curl -s -i -X DELETE -H "X-Auth-Token: $token" \
        "$url/servers/00000000-0000-4000-8000-000000000000" |
        grep -qi '^task-id:'
}

published_once() {
    [ "$(grep -c ProxyPass "$(apache_site_config_for "$1")")" = 1 ]
}

has_one_endpoint() {
    [ "$(openstack --os-cloud devstack-admin endpoint list --service "$1" \
        -f value -c ID | wc -l)" = 1 ]
}

keeps_promises() {
    OS_CLIENT_CONFIG_FILE=$CLOUD_YAML OS_CLOUD=$CLOUD_USER \
        "$CLOUD_VENV/bin/python3" "$PLUGIN_DIR/playbooks/devstack/see.py" >&3
}

# count_in_pipelines <filter>
count_in_pipelines() {
    pipelines | tr ' ' '\n' | grep -cx "$1"
}

check_stacked() {
    local name
    for name in ${NOVA_EXT_SERVICES//,/ } ${SAHARA_EXT_SERVICES//,/ }; do
        check "$name runs" is_running_unit "devstack@$name.service"
    done
    for name in nova-ext-api sahara-ext-api; do
        check "$name is behind the web server once" published_once $name
    done
    for name in compute-audit data-processing; do
        check "$name has one endpoint" has_one_endpoint $name
    done
    check 'the compute API asks for a token' answers 401 "$NOVA_EXT_URL/v2.1/servers"
    check 'the data-processing API asks for a token' \
        answers 401 "$SAHARA_EXT_URL/v1.1/clusters"
    check 'the filter is in each pipeline' \
        [ "$(grep -c ' tasks osapi_compute_app_' "$CLOUD_PASTE")" = "$PIPELINES" ]
    check 'and once' [ "$(count_in_pipelines tasks)" = "$PIPELINES" ]
    check 'there is one section of the filter' \
        [ "$(grep -c '^\[filter:tasks\]' "$CLOUD_PASTE")" = 1 ]
    check 'local.conf has its say' \
        [ "$(iniget "$SAHARA_EXT_CONF" infra_compute poll_interval)" = 0.5 ]
    check 'nova-api makes tasks' has_task_id
    check 'what is seen of it:' keeps_promises
}

check_unstacked() {
    local name
    for name in ${NOVA_EXT_SERVICES//,/ } ${SAHARA_EXT_SERVICES//,/ }; do
        check "$name does not run" \
            fails is_running_unit "devstack@$name.service"
    done
    check "nova's paste file is what it was" cmp "$PASTE_BEFORE" "$CLOUD_PASTE"
}

check_clean() {
    local name
    check_unstacked
    for name in "$NOVA_EXT_CONF_DIR" "$SAHARA_EXT_CONF_DIR" \
        "$TASKS_FILTER_CONF"; do
        check "$(basename "$name") is gone" [ ! -e "$name" ]
    done
    check 'no site of the web server is left' \
        [ -z "$(find "$APACHE_CONFDIR"/sites-* -name '*.conf')" ]
}

# phase <name>: as in stack.sh, where the first error ends it all
phase() {
    say "stack $1"
    set -o errexit
    run_plugins stack "$1"
    set +o errexit
    merge_config_group "$WORK/local.conf" "$1"
}

stack() {
    phase pre-install
    phase install
    phase post-config
    phase post-config
    $CLOUD_RESTART
    phase extra
    phase extra
    phase test-config
}

unstack() {
    say 'unstack, twice'
    run_plugins unstack
    run_plugins unstack
}

clean() {
    unstack
    say 'clean, twice'
    run_plugins clean
    run_plugins clean
    check_clean
}

# compute_node: without database, broker, nova-api and an API of this project
compute_node() {
    local everything=$ENABLED_SERVICES
    ENABLED_SERVICES=n-cpu,nova-ext-compute
    rm "$WORK/local.conf"
    mysql -u root -e "CREATE TABLE $NOVA_EXT_DATABASE.mark (id INT)"
    phase post-config
    phase extra
    check 'nova-ext-compute runs' \
        is_running_unit devstack@nova-ext-compute.service
    check 'the database is left alone' \
        mysql -u root -e "SELECT * FROM $NOVA_EXT_DATABASE.mark"
    check 'there is no configuration of clusters' [ ! -e "$SAHARA_EXT_CONF_DIR" ]
    clean
    ENABLED_SERVICES=$everything
}

! grep -q '^\[filter:tasks\]' "$CLOUD_PASTE" ||
    { echo "$CLOUD_PASTE has the tasks filter already" >&2 && exit 2; }
cp "$CLOUD_PASTE" "$PASTE_BEFORE"
PIPELINES=$(pipelines | wc -l)
cat >"$WORK/local.conf" <<'CONF'
[[post-config|$SAHARA_EXT_CONF]]
[infra_compute]
poll_interval = 0.5
CONF
SAHARA_EXT_NETWORK=none
SAHARA_EXT_WAIT_FOR=active

exec 3>&1 >"$LOG" 2>&1
trap clean_up EXIT
set +o errexit +o nounset
minimal_environment
load_plugin_settings
say '== before anything was stacked'
clean
say '== a stack that broke off'
phase install
phase post-config
clean
for round in first second; do
    say "== the $round time"
    stack
    check_stacked
    unstack
    $CLOUD_RESTART
    check_unstacked
    check 'nova-api makes no tasks' fails has_task_id
done
clean
say '== a compute node'
compute_node
HAS_ENDED=True
say "$FAILURES failures; log in $LOG"
[ "$FAILURES" = 0 ]
