# SPDX-License-Identifier: Apache-2.0
"""One line of log for each request."""

from collections.abc import Iterable
import time
from typing import Any
import urllib.parse

from oslo_log import log

LOG = log.getLogger(__name__)

_FORM = (
    '%(address)s "%(method)s %(path)s" status: %(status)s len: %(length)s '
    'microversion: %(version)s time: %(seconds).6f'
)


class RequestLog:
    """Filter: logs who asked what, the answer's status and size, the time.

    Stands outside the filters that may answer themselves, so that refused
    requests show too.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        began = time.monotonic()
        answer: dict[str, Any] = {}

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            answer.update(status=status.split()[0], headers=dict(headers))
            return start_response(status, headers, exc_info)

        found: Iterable[bytes] = self.application(environ, start)
        if answer:
            _log(environ, answer, time.monotonic() - began)
        return found


def _log(
    environ: dict[str, Any], answer: dict[str, Any], seconds: float
) -> None:
    query = environ.get('QUERY_STRING')
    path = environ.get('SCRIPT_NAME', '') + environ.get('PATH_INFO', '')
    path = urllib.parse.quote(path.encode('latin-1'))
    attributes = environ.get('webob.adhoc_attrs', {})
    values = {
        'address': environ.get('REMOTE_ADDR', '-'),
        'method': environ['REQUEST_METHOD'],
        'path': f'{path}?{query}' if query else path,
        'status': answer['status'],
        'length': answer['headers'].get('Content-Length', '-'),
        'version': attributes.get('version', '-'),
        'seconds': seconds,
    }
    LOG.info(_FORM, values)
