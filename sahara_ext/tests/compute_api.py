# SPDX-License-Identifier: Apache-2.0
"""A compute API in memory, on a port, that loses answers on request."""

from collections.abc import Callable
import json
import re
import threading
from typing import Any
import uuid

import fixtures
import webob
import webob.dec
import webob.exc

from ext_lib.wsgi.server import HTTPServer

#: What may happen to a request for a server.
LOST = 'done, and the answer is lost'
REFUSED = 'refused'
UNAVAILABLE = 'not done, and there is a 503'
DROPPED = 'accepted, never to be done, and there is a 500'
OVERLOADED = 'not done, and there is a 429'

Server = dict[str, Any]


class ComputeAPI(fixtures.Fixture):
    """Makes servers that are active at once.

    :param knows_tasks: whether a tag protects a request for a server
    """

    def __init__(self, knows_tasks: bool = True) -> None:
        self.knows_tasks = knows_tasks
        #: Happens to the next requests for a server, one after the other.
        self.accidents: list[str] = []
        #: Whether servers that are deleted stay.
        self.is_stubborn = False
        #: What is shown of servers beside what they were made with.
        self.shown: dict[str, Any] = {'status': 'ACTIVE', 'addresses': {}}
        self.servers: dict[str, Server] = {}
        #: Public keys by the names of keypairs.
        self.keypairs: dict[str, str] = {}
        self.flavors: dict[str, dict[str, Any]] = {}
        self.tokens: list[str] = []
        self.requests: list[tuple[str, str]] = []
        #: Global request ids.
        self.request_ids: list[str | None] = []
        #: Tasks by tag, and the requests that are protected.
        self._tasks: dict[str, list[dict[str, Any]]] = {}
        self._done: set[str] = set()
        self._lock = threading.Lock()

    def _setUp(self) -> None:
        self._server = HTTPServer(self._answer, '127.0.0.1', 0)
        self._server.start()
        self.addCleanup(self._server.wait)
        self.addCleanup(self._server.stop)

    def stop(self) -> None:
        """Refuse all connections from now on."""
        self._server.stop()
        self._server.wait()

    @property
    def url(self) -> str:
        """The endpoint."""
        return f'{self._server.url}/v2.1'

    def decide(self, tag: str, state: str) -> None:
        """Give the tasks of a tag a state."""
        with self._lock:
            for task in self._tasks[tag]:
                task['state'] = state
            if state == 'error':
                self._done.clear()

    @webob.dec.wsgify
    def _answer(self, req: webob.Request) -> Any:
        path = req.path_info.removeprefix('/v2.1').rstrip('/')
        with self._lock:
            self.tokens.append(req.headers.get('X-Auth-Token', ''))
            self.requests.append((req.method, path))
            self.request_ids.append(req.headers.get('X-Openstack-Request-Id'))
            for method, pattern, answer in self._routes():
                found = re.fullmatch(pattern, path)
                if found and method == req.method:
                    return _response(*answer(req, *found.groups()))
        return webob.exc.HTTPNotFound()

    def _routes(self) -> list[tuple[str, str, Callable[..., Any]]]:
        routes: list[tuple[str, str, Callable[..., Any]]] = [
            ('GET', '', self._version),
            ('POST', '/servers', self._create),
            ('GET', '/servers/detail', self._list),
            ('GET', '/servers/([^/]+)', self._show),
            ('DELETE', '/servers/([^/]+)', self._delete),
            ('POST', '/os-keypairs', self._create_keypair),
            ('GET', '/os-keypairs/([^/]+)', self._show_keypair),
            ('DELETE', '/os-keypairs/([^/]+)', self._delete_keypair),
            ('GET', '/flavors/([^/]+)', self._show_flavor),
        ]
        if self.knows_tasks:
            routes.append(('GET', '/servers/([^/]+)/tasks', self._list_tasks))
        return routes

    def _version(self, req: webob.Request) -> Any:
        links = [{'rel': 'self', 'href': f'{self.url}/'}]
        about = {
            'id': 'v2.1',
            'status': 'CURRENT',
            'version': '2.80',
            'min_version': '2.1',
            'links': links,
        }
        return 200, {'version': about}

    def _create(self, req: webob.Request) -> Any:
        tag = req.headers.get('Task-tag', '')
        asked = json.dumps([tag, req.json], sort_keys=True)
        if self.knows_tasks and asked in self._done:
            return 409, _fault('accepted already'), {'Task-repeat': 'true'}
        accident = self.accidents.pop(0) if self.accidents else None
        if accident == UNAVAILABLE:
            return 503, _fault('come back later')
        if accident == OVERLOADED:
            return 429, _fault('come back later')
        if accident == REFUSED:
            return 403, _fault('No valid host was found.')
        self._done.add(asked)
        task: dict[str, Any] = {'task': 'create', 'state': 'pending'}
        task['resource'] = None
        self._tasks.setdefault(tag, []).insert(0, task)
        if accident == DROPPED:
            return 500, _fault('who knows')
        server = {**req.json['server'], 'id': str(uuid.uuid4())}
        self.servers[server['id']] = server
        task.update(state='running', resource={'server': server['id']})
        if accident == LOST:
            return 500, _fault('who knows')
        return 202, {'server': {'id': server['id']}}

    def _list_tasks(self, req: webob.Request, tag: str) -> Any:
        if 'state' in req.GET:
            return 400, _fault('there is no such state')
        if tag not in self._tasks:
            return 404, _fault('no such tag')
        return 200, {'tasks': self._tasks[tag]}

    def _list(self, req: webob.Request) -> Any:
        """Return one server at a time, as if a page were no longer."""
        found = [
            server
            for server in self.servers.values()
            if re.search(req.GET['name'], server['name'])
        ]
        ids = [server['id'] for server in found]
        first = ids.index(req.GET['marker']) + 1 if 'marker' in req.GET else 0
        page: dict[str, Any] = {'servers': found[first : first + 1]}
        if first + 1 < len(found):
            page['servers_links'] = [{'rel': 'next', 'href': req.url}]
        return 200, page

    def _show(self, req: webob.Request, server_id: str) -> Any:
        if server_id not in self.servers:
            return 404, _fault('no such server')
        return 200, {'server': {**self.servers[server_id], **self.shown}}

    def _delete(self, req: webob.Request, server_id: str) -> Any:
        if server_id not in self.servers:
            return 404, _fault('no such server')
        if not self.is_stubborn:
            del self.servers[server_id]
        return 204, None

    def _create_keypair(self, req: webob.Request) -> Any:
        keypair = req.json['keypair']
        if self.accidents and self.accidents.pop(0) == REFUSED:
            return 403, _fault('Quota exceeded, too many key pairs.')
        if keypair['name'] in self.keypairs:
            return 409, _fault('There is a keypair of this name.')
        self.keypairs[keypair['name']] = keypair['public_key']
        return 201, {'keypair': keypair}

    def _show_keypair(self, req: webob.Request, name: str) -> Any:
        if name not in self.keypairs:
            return 404, _fault('no such keypair')
        return 200, {'keypair': {'public_key': self.keypairs[name]}}

    def _delete_keypair(self, req: webob.Request, name: str) -> Any:
        if self.keypairs.pop(name, None) is None:
            return 404, _fault('no such keypair')
        return 204, None

    def _show_flavor(self, req: webob.Request, flavor_id: str) -> Any:
        if flavor_id not in self.flavors:
            return 404, _fault('no such flavor')
        return 200, {'flavor': self.flavors[flavor_id]}


def _fault(message: str) -> dict[str, Any]:
    return {'someFault': {'message': message}}


def _response(
    status: int, body: Any, headers: dict[str, str] | None = None
) -> webob.Response:
    answer = webob.Response(status=status)
    if body is not None:
        answer.content_type = 'application/json'
        answer.charset = None
        answer.body = json.dumps(body).encode()
    answer.headers.update(headers or {})
    return answer
