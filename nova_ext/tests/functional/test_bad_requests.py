# SPDX-License-Identifier: Apache-2.0
"""Bad requests get the answers a nova gives, and never a 500."""

from collections.abc import Iterable
import io
import json
from typing import Any
import urllib.parse

import webob

from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.bad_requests import bodies
from nova_ext.tests.functional.bad_requests import queries
from nova_ext.tests.functional.bad_requests import urls
from nova_ext.tests.functional.bad_requests.cases import Bad
from nova_ext.tests.functional.bad_requests.cases import PLAIN
from nova_ext.wsgi import loader

_SERVER = '5bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_TOKENS = {
    'admin': base.ADMIN,
    'manager': base.MANAGER,
    'demo': base.MEMBER,
    'reader': base.READER,
    'alt': base.OTHER,
}


class BadRequestsTest(base.APITestCase):
    """Each request of the tables."""

    def setUp(self) -> None:
        super().setUp()
        self.settings.set(
            'api', flavor=[*self.conf.api.flavor, 'm1.none:9:512:1:0']
        )
        self.app = loader.load(self.conf)
        self.add(
            rows.server(uuid=_SERVER),
            rows.service('host1'),
            rows.service('host2'),
        )

    def test_versions(self) -> None:
        self._check(urls.VERSIONS)

    def test_paths(self) -> None:
        self._check(urls.PATHS)

    def test_methods(self) -> None:
        self._check(urls.METHODS)

    def test_headers(self) -> None:
        self._check(urls.HEADERS)

    def test_queries(self) -> None:
        self._check(queries.QUERIES)

    def test_bodies(self) -> None:
        self._check(bodies.BODIES)

    def test_odd_queries(self) -> None:
        """These are good, after all."""
        for path in queries.ODD:
            response = self._ask(
                Bad('none', 'GET', path, 200, '', user='admin')
            )
            self.assertEqual(200, response.status_int, repr(path))

    def _check(self, table: Iterable[Bad]) -> None:
        wrong = [
            f'{bad.why}: {bad.method} {bad.path[:80]!r}: {difference}'
            for bad in table
            if (difference := self._difference(bad))
        ]
        self.assertEqual([], wrong)

    def _difference(self, bad: Bad) -> str | None:
        response = self._ask(bad)
        fault = _fault(response)
        if (response.status_int, fault) == (bad.code, bad.fault):
            return None
        return (
            f'{bad.code} {bad.fault} expected, not {response.status_int} '
            f'{fault}: {response.text[:200]}'
        )

    def _ask(self, bad: Bad) -> webob.Response:
        environ = {
            **webob.Request.blank('/').environ,
            **_where(bad.path),
            **_what(bad.body),
            'REQUEST_METHOD': bad.method,
            'HTTP_ACCEPT': 'application/json',
            'HTTP_X_AUTH_TOKEN': _TOKENS[bad.user],
        }
        req = webob.Request(environ)
        if bad.version is not None:
            req.headers['OpenStack-API-Version'] = f'compute {bad.version}'
        req.headers.update(dict(bad.headers))
        return req.get_response(self.app)


def _where(path: bytes) -> dict[str, str]:
    named = path.replace(b'{server}', _SERVER.encode()).replace(
        b'{unknown}', base.UNKNOWN.encode()
    )
    before, _, query = named.partition(b'?')
    raw = urllib.parse.unquote_to_bytes(before)
    return {
        'PATH_INFO': '/v2.1' + raw.decode('latin-1'),
        'QUERY_STRING': query.decode('latin-1'),
    }


def _what(body: Any) -> dict[str, Any]:
    if body is None:
        return {}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return {
        'CONTENT_TYPE': 'application/json',
        'CONTENT_LENGTH': str(len(raw)),
        'wsgi.input': io.BytesIO(raw),
    }


def _fault(response: webob.Response) -> str:
    """Return what kind of answer it is; say so when it is malformed."""
    found = response.json
    if PLAIN in found:
        return PLAIN
    ((name, fault),) = found.items()
    if fault['code'] != response.status_int or not fault['message']:
        return f'malformed {name}'
    return str(name)
