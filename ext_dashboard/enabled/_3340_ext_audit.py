# SPDX-License-Identifier: Apache-2.0
"""The panel of a project that lists what was done to servers."""

PANEL = 'server_audit'
PANEL_DASHBOARD = 'project'
PANEL_GROUP = 'compute'
ADD_PANEL = 'ext_dashboard.audit.panel.Audit'
ADD_JS_FILES = ['ext_dashboard/audit.js']
