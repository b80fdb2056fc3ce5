# SPDX-License-Identifier: Apache-2.0
"""The application behind the filter, and the requests made of it."""

from collections.abc import Iterator
import dataclasses
import io
from typing import Any
import urllib.parse

from oslo_log import log
from oslo_middleware import request_id
from oslo_serialization import jsonutils
from oslo_utils import uuidutils

from ext_lib import exception
from ext_lib import log_lines
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from nova_ext.api.openstack.compute import microversions
from nova_ext.middleware.tasks.requests import Intent

LOG = log.getLogger(__name__)

Environ = dict[str, Any]

#: Where nova and this service keep the caller's identity.
_CONTEXTS = ('nova.context', request.CONTEXT)
#: Where a request for tasks keeps the environ the application would see.
OUTER = 'nova_ext.tasks.environ'
#: What others leave in the environ for one request only.
_OF_ONE_REQUEST = ('webob.', 'routes.', 'wsgiorg.', 'openstack.legacy_v2')
_HEADERS_NOT_PASSED_ON = frozenset({
    'CONTENT_TYPE', 'HTTP_IDEMPOTENCY_KEY', 'HTTP_TASK_TAG',
    'HTTP_X_OPENSTACK_NOVA_API_VERSION', 'HTTP_TRANSFER_ENCODING',
    'wsgi.input_terminated',
})  # fmt: skip
#: The version whose answers have most of what this filter needs.
_WANTED = microversion.Version(2, 84)
#: One that no application has; see :meth:`Upstream.is_routed`.
_IMPOSSIBLE = 'compute impossible'
_VERSION = 'openstack-api-version'


class Unanswered(exception.Unavailable):
    """An inner request that was not answered as expected."""

    msg_fmt = 'The application answers %(path)s with %(status)s.'


@dataclasses.dataclass
class Answer:
    """An answer of the application.

    ``code`` is the status as a number, ``document`` the body as an object of
    JSON, empty when it is none.

    :param is_routed: whether the application has the URL
    :param servers: those that a create has made, as far as it tells
    """

    status: str
    headers: list[tuple[str, str]]
    exc_info: Any
    body: bytes
    is_routed: bool = True
    servers: list[str] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self.code = int(self.status.split()[0])
        self.document = _object(self.body)


class Upstream:
    """The application, asked with an administrator's rights by default."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self._maximum: microversion.Version | None = None

    def pass_on(self, environ: Environ, intent: Intent) -> Answer:
        """Let the application carry a request out; return its answer."""
        answer = _call(self.application, environ)
        answer.is_routed = _is_routed(environ, answer)
        if intent.name == 'create' and answer.code < 400:
            answer.servers = self._made(environ, intent, answer.document)
        return answer

    def server(self, environ: Environ, server_id: str) -> Any:
        """Return a server, None when there is none.

        :raises Unanswered: when the application fails
        """
        return self._found(environ, f'/servers/{server_id}', 'server')

    def shows_server(self, environ: Environ, server_id: str) -> bool:
        """Return whether the caller, with no more rights, sees a server."""
        if not uuidutils.is_uuid_like(server_id):
            return False  # Such a path may lead to a list: servers/detail.
        answer = self._get(environ, f'/servers/{server_id}', elevated=False)
        return answer.code == 200

    def action(self, environ: Environ, server_id: str, asked_by: str) -> Any:
        """Return the record of a request to a server, None without one.

        :param asked_by: the id of the request
        :raises Unanswered: when the application fails
        """
        path = f'/servers/{server_id}/os-instance-actions/{asked_by}'
        return self._found(environ, path, 'instanceAction')

    def facts(
        self, environ: Environ, server_id: str, asked_by: str
    ) -> tuple[Any, Any]:
        """Return :meth:`action` and :meth:`server`."""
        # The action first: the server is then at least as far as it says.
        action = self.action(environ, server_id, asked_by)
        return action, self.server(environ, server_id)

    def has_actions(self, environ: Environ, server_id: str) -> bool:
        """Return whether anything is recorded of a server.

        :raises Unanswered: when the application fails
        """
        path = f'/servers/{server_id}/os-instance-actions'
        return bool(self._found(environ, path, 'instanceActions'))

    def servers(self, environ: Environ, **query: str) -> Iterator[Any]:
        """Yield the servers of all projects that pass the filters.

        :raises Unanswered: when the application fails
        """
        query = {'all_tenants': '1', **query}
        while True:
            answer = self._get(environ, '/servers/detail', query)
            if answer.code != 200:
                raise Unanswered(path='/servers', status=answer.code)
            yield from answer.document['servers']
            if not answer.document.get('servers_links'):
                return
            query['marker'] = answer.document['servers'][-1]['id']

    def is_routed(self, environ: Environ) -> bool:
        """Return whether the application has the URL, without using it.

        Nova and this service look for the URL before they read which
        microversion is requested. So the request is made with one that does
        not exist, and without a body: 404 says that there is no such URL,
        400 that only the version was refused. Neither calls a controller.
        """
        method, path = environ['REQUEST_METHOD'], environ['PATH_INFO']
        answer = self._ask(environ, method, path, '', _IMPOSSIBLE, False)
        return answer.code != 404

    def negotiator(self, environ: Environ) -> microversion.Negotiator:
        """Return the negotiator of the versions the application has."""
        maximum = self._find_maximum(environ)
        if maximum is None:
            return microversions.NEGOTIATOR
        return dataclasses.replace(microversions.NEGOTIATOR, maximum=maximum)

    def _made(
        self, environ: Environ, intent: Intent, document: Any
    ) -> list[str]:
        """Return the servers of a create, as far as the caller sees them."""
        first = document.get('server', {}).get('id')
        known = [first] if first else []
        if not intent.is_multiple:
            return known
        reservation = document.get('reservation_id')
        try:
            if first and not reservation:
                server = self.server(environ, first)
                reservation = server['OS-EXT-SRV-ATTR:reservation_id']
            found = self.servers(environ, reservation_id=str(reservation))
            made = sorted((s['name'], s['id']) for s in found)
        except (Unanswered, TypeError, KeyError) as error:
            asked_by = environ.get(request_id.ENV_REQUEST_ID)
            LOG.warning('Servers of request %s unknown: %s', asked_by, error)
            return known
        return [*known, *(uuid for _, uuid in made if uuid != first)]

    def _find_maximum(self, environ: Environ) -> microversion.Version | None:
        if self._maximum is None:
            path = '/versions/v2.1'
            answer = self._ask(environ, 'GET', path, '', 'compute 2.1', False)
            if answer.code == 200:
                text = answer.document['version']['version']
                self._maximum = microversion.parse(text)
        return self._maximum

    def _found(self, environ: Environ, path: str, key: str) -> Any:
        answer = self._get(environ, path)
        if answer.code == 200:
            return answer.document[key]
        if answer.code == 404:
            return None
        raise Unanswered(path=path, status=answer.code)

    def _get(
        self,
        environ: Environ,
        path: str,
        query: dict[str, str] | None = None,
        elevated: bool = True,
    ) -> Answer:
        """Return the answer to a GET in the name of a request's caller."""
        maximum = self._find_maximum(environ) or microversions.MAXIMUM
        version = f'compute {min(maximum, _WANTED)}'
        text = urllib.parse.urlencode(query or {})
        raw = path.encode().decode('latin-1')
        return self._ask(environ, 'GET', raw, text, version, elevated)

    def _ask(
        self,
        environ: Environ,
        method: str,
        path: str,
        query: str,
        version: str,
        elevated: bool,
    ) -> Answer:
        """Return the answer to an inner request, 500 for a failure."""
        inner = _inner(environ, elevated)
        inner.update(
            REQUEST_METHOD=method,
            PATH_INFO=path,
            QUERY_STRING=query,
            HTTP_ACCEPT='application/json',
            HTTP_OPENSTACK_API_VERSION=version,
        )
        try:
            answer = _call(self.application, inner)
            if answer.code == 200 and not answer.document:
                raise ValueError('the answer is no object of JSON')
        except Exception:
            # The log may be another program's, with formatters of its own.
            LOG.exception(
                'Request %s: the application fails at %s',
                environ.get(request_id.ENV_REQUEST_ID),
                log_lines.escape(path),
            )
            return Answer('500 Internal Server Error', [], None, b'')
        return answer


def _inner(environ: Environ, elevated: bool) -> Environ:
    environ = environ.get(OUTER, environ)
    inner = {
        name: value
        for name, value in environ.items()
        if name not in _HEADERS_NOT_PASSED_ON
        and not name.startswith(_OF_ONE_REQUEST)
    }
    inner['wsgi.input'] = io.BytesIO()
    inner['CONTENT_LENGTH'] = '0'
    for name in _CONTEXTS:
        if elevated and name in inner:
            inner[name] = inner[name].elevated()
    return inner


def _call(application: Any, environ: Environ) -> Answer:
    """Return the application's answer, all of it (PEP 3333)."""
    started: list[tuple[str, Any, Any]] = []
    written: list[bytes] = []

    def start(status: str, headers: Any, exc_info: Any = None) -> Any:
        started.append((status, list(headers), exc_info))
        return written.append

    chunks = application(environ, start)
    try:
        body = b''.join(chunks)
    finally:
        if hasattr(chunks, 'close'):
            chunks.close()
    return Answer(*started[-1], b''.join([*written, body]))


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = jsonutils.loads(body) if body else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_routed(environ: Environ, answer: Answer) -> bool:
    """Return whether the application had the URL of a request.

    If not, it names neither a version nor what it called.
    """
    if answer.code != 404 or environ.get('wsgiorg.routing_args', ((), {}))[1]:
        return True
    return any(name.lower() == _VERSION for name, _ in answer.headers)
