# SPDX-License-Identifier: Apache-2.0
"""The versions there are: what a client reads before it knows the API."""

from collections.abc import Iterable
from typing import Any

import webob
import webob.exc

from ext_lib.wsgi import links
from ext_lib.wsgi import request
from sahara_ext.api import faults
from sahara_ext.api import microversions


def version_document(base: str) -> dict[str, Any]:
    """Return all versions, the current one last.

    :param base: URL of the service
    """
    negotiator = microversions.NEGOTIATORS[microversions.V2]
    return {
        'versions': [
            _version('v1.0', 'SUPPORTED', base),
            _version('v1.1', 'SUPPORTED', base),
            {
                **_version('v2', 'CURRENT', base),
                'min_version': str(negotiator.minimum),
                'max_version': str(negotiator.maximum),
            },
        ]
    }


def _version(name: str, status: str, base: str) -> dict[str, Any]:
    href = f'{base.rstrip("/")}/{name}/'
    return {
        'id': name,
        'status': status,
        'links': [{'rel': 'self', 'href': href}],
    }


class VersionList:
    """WSGI application: every version, for ``/``, without a token.

    The status is 300, for a client has to choose. Any other path is not found.
    """

    def __init__(self, links: links.Links) -> None:
        self.links = links

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        req = request.Request(environ)
        answer: webob.Response = faults.plain(
            webob.exc.HTTPNotFound, 'There is nothing at this URL.'
        )
        if environ['PATH_INFO'] == '/':
            document = version_document(self.links.base(req))
            answer = faults.json_response(300, document)
        return answer(environ, start_response)
