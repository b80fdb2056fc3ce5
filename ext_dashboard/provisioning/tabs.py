# SPDX-License-Identifier: Apache-2.0
"""The tab of a cluster that shows how far the work on it is."""

from typing import Any

from django import urls
from django.utils.translation import gettext_lazy as _
from horizon import tabs


class ProvisioningTab(tabs.Tab):
    """The frame of the tab; its script asks for what is in it."""

    name = _('Provisioning')
    slug = 'provisioning'
    template_name = 'ext_dashboard/provisioning.html'
    preload = False

    def get_context_data(self, request: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the address of the progress."""
        cluster_id = self.tab_group.kwargs['cluster_id']
        address = urls.reverse(
            'horizon:project:provisioning:progress', args=(cluster_id,)
        )
        return {**kwargs, 'cluster_id': cluster_id, 'address': address}
