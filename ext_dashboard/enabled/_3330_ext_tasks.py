# SPDX-License-Identifier: Apache-2.0
"""The panel and the tab that show tasks of servers."""

PANEL = 'server_tasks'
PANEL_DASHBOARD = 'project'
PANEL_GROUP = 'compute'
ADD_PANEL = 'ext_dashboard.tasks.panel.Tasks'
ADD_JS_FILES = ['ext_dashboard/tasks.js']
EXTRA_TABS = {
    'openstack_dashboard.dashboards.project.instances.tabs'
    '.InstanceDetailTabs': ((20, 'ext_dashboard.tasks.tabs.TasksTab'),),
}
