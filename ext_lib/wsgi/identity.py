# SPDX-License-Identifier: Apache-2.0
"""As much of the identity API as clients ask for before they ask anything.

Some commands will not begin without an identity service, if only to look up
the project they filter by. Where tokens are believed as they stand, so is
every name of a project or a user: each is its own id.
"""

from collections.abc import Iterable
from typing import Any

from oslo_serialization import jsonutils
import webob
import webob.dec
import webob.exc

_KINDS = {'projects': 'project', 'users': 'user'}


class NoAuthIdentity:
    """WSGI application: the root of an identity API v3, where it is mounted.

    For one machine only, beside :class:`ext_lib.wsgi.auth.NoAuth`.
    """

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        try:
            answer = _answer(webob.Request(environ))
        except UnicodeDecodeError:
            answer = webob.exc.HTTPNotFound()
        found: Iterable[bytes] = answer(environ, start_response)
        return found


def _answer(req: webob.Request) -> webob.Response:
    kind, _, name = req.path_info.strip('/').partition('/')
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


def _json(body: dict[str, Any]) -> webob.Response:
    return webob.Response(
        content_type='application/json',
        charset=None,
        body=jsonutils.dump_as_bytes(body),
    )
