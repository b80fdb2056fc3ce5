# SPDX-License-Identifier: Apache-2.0
"""One line of log for each request."""

from collections.abc import Iterable
import logging
import time
from typing import Any
import urllib.parse

from oslo_context import context as oslo_context
from oslo_log import log
from oslo_middleware import request_id

from ext_lib import context
from ext_lib.wsgi import request

LOG = log.getLogger(__name__)

_FORM = (
    '%(address)s "%(method)s %(path)s" status: %(status)s len: %(length)s '
    'microversion: %(version)s time: %(seconds).6f'
)


class RequestLog:
    """Filter: logs who asked what, the answer's status and size, the time.

    Stands outside the filters that may answer themselves, so that refused
    requests show too. All that is logged further inside names the request,
    and its user as soon as the context filter has found one.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        unknown = context.begin_request(
            environ.get(request_id.ENV_REQUEST_ID),
            environ.get(request_id.GLOBAL_REQ_ID),
        )
        try:
            return self._answer(environ, start_response, unknown)
        finally:
            # The thread's next request is another's.
            context.end_request()

    def _answer(
        self,
        environ: dict[str, Any],
        start_response: Any,
        unknown: oslo_context.RequestContext,
    ) -> Iterable[bytes]:
        began = time.monotonic()
        answer: list[tuple[str, Any]] = []
        # Filters that copy the environ share what is found out of it.
        environ.setdefault(request.ATTRIBUTES, {})

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            answer[:] = [(status, headers)]
            return start_response(status, headers, exc_info)

        found: Iterable[bytes] = self.application(environ, start)
        if answer and LOG.isEnabledFor(logging.INFO):
            caller = environ.get(request.CONTEXT, unknown)
            values = _values(environ, *answer[0], time.monotonic() - began)
            LOG.info(_FORM, values, context=caller)
        return found


def _values(
    environ: dict[str, Any], status: str, headers: Any, seconds: float
) -> dict[str, Any]:
    query = environ.get('QUERY_STRING')
    path = environ.get('SCRIPT_NAME', '') + environ.get('PATH_INFO', '')
    path = urllib.parse.quote(path.encode('latin-1'))
    return {
        'address': environ.get('REMOTE_ADDR', '-'),
        'method': environ['REQUEST_METHOD'],
        'path': f'{path}?{query}' if query else path,
        'status': status.split()[0],
        'length': dict(headers).get('Content-Length', '-'),
        'version': environ[request.ATTRIBUTES].get('version', '-'),
        'seconds': seconds,
    }
