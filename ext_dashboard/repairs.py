# SPDX-License-Identifier: Apache-2.0
"""Repairs of the page of a cluster of sahara-dashboard 19.0.0, its last one.

Imported once Django has loaded all applications.
"""

from typing import Any

from django.utils import timezone
import pytz
from sahara_dashboard.content.data_processing.clusters.clusters import tabs

from ext_dashboard.provisioning.tabs import ProvisioningTab

#: The template of the tab Cluster Events.
TEMPLATE = 'ext_dashboard/cluster_events.html'


def apply() -> None:
    """Make all repairs; a second time changes nothing."""
    _repair_timezone()
    _repair_events()
    _repair_tabs()


def _repair_timezone() -> None:
    """Put ``django.utils.timezone.utc`` back, which Django 5.0 has removed.

    sahara-dashboard calls its ``localize()``, which only the object of pytz
    has. Django had that up to 3.2 and another one up to 4.2. Without it, the
    events of a cluster are answered with 500, and the tab Cluster Events says
    that the event log is not available. sahara-dashboard itself needs pytz.
    """
    if not hasattr(getattr(timezone, 'utc', None), 'localize'):
        timezone.utc = pytz.utc


def _repair_events() -> None:
    """Give the tab Cluster Events its template, and two tabs their address.

    Its script binds "(show events)" with ``live()`` of jQuery, which has been
    missing since jQuery 1.9, so that the dialog opens empty. It appends the
    path of the events to an address that may end with a query, so that a link
    to the tab shows an empty table. It is inline, which a content security
    policy forbids, and puts the texts of steps and events into the page as
    markup.

    Instead, the tab has a template without a script, and ``cluster_events.js``
    starts what sahara-dashboard has, binds the links and escapes the texts.
    """
    tabs.EventLogTab.template_name = TEMPLATE
    for tab in (tabs.EventLogTab, tabs.HealthChecksTab):
        tab.get_context_data = _get_context_data


def _get_context_data(tab: Any, request: Any, **kwargs: Any) -> dict[str, Any]:
    kwargs['cluster_id'] = tab.tab_group.kwargs['cluster_id']
    # Without the query.
    kwargs['data_update_url'] = request.path
    return kwargs


def _repair_tabs() -> None:
    """Load each tab when it is opened, and have Provisioning first.

    sahara-dashboard loads all at once: each asks for the cluster again, and
    the hidden tab Cluster Events reads every event of it again and again. The
    first tab is the one that a link to a cluster opens.
    """
    group = tabs.ClusterDetailsTabs
    for tab in group.tabs:
        tab.preload = False
    if ProvisioningTab not in group.tabs:
        group.tabs = (ProvisioningTab, *group.tabs)
