# SPDX-License-Identifier: Apache-2.0
"""The tab of an instance that shows its history."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from horizon import tabs

from ext_dashboard.history import timeline


class HistoryTab(tabs.Tab):
    """The frame of the tab; its script asks for what is in it."""

    name = _('History')
    slug = 'ext_history'
    template_name = 'ext_dashboard/history.html'
    preload = False

    def get_context_data(self, request: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the address of the history."""
        server_id = self.tab_group.kwargs['instance_id']
        return {**kwargs, 'address': timeline.address(server_id)}
