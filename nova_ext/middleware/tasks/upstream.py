# SPDX-License-Identifier: Apache-2.0
"""The application behind the filter, asked by requests from within."""

from collections.abc import Iterator
import dataclasses
import io
from typing import Any
import urllib.parse

from oslo_log import log
from oslo_serialization import jsonutils
from oslo_utils import uuidutils

from ext_lib import exception
from ext_lib import log_lines
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from nova_ext.api.openstack.compute import microversions

LOG = log.getLogger(__name__)

Environ = dict[str, Any]

#: Where nova and this service keep the caller's identity.
_CONTEXTS = ('nova.context', request.CONTEXT)
#: Where a request for tasks keeps the environ the application would see.
OUTER = 'nova_ext.tasks.environ'
#: What others leave in the environ for one request only.
_OF_ONE_REQUEST = ('webob.', 'routes.', 'wsgiorg.', 'openstack.legacy_v2')
_HEADERS_NOT_PASSED_ON = frozenset(
    {
        'CONTENT_TYPE',
        'HTTP_TASK_TAG',
        'HTTP_X_OPENSTACK_NOVA_API_VERSION',
        'HTTP_TRANSFER_ENCODING',
        'wsgi.input_terminated',
    }
)
#: The version that tells most of what this filter wants to know.
_WANTED = microversion.Version(2, 84)
#: One that no application has; asking for it carries nothing out.
_IMPOSSIBLE = 'compute impossible'


class Unanswered(exception.Unavailable):
    """The application does not tell."""

    msg_fmt = 'The application answers %(path)s with %(status)s.'


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the application says."""

    status: int
    body: Any


class House:
    """Asks the application about servers, with all rights by default."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self._maximum: microversion.Version | None = None

    def server(self, environ: Environ, server_id: str) -> Any:
        """Return a server, None when there is none.

        :raises Unanswered: when the application does not tell
        """
        path = f'/servers/{server_id}'
        return self._found(environ, path, 'server')

    def shows_server(self, environ: Environ, server_id: str) -> bool:
        """Return whether the caller, with no more rights, sees a server."""
        if not uuidutils.is_uuid_like(server_id):
            # Such a path may lead to a list: servers/detail.
            return False
        path = f'/servers/{server_id}'
        return self.get(environ, path, elevated=False).status == 200

    def action(self, environ: Environ, server_id: str, request_id: str) -> Any:
        """Return what a request did to a server, None when nothing.

        :raises Unanswered: when the application does not tell
        """
        path = f'/servers/{server_id}/os-instance-actions/{request_id}'
        return self._found(environ, path, 'instanceAction')

    def has_actions(self, environ: Environ, server_id: str) -> bool:
        """Return whether anything is recorded of a server.

        :raises Unanswered: when the application does not tell
        """
        path = f'/servers/{server_id}/os-instance-actions'
        return bool(self._found(environ, path, 'instanceActions'))

    def servers(self, environ: Environ, **query: str) -> Iterator[Any]:
        """Yield the servers of all projects that pass the filters.

        :raises Unanswered: when the application does not tell
        """
        query = {'all_tenants': '1', **query}
        while True:
            answer = self.get(environ, '/servers/detail', query)
            if answer.status != 200:
                raise Unanswered(path='/servers', status=answer.status)
            yield from answer.body['servers']
            if not answer.body.get('servers_links'):
                return
            query['marker'] = answer.body['servers'][-1]['id']

    def made_together(
        self, environ: Environ, first: str | None, reservation: str | None
    ) -> list[str]:
        """Return the servers of one request, as far as the caller is told.

        :param first: the one its answer names
        :param reservation: the reservation its answer names
        """
        known = [first] if first else []
        try:
            if first and not reservation:
                server = self.server(environ, first)
                reservation = server['OS-EXT-SRV-ATTR:reservation_id']
            found = self.servers(environ, reservation_id=str(reservation))
            made = sorted((s['name'], s['id']) for s in found)
        except (Unanswered, TypeError, KeyError) as error:
            LOG.warning('The servers of %s are not told: %s', first, error)
            return known
        return [*known, *(uuid for _, uuid in made if uuid != first)]

    def is_routed(self, environ: Environ) -> bool:
        """Return whether the application has the URL, without using it.

        It looks for the URL before it looks at the version.
        """
        method, path = environ['REQUEST_METHOD'], environ['PATH_INFO']
        answer = self._ask(environ, method, path, '', _IMPOSSIBLE, False)
        return answer.status != 404

    def negotiator(self, environ: Environ) -> microversion.Negotiator:
        """Return what reads the versions the application speaks."""
        maximum = self._find_maximum(environ)
        if maximum is None:
            return microversions.NEGOTIATOR
        return dataclasses.replace(microversions.NEGOTIATOR, maximum=maximum)

    def get(
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

    def _find_maximum(self, environ: Environ) -> microversion.Version | None:
        if self._maximum is None:
            path = '/versions/v2.1'
            answer = self._ask(environ, 'GET', path, '', 'compute 2.1', False)
            if answer.status == 200:
                text = answer.body['version']['version']
                self._maximum = microversion.parse(text)
        return self._maximum

    def _found(self, environ: Environ, path: str, key: str) -> Any:
        answer = self.get(environ, path)
        if answer.status == 200:
            return answer.body[key]
        if answer.status == 404:
            return None
        raise Unanswered(path=path, status=answer.status)

    def _ask(
        self,
        environ: Environ,
        method: str,
        path: str,
        query: str,
        version: str,
        elevated: bool,
    ) -> Answer:
        inner = _inner(environ, elevated)
        inner.update(
            REQUEST_METHOD=method,
            PATH_INFO=path,
            QUERY_STRING=query,
            HTTP_ACCEPT='application/json',
            HTTP_OPENSTACK_API_VERSION=version,
        )
        return _call(self.application, inner)


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
    statuses: list[str] = []

    def start(status: str, _headers: Any, _exc_info: Any = None) -> Any:
        statuses.append(status)
        return lambda _chunk: None

    try:
        chunks = application(environ, start)
        try:
            text = b''.join(chunks)
        finally:
            if hasattr(chunks, 'close'):
                chunks.close()
        status = int(statuses[-1].split()[0])
        body = jsonutils.loads(text) if status == 200 else None
    except Exception:
        # The log may be another program's, with formatters of its own.
        path = log_lines.escape(environ['PATH_INFO'])
        LOG.exception('The application fails at %s', path)
        return Answer(500, None)
    return Answer(status, body)
