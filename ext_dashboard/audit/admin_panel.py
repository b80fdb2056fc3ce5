# SPDX-License-Identifier: Apache-2.0
"""The panel that lists what was done to the servers of all projects."""

from ext_dashboard.audit import panel


class AdminAudit(panel.Audit):
    """The actions on all servers of all projects.

    Horizon puts its permissions into the views of a panel's URLs, which it
    therefore does not share with the panel of a project.
    """

    urls = 'ext_dashboard.audit.admin_urls'
