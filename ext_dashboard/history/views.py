# SPDX-License-Identifier: Apache-2.0
"""Pages that show the history of a server, and answers to their script."""

from typing import Any, Final

from django import http
from django import shortcuts
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from horizon import views

from ext_dashboard import json_views
from ext_dashboard import rest
from ext_dashboard.history import timeline

#: The most migrations that are read of a server.
_MIGRATIONS: Final = 1000
_FORBIDDEN: Final = 403


class IndexView(views.HorizonTemplateView):
    """A page with a field for the id of a server, which may be deleted."""

    template_name = 'ext_dashboard/history_index.html'
    page_title = gettext_lazy('Instance History')

    def get(
        self, request: Any, *args: Any, **kwargs: Any
    ) -> http.HttpResponse:
        """Show the page, or go to that of the server asked for."""
        wanted = request.GET.get('server', '').strip()
        address = timeline.page_address(wanted)
        if address is not None:
            return shortcuts.redirect(address)
        context = self.get_context_data(
            **kwargs, wanted=wanted, is_refused=bool(wanted)
        )
        return self.render_to_response(context)


class ServerView(views.HorizonTemplateView):
    """A page with the history of a server, be it there or deleted."""

    template_name = 'ext_dashboard/history_page.html'
    page_title = gettext_lazy('History of instance {{ server_id }}')

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the id of the server and the address of its history."""
        address = timeline.address(str(self.kwargs['server_id']))
        return super().get_context_data(**kwargs, address=address)


class TimelineView(json_views.JsonView):
    """Actions and migrations of a server by time, page by page."""

    def read(self, request: Any, **kwargs: str) -> dict[str, Any]:
        """Return a page, and the query of the next one.

        It takes one request for actions, and one for migrations, which most
        clouds show to administrators only.
        """
        server_id = kwargs['server_id']
        marker = request.GET.get('marker') or None
        actions, is_last = _page_of(
            _actions(request, server_id, marker), marker
        )
        since = None if is_last else timeline.begun(actions[-1])
        before = request.GET.get('before') or None
        migrations = timeline.within(
            _migrations(request, server_id), since, before
        )
        entries = timeline.merged(
            (
                (timeline.begun(a), timeline.action(server_id, a))
                for a in actions
            ),
            ((timeline.begun(m), timeline.migration(m)) for m in migrations),
        )
        following = None
        if not is_last:
            marker = actions[-1]['request_id']
            following = {'marker': marker, 'before': since}
        return {'items': entries, 'next': following}


class EventsView(json_views.JsonView):
    """The events of an action, which are read when it is unfolded."""

    def read(self, request: Any, **kwargs: str) -> dict[str, Any]:
        """Return the events in the order in which they began."""
        server = rest.quoted(kwargs['server_id'])
        asked = rest.quoted(request.GET.get('request', ''))
        path = f'/servers/{server}/os-instance-actions/{asked}'
        found = rest.get_compute(request, path)['instanceAction']
        # Clouds before 2.51 show events to administrators only.
        events = found.get('events')
        return {
            'items': [
                timeline.event(e)
                for e in sorted(events or (), key=timeline.begun)
            ],
            'message': ''
            if events is not None
            else _('This cloud does not show you the events.'),
        }


def _actions(
    request: Any, server_id: str, marker: str | None
) -> list[dict[str, Any]]:
    path = f'/servers/{rest.quoted(server_id)}/os-instance-actions'
    query = {'limit': json_views.ASKED, 'marker': marker}
    found = rest.get_compute(request, path, query)['instanceActions']
    return sorted(found, key=timeline.begun, reverse=True)


def _page_of(
    actions: list[dict[str, Any]], marker: str | None
) -> tuple[list[dict[str, Any]], bool]:
    """Return the actions of a page, and whether it is the last one.

    A cloud before 2.58 returns all of them whatever is asked for.
    """
    names = [found['request_id'] for found in actions]
    if marker in names:
        actions = actions[names.index(marker) + 1 :]
    return actions[: json_views.PAGE], len(actions) <= json_views.PAGE


def _migrations(request: Any, server_id: str) -> list[dict[str, Any]]:
    query = {'instance_uuid': server_id, 'limit': _MIGRATIONS}
    try:
        found = rest.get_compute(request, '/os-migrations', query)
    except rest.Refused as refused:
        if refused.status != _FORBIDDEN:
            raise
        return []
    return list(found['migrations'])
