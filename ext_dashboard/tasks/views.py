# SPDX-License-Identifier: Apache-2.0
"""The page that lists tasks, and answers to its script."""

from typing import Any, Final

from django import urls
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext
from horizon import views

from ext_dashboard import json_views
from ext_dashboard import rest
from ext_dashboard import times
from ext_dashboard.history import timeline

_STATES: Final = ('pending', 'running', 'success', 'error')
#: States that are going to change.
_UNFINISHED: Final = frozenset({'pending', 'running'})
_FILTERS: Final = ('server', 'tag', 'state')


class IndexView(views.HorizonTemplateView):
    """A page with the tasks of the project."""

    template_name = 'ext_dashboard/tasks_page.html'
    page_title = gettext_lazy('Tasks')

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the frame of the list needs."""
        return super().get_context_data(**kwargs, **frame())


class TasksView(json_views.JsonView):
    """The tasks of the project or of a server, page by page."""

    def read(self, request: Any, **kwargs: str) -> dict[str, Any]:
        """Return a page of tasks, the newest first, with one request.

        :raises rest.Refused: with 404 when the cloud records no tasks
        """
        query = {
            'limit': json_views.ASKED,
            'marker': request.GET.get('marker') or None,
            **{n: request.GET.get(n, '').strip() or None for n in _FILTERS},
        }
        path = '/os-server-tasks'
        found = rest.get(request, rest.COMPUTE, path, query)['tasks']
        page, following = json_views.page_of(found, 'uuid')
        return {
            'items': [shown(task) for task in page],
            'next': following,
            'has_ended': not any(t['state'] in _UNFINISHED for t in page),
        }


def frame(server_id: str | None = None) -> dict[str, Any]:
    """Return what the frame of a list of tasks needs.

    :param server_id: whose tasks they are; None for those of the project
    """
    return {
        'address': urls.reverse('horizon:project:server_tasks:tasks'),
        'server_id': server_id,
        'states': [(state, _state(state)) for state in _STATES],
    }


def shown(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task.

    :param task: as the compute API lists it
    """
    return {
        'id': task['uuid'],
        'name': timeline.action_name(task.get('task') or ''),
        'state': task.get('state') or '',
        'state_text': _state(task.get('state') or ''),
        'servers': [_server(server_id) for server_id in _servers(task)],
        'tag': task.get('tag') or '',
        'time': times.moment(task.get('start_time')),
        # That is when the end was found out, not when it came.
        'changed': times.moment(task.get('last_updated')),
        'message': task.get('message') or '',
        'code': '' if task.get('code') is None else str(task['code']),
        'request_id': task.get('request_id') or '',
        'user_id': task.get('user_id') or '',
    }


def _servers(task: dict[str, Any]) -> list[str]:
    first = (task.get('resource') or {}).get('server')
    return list(task.get('servers') or filter(None, [first]))


def _server(server_id: str) -> dict[str, str | None]:
    history = timeline.page_address(server_id)
    page = 'horizon:project:instances:detail'
    return {
        'id': server_id,
        'address': history and urls.reverse(page, args=(server_id,)),
        'history': history,
    }


def _state(state: str) -> str:
    return {
        'pending': pgettext('state of a task', 'pending'),
        'running': pgettext('state of a task', 'running'),
        'success': pgettext('state of a task', 'success'),
        'error': pgettext('state of a task', 'error'),
    }.get(state, state)
