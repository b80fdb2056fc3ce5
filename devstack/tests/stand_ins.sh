#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Run one phase of the plugin on a node, with stand-ins for devstack that
# write down what they are called for.
#
# stand_ins.sh <directory> <services> <mode> [<phase>]
#
# The directory has ``nova/api-paste.ini`` and the programs in ``bin``; the
# services are those that devstack itself would have enabled.

set -o errexit -o nounset -o pipefail

NODE=$1
ENABLED_SERVICES=$2
PLUGIN_DIR=$(cd "$(dirname "$0")/.." && pwd)
shift 2

DATABASE_BACKENDS='mysql postgresql'
DISABLED_SERVICES=${DISABLED_SERVICES:-}
ENABLE_DEBUG_LOG_LEVEL=True
NOVA_API_PASTE_INI=$NODE/nova/api-paste.ini
NOVA_CONF_DIR=$NODE/nova
NOVA_EXT_CONF_DIR=$NODE/nova-ext
REGION_NAME=RegionOne
SAHARA_EXT_CONF_DIR=$NODE/sahara-ext
SERVICE_DOMAIN_NAME=Default
SERVICE_HOST=controller
SERVICE_PROTOCOL=http
SERVICE_TIMEOUT=60
SSL_BUNDLE_FILE=$NODE/ca-bundle.pem
STACK_USER=$(id -un)

for name in configure_keystone_authtoken_middleware configure_keystoneauth \
    create_service_user define_plugin echo_summary get_or_create_endpoint \
    get_or_create_service iniset_rpc_backend openstack recreate_database \
    remove_uwsgi_config rpc_backend_add_vhost run_process setup_develop \
    setup_logging stop_process wait_for_service write_uwsgi_config; do
    eval "$name() { echo \"$name \$*\"; }"
done

apache_site_config_for() {
    echo "$NODE/$1.conf"
}

database_connection_url() {
    echo "mysql+pymysql://root@$SERVICE_HOST/$1?charset=utf8"
}

get_python_exec_prefix() {
    echo "$NODE/bin"
}

sudo() {
    "$@"
}

trueorfalse() {
    echo "${!2:-$1}"
}

which() {
    echo "$NODE/bin/$1"
}

is_service_enabled() {
    local name
    for name in "$@"; do
        [[ ,$ENABLED_SERVICES, == *,$name,* ]] && return
    done
    return 1
}

enable_service() {
    local name
    for name in "$@"; do
        [[ " $DISABLED_SERVICES " == *" $name "* ]] ||
            ENABLED_SERVICES+=,$name
    done
}

# iniset <file> <section> <option> <value>: a new section is set off by an
# empty line; a new option comes first in its section
iniset() {
    grep -q "^\[$2\]" "$1" 2>/dev/null || printf '\n[%s]\n' "$2" >>"$1"
    sed -i "/^\[$2\]/ a $3 = $4" "$1"
}

source "$PLUGIN_DIR/settings"
source "$PLUGIN_DIR/plugin.sh" "$1" "${2:-}"
