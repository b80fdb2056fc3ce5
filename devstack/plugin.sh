# SPDX-License-Identifier: Apache-2.0
#
# Sourced by stack.sh, unstack.sh and clean.sh with a mode and a phase.

_XTRACE_NOVA_EXT_PLUGIN=$(set +o | grep xtrace)
set +o xtrace

NOVA_EXT_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$NOVA_EXT_DIR/devstack/lib/nova_ext"
source "$NOVA_EXT_DIR/devstack/lib/tasks_filter"
source "$NOVA_EXT_DIR/devstack/lib/sahara_ext"

# configure_nova_ext_plugin() - nova-api starts after this, with the filter,
# whose tasks are in the database of the compute API
function configure_nova_ext_plugin {
    if is_nova_ext_enabled || is_tasks_filter_enabled; then
        configure_nova_ext
        init_nova_ext
    fi
    if is_tasks_filter_enabled; then
        configure_tasks_filter
    fi
    if is_sahara_ext_enabled; then
        configure_sahara_ext
        init_sahara_ext
    fi
}

case "$1 $2" in
    'stack install')
        echo_summary 'Installing nova-ext'
        install_nova_ext
        ;;
    'stack post-config')
        echo_summary 'Configuring nova-ext'
        configure_nova_ext_plugin
        ;;
    'stack extra')
        echo_summary 'Starting nova-ext'
        start_nova_ext
        start_sahara_ext
        ;;
    'unstack '*)
        stop_sahara_ext
        stop_nova_ext
        remove_tasks_filter
        ;;
    'clean '*)
        remove_tasks_filter
        cleanup_sahara_ext
        cleanup_nova_ext
        ;;
esac

$_XTRACE_NOVA_EXT_PLUGIN
