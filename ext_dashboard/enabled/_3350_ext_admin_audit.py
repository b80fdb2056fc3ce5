# SPDX-License-Identifier: Apache-2.0
"""The panel for administrators that lists what was done to servers.

Its page asks what the panel of a project answers.
"""

PANEL = 'server_audit'
PANEL_DASHBOARD = 'admin'
PANEL_GROUP = 'compute'
ADD_PANEL = 'ext_dashboard.audit.admin_panel.AdminAudit'
