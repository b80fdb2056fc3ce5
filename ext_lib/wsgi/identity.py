# SPDX-License-Identifier: Apache-2.0
"""The part of the identity API that clients need before any request.

Some commands will not begin without an identity service, if only to look up
the project they filter by; some clients find services in its catalog only.
Where tokens are trusted unchecked, so is every name of a project or a
user: each is its own id.
"""

from collections.abc import Callable, Iterable, Mapping
import json
from typing import Any

from oslo_serialization import jsonutils
import webob
import webob.dec
import webob.exc

from ext_lib.wsgi import identity_token

_KINDS = {'projects': 'project', 'users': 'user'}
_TOKENS = 'auth/tokens'


class NoAuthIdentity:
    """WSGI application: the root of an identity API v3, where it is mounted.

    For one machine only, beside :class:`ext_lib.wsgi.auth.NoAuth`.

    :param endpoints: returns what is in the catalog: URLs by type of service
    """

    def __init__(self, endpoints: Callable[[], Mapping[str, str]]) -> None:
        self._endpoints = endpoints

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        try:
            answer = self._answer(webob.Request(environ))
        except UnicodeDecodeError:
            answer = webob.exc.HTTPNotFound()
        found: Iterable[bytes] = answer(environ, start_response)
        return found

    def _answer(self, req: webob.Request) -> webob.Response:
        path = req.path_info.strip('/')
        if (req.method, path) == ('POST', _TOKENS):
            return self._new_token(req)
        return _show(req, path)

    def _new_token(self, req: webob.Request) -> webob.Response:
        """Answer a request for a token; whatever the password, it is right."""
        endpoints = {
            'identity': req.application_url,
            **self._endpoints(),
        }
        try:
            asked = identity_token.parse(json.loads(req.body))
            token = identity_token.show(asked, endpoints)
        except ValueError:
            return _json(
                {'error': {'code': 400, 'message': 'No user or project.'}}, 400
            )
        answer = _json({'token': token}, 201)
        answer.headers['X-Subject-Token'] = asked
        return answer


def _show(req: webob.Request, path: str) -> webob.Response:
    kind, _, name = path.partition('/')
    if req.method != 'GET':
        return webob.exc.HTTPNotFound()
    if not kind:
        return _json({'version': _version(req.application_url)})
    if kind not in _KINDS or not name:
        return webob.exc.HTTPNotFound()
    thing = {'id': name, 'name': name, 'domain_id': 'default'}
    return _json({_KINDS[kind]: thing})


def _version(url: str) -> dict[str, Any]:
    return {
        'id': 'v3.14',
        'status': 'stable',
        'updated': '2020-04-07T00:00:00Z',
        'links': [{'rel': 'self', 'href': f'{url}/'}],
        'media-types': [],
    }


def _json(body: dict[str, Any], status: int = 200) -> webob.Response:
    return webob.Response(
        status=status,
        content_type='application/json',
        charset=None,
        body=jsonutils.dump_as_bytes(body),
    )
