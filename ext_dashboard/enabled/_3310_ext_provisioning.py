# SPDX-License-Identifier: Apache-2.0
"""The tab Provisioning of a cluster, and the repairs of its page.

It comes after the files of sahara-dashboard, which it builds upon.
"""

PANEL = 'provisioning'
PANEL_DASHBOARD = 'project'
PANEL_GROUP = 'data_processing'
ADD_PANEL = 'ext_dashboard.provisioning.panel.Provisioning'
ADD_JS_FILES = [
    'ext_dashboard/provisioning.js',
    'ext_dashboard/cluster_events.js',
]
ADD_SCSS_FILES = ['ext_dashboard/provisioning.scss']
