#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Run phases.sh in the cloud of the tests while that runs:
#
#   python -m ext_lib.tests.realcloud run devstack/tests/realcloud.sh
#
# NOVA_EXT_DEVSTACK        a checkout of devstack
# NOVA_EXT_REALCLOUD       directory of the program realcloud
# NOVA_EXT_REALCLOUD_HOME  directory of the cloud; .tox/realcloud unless set

set -o errexit -o nounset -o pipefail

: "${NOVA_EXT_DEVSTACK:?names a checkout of devstack}"
: "${NOVA_EXT_REALCLOUD:?names the directory of the program realcloud}"

HERE=$(cd "$(dirname "$0")" && pwd)
PROGRAM=$(realpath "$NOVA_EXT_REALCLOUD/realcloud")
CLOUD=$(realpath "${NOVA_EXT_REALCLOUD_HOME:-$HERE/../../.tox/realcloud}")/cloud

# reload: the program itself would write api-paste.ini anew
reload() {
    local master worker workers
    master=$(cut -d ' ' -f 1 "$CLOUD/run/nova-api.pid")
    workers=$(pgrep -P "$master")
    kill -HUP "$master"
    for worker in $workers; do
        timeout 60 tail --pid="$worker" -f /dev/null
    done
}

if [ "${1:-}" = reload ]; then
    reload
    exit
fi

# The filter of the tests goes.
REALCLOUD_HOME=$CLOUD REALCLOUD_NOVA_PIP='' REALCLOUD_NOVA_PASTE_FILTERS='' \
    REALCLOUD_NOVA_PASTE_INI='' "$PROGRAM" restart nova-api

export DEVSTACK_DIR=$NOVA_EXT_DEVSTACK
export CLOUD_VENV=$CLOUD/venv/nova
export CLOUD_YAML=$CLOUD/clouds.yaml
export CLOUD_NAME=realcloud-admin
export CLOUD_USER=realcloud-demo
export CLOUD_PASTE=$CLOUD/etc/nova/api-paste.ini
export CLOUD_RESTART="$HERE/realcloud.sh reload"
export OPENSTACK=$CLOUD/bin/openstack
export UWSGI=$CLOUD/venv/core/bin/uwsgi
exec "$HERE/phases.sh"
