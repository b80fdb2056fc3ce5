# SPDX-License-Identifier: Apache-2.0
"""Answers to bad requests say what is wrong, and are never a 500."""

from collections.abc import Iterable
import io
import json
from typing import Any
import urllib.parse

import webob

from sahara_ext.tests.functional import base
from sahara_ext.tests.functional import rows
from sahara_ext.tests.functional.bad_requests import bodies
from sahara_ext.tests.functional.bad_requests import queries
from sahara_ext.tests.functional.bad_requests import urls
from sahara_ext.tests.functional.bad_requests.cases import Bad
from sahara_ext.tests.functional.bad_requests.cases import PLAIN

_IDS = {
    'cluster': '5bbcc3c4-1da2-4437-a48a-66f15b1b13f9',
    'protected': '6bbcc3c4-1da2-4437-a48a-66f15b1b13f9',
    'public': '7bbcc3c4-1da2-4437-a48a-66f15b1b13f9',
    'group_template': '8bbcc3c4-1da2-4437-a48a-66f15b1b13f9',
    'template': '9bbcc3c4-1da2-4437-a48a-66f15b1b13f9',
    'unknown': base.UNKNOWN,
}
#: Any name will do.
_ANY = '*'


class BadRequestsTest(base.APITestCase):
    """Each request of the tables, in each version it is for."""

    def setUp(self) -> None:
        super().setUp()
        cluster = _IDS['cluster']
        group = rows.group(cluster, name='worker', count=2)
        self.add(
            rows.cluster(id=cluster, name='active'),
            group,
            rows.instance(cluster, group.id, 1),
            rows.instance(cluster, group.id, 2),
            rows.cluster(
                id=_IDS['protected'], name='protected', is_protected=True
            ),
            rows.cluster(
                id=_IDS['public'], project_id='f' * 32, is_public=True
            ),
            rows.cluster_template(id=_IDS['template'], name='small'),
            rows.node_group_template(
                id=_IDS['group_template'], name='workers'
            ),
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

    def _check(self, table: Iterable[Bad]) -> None:
        wrong = [
            f'{bad.why}: {bad.method} {version} {bad.path[:80]!r}: {answer}'
            for bad in table
            for version in bad.versions
            if (answer := self._difference(bad, version))
        ]
        self.assertEqual([], wrong)

    def _difference(self, bad: Bad, version: str) -> str | None:
        response = self._ask(bad, version)
        name = _name(response)
        if _ANY in (bad.name, name):
            name = bad.name
        if (response.status_int, name) != (bad.code, bad.name):
            return (
                f'{bad.code} {bad.name} expected, not {response.status_int} '
                f'{name}: {response.text[:200]}'
            )
        says = _spelled(bad.says, version)
        if says not in response.text:
            return f'{says} is not named: {response.text[:200]}'
        return None

    def _ask(self, bad: Bad, version: str) -> webob.Response:
        environ = {
            **webob.Request.blank('/').environ,
            **_where(version, bad.path),
            **_what(version, bad.body),
            'REQUEST_METHOD': bad.method,
            'HTTP_ACCEPT': 'application/json',
            'HTTP_X_AUTH_TOKEN': base.MEMBER,
        }
        req = webob.Request(environ)
        req.headers.update(dict(bad.headers))
        return req.get_response(self.app)


def _where(version: str, path: bytes) -> dict[str, str]:
    for name, value in _IDS.items():
        path = path.replace(f'{{{name}}}'.encode(), value.encode())
    before, _, query = path.partition(b'?')
    raw = urllib.parse.unquote_to_bytes(before)
    return {
        'PATH_INFO': f'/{version}' + raw.decode('latin-1'),
        'QUERY_STRING': query.decode('latin-1'),
    }


def _what(version: str, body: Any) -> dict[str, Any]:
    if body is None:
        return {}
    if isinstance(body, bytes):
        raw = body
    else:
        raw = _spelled(json.dumps(body), version).encode()
    return {
        'CONTENT_TYPE': 'application/json',
        'CONTENT_LENGTH': str(len(raw)),
        'wsgi.input': io.BytesIO(raw),
    }


def _spelled(text: str, version: str) -> str:
    if version == 'v2':
        return text.replace('hadoop_version', 'plugin_version')
    return text


def _name(response: webob.Response) -> str:
    """Return the name of an error; say so when its form is wrong."""
    found = response.json
    if PLAIN in found:
        is_sound = set(found) == {PLAIN, 'error_message'}
        code = found[PLAIN]
    else:
        is_sound = set(found) >= {'error_code', 'error_message', 'error_name'}
        code = found['error_code']
    if not is_sound or code != response.status_int:
        return f'malformed {found}'
    return PLAIN if PLAIN in found else str(found['error_name'])
