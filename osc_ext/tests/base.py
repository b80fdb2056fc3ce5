# SPDX-License-Identifier: Apache-2.0
"""Connections of openstacksdk to an API that stands in a test."""

from collections.abc import Callable
import json
import pathlib
import time
from typing import Any
import urllib.parse

import fixtures
from keystoneauth1 import session
from keystoneauth1 import token_endpoint
import openstack
import requests
import testtools

URL = 'http://cloud.example.com'
SAMPLES = pathlib.Path(__file__).parents[2] / 'api-samples'
VERSION = {'OpenStack-API-Version': 'compute 2.1'}

#: Takes a request; returns status, headers and body, or raises.
Answer = Callable[[requests.PreparedRequest], tuple[int, dict[str, str], Any]]


def sample(name: str) -> Any:
    """Return an answer of the API's documentation."""
    return json.loads((SAMPLES / f'{name}.json').read_text())


class FakeAPI(requests.adapters.BaseAdapter):
    """The answers to requests, in the place of a network.

    ``requests`` holds those that have been sent, but for those for versions.
    """

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[requests.PreparedRequest] = []
        self.answers: dict[str, Any] = {}
        #: Headers of an answer to any other request, which is 404.
        self.otherwise: dict[str, str] = {}

    @property
    def sent(self) -> list[str]:
        """Method and path of each request."""
        return [f'{r.method} {path_of(r)}' for r in self.requests]

    def answer(
        self,
        request: str,
        body: Any = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Add an answer to the requests with a method and path.

        Each but the last answer is given once; an exception is raised.
        """
        found = self.answers.setdefault(request, [])
        found.append((status, VERSION if headers is None else headers, body))

    def send(
        self, request: requests.PreparedRequest, *_: Any, **__: Any
    ) -> requests.Response:
        """Answer a request (``requests.adapters.BaseAdapter``)."""
        path = path_of(request)
        if path in ('/', '/v2.1/', '/v2.1', '/v1.1', '/v1.1/'):
            return _response(request, *_versions(path))
        self.requests.append(request)
        known = self.answers.get(f'{request.method} {path}')
        if known is None:
            return _response(request, 404, self.otherwise, None)
        status, headers, body = known.pop(0) if len(known) > 1 else known[0]
        if isinstance(body, Exception):
            raise body
        if callable(body):
            status, headers, body = body(request)
        return _response(request, status, headers, body)

    def close(self) -> None:
        """Close nothing (``requests.adapters.BaseAdapter``)."""


class TestCase(testtools.TestCase):
    """A test with ``api`` and ``connection``, whose clock is its own.

    Pauses take no time; ``pauses`` holds how long they would have taken.
    """

    def setUp(self) -> None:
        super().setUp()
        self.api = FakeAPI()
        self.connection = self.connect()
        self.clock = time.monotonic()
        self.pauses: list[float] = []
        module = 'osc_ext.sdk.pauses.time'
        self.useFixture(fixtures.MockPatch(f'{module}.sleep', self._sleep))
        self.useFixture(
            fixtures.MockPatch(f'{module}.monotonic', lambda: self.clock)
        )

    def connect(self, **options: Any) -> Any:
        """Return a connection to the API, by endpoints without a catalog."""
        auth = token_endpoint.Token(f'{URL}/v2.1', 'admin:demo')
        connection = self.connect_by(auth, **options)
        connection.config.config['data_processing_endpoint_override'] = (
            f'{URL}/v1.1'
        )
        return connection

    def connect_by(self, auth: Any, **options: Any) -> Any:
        """Return a connection to the API.

        :param auth: a plugin of keystoneauth
        """
        transport = requests.Session()
        transport.mount('http://', self.api)
        connection = openstack.connection.Connection(
            session=session.Session(auth=auth, session=transport), **options
        )
        self.addCleanup(connection.close)
        return connection

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock += seconds


def path_of(request: requests.PreparedRequest) -> str:
    """Return path and parameters, in order, without the version."""
    url = urllib.parse.urlsplit(request.url or '')
    path = str(url.path)
    for version in ('/v2.1/', '/v1.1/'):
        if path.startswith(version) and path != version:
            path = '/' + path.removeprefix(version)
    query = '&'.join(sorted(str(url.query).split('&')))
    return f'{path}?{query}' if query else path


def _versions(path: str) -> tuple[int, dict[str, str], Any]:
    version = path.strip('/')
    if not version:
        return 300, {}, {'versions': [_version('v2.1'), _version('v1.1')]}
    return 200, VERSION, {'version': _version(version)}


def _version(name: str) -> Any:
    found = {
        'id': name,
        'status': 'CURRENT',
        'links': [{'rel': 'self', 'href': f'{URL}/{name}/'}],
    }
    if name == 'v2.1':
        found.update(version='2.100', min_version='2.1')
    return found


def _response(
    request: requests.PreparedRequest,
    status: int,
    headers: dict[str, str],
    body: Any,
) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made.headers.update(headers)
    made.request = request
    made.url = request.url or ''
    made._content = b'' if body is None else json.dumps(body).encode()
    if body is not None:
        made.headers['Content-Type'] = 'application/json'
    return made
