# SPDX-License-Identifier: Apache-2.0
"""Filters of oslo.middleware, out of the way of requests they do not concern.

What each of them does is oslo.middleware's business. But there each one wraps
every request and every answer anew, which took more time than most requests
do, so here it only gets those it does something about.
"""

import re
from typing import Any

from oslo_context import context
import oslo_middleware
from oslo_middleware import request_id
import webob

_Environ = dict[str, Any]
_FORWARDED = frozenset(
    {
        'HTTP_FORWARDED',
        'HTTP_X_FORWARDED_FOR',
        'HTTP_X_FORWARDED_HOST',
        'HTTP_X_FORWARDED_PREFIX',
        'HTTP_X_FORWARDED_PROTO',
    }
)
_ID = re.compile(request_id.ID_FORMAT)
#: Methods of requests whose body no application reads.
_WITHOUT_BODY = frozenset({'GET', 'HEAD'})
#: As many digits have no number that is too large for anything.
_MOST_DIGITS = 18


class CORS(oslo_middleware.CORS):
    """Filter that lets browsers of other origins in."""

    application: Any

    def __call__(self, environ: _Environ, start_response: Any) -> Any:
        """Answer one request (PEP 3333)."""
        if 'HTTP_ORIGIN' in environ or environ['REQUEST_METHOD'] == 'OPTIONS':
            return super().__call__(environ, start_response)
        return self.application(environ, start_response)


class HTTPProxyToWSGI(oslo_middleware.HTTPProxyToWSGI):
    """Filter that trusts the headers of a proxy, if it is to."""

    application: Any

    def __call__(self, environ: _Environ, start_response: Any) -> Any:
        """Answer one request (PEP 3333)."""
        if not _FORWARDED.isdisjoint(environ):
            self.process_request(webob.Request(environ))
        return self.application(environ, start_response)


class RequestBodySizeLimiter(oslo_middleware.RequestBodySizeLimiter):
    """Filter that refuses large bodies."""

    application: Any

    def __call__(self, environ: _Environ, start_response: Any) -> Any:
        """Answer one request (PEP 3333)."""
        if self._is_small(environ):
            return self.application(environ, start_response)
        return super().__call__(environ, start_response)

    def _is_small(self, environ: _Environ) -> bool:
        length: str | None = environ.get('CONTENT_LENGTH')
        if not length:
            # With an unknown length it is measured while it is read.
            return environ['REQUEST_METHOD'] in _WITHOUT_BODY
        if not length.isdecimal() or len(length) > _MOST_DIGITS:
            return False
        return int(length) <= self._conf_get('max_request_body_size')


class RequestId(oslo_middleware.RequestId):
    """Filter that gives each request its id.

    :cvar compat_headers: headers of the answer that have it, too
    """

    application: Any

    def __call__(self, environ: _Environ, start_response: Any) -> Any:
        """Answer one request (PEP 3333)."""
        names = [request_id.HTTP_RESP_HEADER_REQUEST_ID, *self.compat_headers]
        outer = environ.get('HTTP_X_OPENSTACK_REQUEST_ID')
        if outer and _ID.match(outer):
            environ[request_id.GLOBAL_REQ_ID] = outer
        own = context.generate_request_id()
        environ[request_id.ENV_REQUEST_ID] = own

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            given = {name.lower() for name, _ in headers}
            added = [
                (name, own) for name in names if name.lower() not in given
            ]
            return start_response(status, [*headers, *added], exc_info)

        return self.application(environ, start)
