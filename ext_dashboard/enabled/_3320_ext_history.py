# SPDX-License-Identifier: Apache-2.0
"""The panel and the tabs that show the history of a server."""

_TAB = (10, 'ext_dashboard.history.tabs.HistoryTab')

PANEL = 'server_history'
PANEL_DASHBOARD = 'project'
PANEL_GROUP = 'compute'
ADD_PANEL = 'ext_dashboard.history.panel.History'
ADD_JS_FILES = ['ext_dashboard/history.js']
EXTRA_TABS = {
    'openstack_dashboard.dashboards.project.instances.tabs'
    '.InstanceDetailTabs': (_TAB,),
    'openstack_dashboard.dashboards.admin.instances.tabs'
    '.AdminInstanceDetailTabs': (_TAB,),
}
