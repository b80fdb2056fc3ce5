# SPDX-License-Identifier: Apache-2.0
"""The page that lists actions on all servers, and answers to its script."""

from typing import Any, Final
from urllib import parse

from django import urls
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext
from horizon import views

from ext_dashboard import json_views
from ext_dashboard import rest
from ext_dashboard import times
from ext_dashboard.audit import filters
from ext_dashboard.history import timeline

_PATH: Final = '/audit/actions'
#: Results of actions, and the state that each is shown in.
_RESULTS: Final = {
    'success': 'done',
    'error': 'failed',
    'unfinished': 'running',
}
#: Actions that are proposed, as nova names them.
_ACTIONS: Final = (
    'attach_interface', 'attach_volume', 'changePassword', 'confirmResize',
    'create', 'createBackup', 'createImage', 'delete', 'detach_interface',
    'detach_volume', 'evacuate', 'live-migration', 'lock', 'migrate', 'pause',
    'reboot', 'rebuild', 'rescue', 'resetState', 'resize', 'restore', 'resume',
    'revertResize', 'shelve', 'shelveOffload', 'start', 'stop', 'suspend',
    'unlock', 'unpause', 'unrescue', 'unshelve',
)  # fmt: skip


class IndexView(views.HorizonTemplateView):
    """A page with a form and the actions that it finds.

    :param shows_all: whether these are of all projects at first
    """

    template_name = 'ext_dashboard/audit_page.html'
    page_title = gettext_lazy('Audit')
    shows_all = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the frame of the list needs."""
        return super().get_context_data(
            **kwargs,
            address=_reverse('actions'),
            resolves_users=self.request.user.is_superuser,
            sees_all=filters.sees_all(self.request.user),
            shows_all=self.shows_all,
            all_projects=filters.ALL,
            results=[(result, _result(result)) for result in _RESULTS],
            action_names=[
                (name, timeline.action_name(name)) for name in _ACTIONS
            ],
        )


class ActionsView(json_views.JsonView):
    """The actions that fit the form, page by page."""

    def read(self, request: Any, **kwargs: str) -> dict[str, Any]:
        """Return a page of actions, the newest first, with one request.

        :raises rest.Refused: with 404 when the cloud has no audit
        """
        query = {
            **filters.query(request),
            'limit': json_views.ASKED,
            'marker': request.GET.get('marker') or None,
        }
        found = rest.get(request, rest.COMPUTE, _PATH, query)['actions']
        page, following = json_views.page_of(found, 'id')
        return {'items': [shown(action) for action in page], 'next': following}


class EventsView(json_views.JsonView):
    """The events of an action, which are read when it is unfolded."""

    def read(self, request: Any, **kwargs: str) -> dict[str, Any]:
        """Return the events in the order in which they began."""
        asked = ('server', 'request_id')
        query: dict[str, Any] = {
            name: request.GET.get(name) or None for name in asked
        }
        query['events'] = 1
        found = rest.get(request, rest.COMPUTE, _PATH, query)['actions']
        events = [
            event
            for action in found
            if action['id'] == request.GET.get('id')
            for event in action['events']
        ]
        return {
            'items': [
                timeline.event(event)
                for event in sorted(events, key=timeline.begun)
            ]
        }


def shown(action: dict[str, Any]) -> dict[str, Any]:
    """Return an action.

    :param action: as the audit lists it
    """
    server = action['server_id']
    result = action.get('result') or ''
    took = times.between(action.get('start_time'), action.get('updated_at'))
    return {
        'id': action['id'],
        'name': timeline.action_name(action.get('action') or ''),
        'time': times.moment(action.get('created_at')),
        'duration': times.precise(took) if result != 'unfinished' else '',
        'state': _RESULTS.get(result, ''),
        'result': _result(result),
        'server': action.get('server_name') or server,
        'server_id': server,
        'history': timeline.page_address(server),
        'user_id': action.get('user_id') or '',
        'project_id': action.get('server_project_id') or '',
        'request_id': action.get('request_id') or '',
        'address': _events_address(action),
    }


def _events_address(action: dict[str, Any]) -> str:
    query = {
        'id': action['id'],
        'server': action['server_id'],
        'request_id': action.get('request_id') or '',
    }
    return f'{_reverse("events")}?{parse.urlencode(query)}'


def _reverse(name: str) -> str:
    return urls.reverse(f'horizon:project:server_audit:{name}')


def _result(result: str) -> str:
    return {
        'success': pgettext('result of an action', 'success'),
        'error': pgettext('result of an action', 'error'),
        'unfinished': pgettext('result of an action', 'unfinished'),
    }.get(result, result)
