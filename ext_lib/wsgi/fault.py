# SPDX-License-Identifier: Apache-2.0
"""Translation of errors into answers."""

from collections.abc import Callable, Iterable
from typing import Any

from oslo_db import exception as db_exception
from oslo_log import log
from oslo_serialization import jsonutils
import sqlalchemy as sa
import webob
import webob.exc

from ext_lib import exception
from ext_lib.db import storage
from ext_lib.wsgi import framing
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request

LOG = log.getLogger(__name__)

#: Makes the body of a fault from status, text and headers.
Render = Callable[[int, str, dict[str, str]], dict[str, Any]]

_STATUS: tuple[tuple[type[exception.Error], int], ...] = (
    (exception.Invalid, 400),
    (exception.Forbidden, 403),
    (exception.NotFound, 404),
    (microversion.UnsupportedVersion, 406),
    (exception.Conflict, 409),
    (request.UnsupportedContentType, 415),
    (exception.NotImplemented, 501),
    (exception.Unavailable, 503),
)

_UNEXPECTED = (
    'Unexpected API Error. Please report this to your cloud administrator '
    'together with the request id.\n%s'
)


#: Seconds after which to try again what something did not answer for.
_RETRY_AFTER = 10

#: The database is unreachable.
_UNREACHABLE = (db_exception.DBConnectionError, sa.exc.TimeoutError)


def public_error(error: Exception) -> Exception:
    """Return the error that clients get in place of ``error``."""
    if isinstance(error, _UNREACHABLE):
        LOG.error('The database does not answer: %s', error)
        return exception.Unavailable()
    why = storage.reason(error)
    if why is None:
        return error
    LOG.error(
        'The database cannot be used: %s: %s', why, storage.driver_text(error)
    )
    return exception.Unavailable()


def status_of(error: Exception) -> int:
    """Return the HTTP status that tells a client of ``error``."""
    for family, status in _STATUS:
        if isinstance(error, family):
            return status
    return 500


def headers_of(status: int) -> dict[str, str]:
    """Return the headers of all faults of a status (RFC 9110, 10.2.3)."""
    return {'Retry-After': str(_RETRY_AFTER)} if status == 503 else {}


class Faults:
    """Faults with the bodies of one service.

    :param render: makes the body
    """

    def __init__(self, render: Render) -> None:
        self.render = render

    def respond(
        self, status: int, message: str, headers: dict[str, str] | None = None
    ) -> webob.Response:
        """Return a fault."""
        headers = {**headers_of(status), **(headers or {})}
        response = webob.Response(
            status=status,
            content_type='application/json; charset=UTF-8',
            body=jsonutils.dump_as_bytes(
                self.render(status, message, headers)
            ),
        )
        response.headers.update(headers)
        return response

    def from_error(self, error: Exception) -> webob.Response:
        """Return the fault that tells of ``error``."""
        error = public_error(error)
        if isinstance(error, webob.exc.HTTPException):
            return self.respond(error.code, error.explanation)
        status = status_of(error)
        if status < 500 or isinstance(error, exception.Unavailable):
            return self.respond(status, str(error))
        if isinstance(error, exception.NotImplemented):
            return self.respond(status, str(error))
        LOG.error('Unexpected error in the API', exc_info=error)
        return self.respond(status, _UNEXPECTED % type(error))


class FaultWrapper:
    """Filter: whatever escapes the application becomes a fault.

    So do requests that are malformed before any application reads them.

    Stands right below the request id, so that even these answers carry one.
    """

    def __init__(self, application: Any, faults: Faults) -> None:
        self.application = application
        self.faults = faults

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        try:
            framing.check(environ)
            found: Iterable[bytes] = self.application(environ, start_response)
            return found
        except Exception as error:
            answer: Iterable[bytes] = self.faults.from_error(error)(
                environ, start_response
            )
            return answer
