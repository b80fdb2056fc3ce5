# SPDX-License-Identifier: Apache-2.0
"""Answers that repeats with an idempotency key get: the first one again.

What is stored of an answer has no secrets. An answer that was lost with its
process, or too long to be stored, is rebuilt from the outcome.
"""

from typing import Any, Final

from oslo_serialization import jsonutils
from oslo_utils import strutils
import webob

from ext_lib import masking
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from ext_lib.wsgi import structured_fields
from nova_ext.middleware.tasks import requests
from nova_ext.middleware.tasks import upstream
from nova_ext.objects import task_key
from nova_ext.objects.task import Task
from nova_ext.objects.task_key import TaskKey

REPLAYED: Final = 'Idempotency-Replayed'
#: The id of the request that was carried out.
REQUEST_ID: Final = 'Idempotency-Request-Id'
#: The answer is made from the outcome.
REBUILT: Final = 'Idempotency-Rebuilt'
#: Names of the secrets that are left out.
OMITTED: Final = 'Idempotency-Omitted'

#: Headers of an answer that are stored, in lower case.
_STORED = frozenset({
    'content-type', 'location', 'openstack-api-version', 'vary',
    'x-openstack-nova-api-version',
})  # fmt: skip
#: The most names of secrets in a header, and characters of each.
_MOST, _LONGEST = 20, 64
#: A secret that the application generates for some tasks.
_GENERATED = 'adminPass'
#: The id of a reservation, and how a server shows it to administrators.
_RESERVATION = 'reservation_id'
_SHOWN_RESERVATION = f'OS-EXT-SRV-ATTR:{_RESERVATION}'
_CREATE = 'create'
#: Statuses of answers by the name of the task; of all others it is 202.
_STATUS = {
    'delete': '204 No Content',
    'confirmResize': '204 No Content',
    'rescue': '200 OK',
    'attach_interface': '200 OK',
    'attach_volume': '200 OK',
    'attach_share': '201 Created',
    'detach_share': '200 OK',
}
_ACCEPTED = '202 Accepted'
#: Tasks whose answers have a password.
_WITH_PASSWORD = frozenset({_CREATE, 'rebuild', 'rescue', 'evacuate'})
#: What a new server is answered with, beside its id and links.
_OF_A_NEW_SERVER = ('OS-DCF:diskConfig', 'security_groups')


def stored(answer: upstream.Answer, longest: int) -> dict[str, Any]:
    """Return the columns of a TaskKey that store an answer.

    :param longest: bytes of a body; of a longer one nothing is stored
    """
    headers = {
        name: value
        for name, value in answer.headers
        if name.lower() in _STORED
    }
    body, omitted = _without_secrets(answer.body)
    if body is not None and len(body.encode()) > longest:
        body = None
    return task_key.columns(answer.status, headers, body, omitted)


class Replays:
    """Answers to repeats of requests that were answered, or carried out."""

    def __init__(
        self, upstream: upstream.Upstream, links: links.Links
    ) -> None:
        self.upstream = upstream
        self.links = links

    def replay(self, req: request.Request, key: TaskKey) -> webob.Response:
        """Return the answer to the first request, marked as a repeated one."""
        if key.is_answered and key.body is not None:
            response = webob.Response(
                status=key.status,
                headerlist=list(key.headers.items()),
                body=key.body.encode(),
            )
            omitted = key.omitted
        else:
            response = self._rebuilt(req, key)
            omitted = [_GENERATED] if _has_password(key.task) else []
            response.headers[REBUILT] = 'true'
        response.headers.update(_marks(key.task, omitted))
        return response

    def _rebuilt(self, req: request.Request, key: TaskKey) -> webob.Response:
        """Return an answer made from the outcome.

        That to a create has the server, all others have no body.
        """
        task = key.task
        response = webob.Response(
            status=key.status or _STATUS.get(task.task, _ACCEPTED),
            headerlist=list(key.headers.items()),
        )
        if task.task == _CREATE and task.servers:
            document = self._created(req, task)
            response.body = jsonutils.dump_as_bytes(document)
            response.headers['Content-Type'] = request.JSON_TYPE
            if 'server' in document:
                [itself, _bookmark] = document['server']['links']
                response.headers['Location'] = itself['href']
        if not key.headers:
            negotiator = self.upstream.negotiator(req.environ)
            negotiator.stamp_requested(req, response)
        return response

    def _created(self, req: request.Request, task: Task) -> dict[str, Any]:
        """Return the body of the answer to a request for servers."""
        first = task.servers[0]
        found = self._server(req, first)
        if _wants_reservation(req) and _SHOWN_RESERVATION in found:
            return {_RESERVATION: found[_SHOWN_RESERVATION]}
        server = {'id': first, 'links': self._links(req, first)}
        for name in _OF_A_NEW_SERVER:
            if name in found:
                server[name] = found[name]
        return {'server': server}

    def _server(self, req: request.Request, server_id: str) -> Any:
        """Return a server as it is now, empty if it cannot be shown."""
        try:
            return self.upstream.server(req.environ, server_id) or {}
        except upstream.Unanswered:
            return {}

    def _links(self, req: request.Request, server_id: str) -> Any:
        """Return the links of a server in the collection of the request."""
        base = self.links.base(req)
        # Links name the collection servers, also for os-volumes_boot.
        head, _, last = req.path_info.rstrip('/').rpartition('/')
        collection = 'servers' if last == requests.ROOTS[1] else last
        path = f'{head}/{collection}/{server_id}'
        return [
            {'rel': 'self', 'href': base + path},
            {'rel': 'bookmark', 'href': base.rpartition('/')[0] + path},
        ]


def _marks(task: Task, omitted: list[str]) -> dict[str, str]:
    """Return the headers that say what a repeated answer is."""
    marks = {
        REPLAYED: 'true',
        REQUEST_ID: task.request_id,
        'Task-id': task.uuid,
    }
    if task.tag is not None:
        marks['Task-tag'] = task.tag
    if omitted:
        marks[OMITTED] = ', '.join(_field(name) for name in omitted[:_MOST])
    return marks


def _field(name: str) -> str:
    """Return a name for a header; a client may have chosen it."""
    plain = ''.join(c if ' ' <= c <= '~' else '?' for c in name[:_LONGEST])
    return structured_fields.serialize_string(plain)


def _without_secrets(raw: bytes) -> tuple[str | None, list[str]]:
    """Return a body without its secrets, and their names.

    Of what is no JSON it is not known where they are: it is None.
    """
    if not raw:
        return '', []
    try:
        text = raw.decode()
        document, omitted = masking.without_secrets(jsonutils.loads(text))
    except (ValueError, RecursionError):
        return None, []
    return (jsonutils.dumps(document) if omitted else text), omitted


def _has_password(task: Task) -> bool:
    return task.task in _WITH_PASSWORD


def _wants_reservation(req: request.Request) -> bool:
    found = req.document()
    server = found.get('server') if isinstance(found, dict) else None
    wanted = isinstance(server, dict) and server.get('return_reservation_id')
    return bool(strutils.bool_from_string(wanted))
