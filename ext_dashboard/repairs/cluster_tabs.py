# SPDX-License-Identifier: Apache-2.0
"""The tabs of a cluster, loaded when they are opened.

sahara-dashboard loads all at once: each asks for the cluster again, and the
hidden tab Cluster Events reads every event of it again and again. The tab
Provisioning comes first, so that it is the one that a link to a cluster opens.
"""

from sahara_dashboard.content.data_processing.clusters.clusters import tabs

from ext_dashboard.provisioning.tabs import ProvisioningTab


def apply() -> None:
    """Load each tab when it is opened, and have Provisioning first."""
    group = tabs.ClusterDetailsTabs
    for tab in group.tabs:
        tab.preload = False
    if ProvisioningTab not in group.tabs:
        group.tabs = (ProvisioningTab, *group.tabs)
