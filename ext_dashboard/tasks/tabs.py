# SPDX-License-Identifier: Apache-2.0
"""The tab of an instance that shows its tasks."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from horizon import tabs

from ext_dashboard.tasks import views


class TasksTab(tabs.Tab):
    """The frame of the tab; its script asks for what is in it."""

    name = _('Tasks')
    slug = 'ext_tasks'
    template_name = 'ext_dashboard/tasks.html'
    preload = False

    def get_context_data(self, request: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the address of the tasks of the instance."""
        server_id = self.tab_group.kwargs['instance_id']
        return {**kwargs, **views.frame(server_id)}
