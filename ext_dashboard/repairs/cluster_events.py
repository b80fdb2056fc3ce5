# SPDX-License-Identifier: Apache-2.0
"""The tab Cluster Events: its dialogs, its links, its markup.

Its script binds "(show events)" with ``live()`` of jQuery, which has been
missing since jQuery 1.9, so that the dialog opens empty. It appends the path
of the events to an address that may end with a query, so that a link to the
tab shows an empty table. It is inline, which a content security policy
forbids, and puts the texts of steps and events into the page as markup.

Instead, the tab has a template without a script, and ``cluster_events.js``
starts what sahara-dashboard has, binds the links and escapes the texts.
"""

from typing import Any

from sahara_dashboard.content.data_processing.clusters.clusters import tabs

#: The template of the tab.
TEMPLATE = 'ext_dashboard/cluster_events.html'


def apply() -> None:
    """Give the tab its template, and two tabs the address of their data."""
    tabs.EventLogTab.template_name = TEMPLATE
    for tab in (tabs.EventLogTab, tabs.HealthChecksTab):
        tab.get_context_data = _get_context_data


def _get_context_data(tab: Any, request: Any, **kwargs: Any) -> dict[str, Any]:
    kwargs['cluster_id'] = tab.tab_group.kwargs['cluster_id']
    # Without the query.
    kwargs['data_update_url'] = request.path
    return kwargs
