# SPDX-License-Identifier: Apache-2.0
"""The form of the data processing API's faults.

An error has a name, and an id that the log has too. Where a URL leads
nowhere, there is a shorter form, as clients know it.
"""

from typing import Any

from oslo_log import log as logging
from oslo_serialization import jsonutils
from oslo_utils import uuidutils
import webob
import webob.exc

from ext_lib import exception
from ext_lib.wsgi import fault
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from sahara_ext.api import microversions

LOG = logging.getLogger(__name__)

#: The names of families; an error may have its own, as its ``code``.
_NAMES: tuple[tuple[type[exception.Error], str], ...] = (
    (request.MalformedBody, 'MALFORMED_REQUEST_BODY'),
    (request.NulInQuery, 'VALIDATION_ERROR'),
    (exception.Invalid, 'INVALID_DATA'),
    (exception.Forbidden, 'FORBIDDEN'),
    (exception.NotFound, 'NOT_FOUND'),
    (exception.Conflict, 'CONFLICT'),
    (exception.NotImplemented, 'NOT_IMPLEMENTED'),
    (exception.Unavailable, 'SERVICE_UNAVAILABLE'),
)
_VERSION_ERRORS = (
    microversion.InvalidVersion,
    microversion.UnsupportedVersion,
)
_VERSION_NAMES = {400: 'BAD_REQUEST', 406: 'NOT_ACCEPTABLE'}
_UNEXPECTED = 'INTERNAL_SERVER_ERROR'


class Faults(fault.Faults):
    """Answers that tell of errors."""

    def __init__(self) -> None:
        super().__init__(_render)

    def from_error(self, error: Exception) -> webob.Response:
        """Return the answer that tells of ``error``, and log it."""
        error = fault.public_error(error)
        if isinstance(error, webob.exc.HTTPException):
            if error.has_body:
                return error
            return self.respond(error.code, error.explanation)
        status = fault.status_of(error)
        if isinstance(error, _VERSION_ERRORS):
            return _from_version_error(status, error)
        name = _name(error)
        message = 'Internal Server Error'
        if name != _UNEXPECTED:
            message = str(error)
        error_id = uuidutils.generate_uuid()
        if status == 500:
            LOG.error('Error ID: %s', error_id, exc_info=error)
        else:
            LOG.info('%s: %s Error ID: %s', name, message, error_id)
        response = _named(status, name, f'{message}\nError ID: {error_id}')
        response.headers.update(fault.headers_of(status))
        return response


def plain(
    kind: type[webob.exc.HTTPException], why: str
) -> webob.exc.HTTPException:
    """Return an exception that is an answer, in the form without a name."""
    return kind(
        content_type=request.JSON_TYPE,
        charset=None,
        body=jsonutils.dump_as_bytes(_render(kind.code, why, {})),
    )


def _name(error: Exception) -> str:
    code = getattr(error, 'code', None)
    if isinstance(error, exception.Error) and isinstance(code, str):
        return code
    for family, name in _NAMES:
        if isinstance(error, family):
            return name
    return _UNEXPECTED


def _render(
    status: int, message: str, headers: dict[str, str]
) -> dict[str, Any]:
    """Return the body of a fault that has no name."""
    return {'error': status, 'error_message': message}


def _from_version_error(status: int, error: exception.Error) -> webob.Response:
    negotiator = microversions.NEGOTIATORS[microversions.V2]
    response = _named(
        status,
        _VERSION_NAMES[status],
        str(error),
        max_version=str(negotiator.maximum),
        min_version=str(negotiator.minimum),
    )
    if isinstance(error, microversion.InvalidVersion):
        # No filter before can find out the version of this answer.
        negotiator.stamp(response, negotiator.minimum)
    return response


def _named(
    status: int, name: str, message: str, **more: str
) -> webob.Response:
    body = {
        'error_code': status,
        'error_message': message,
        'error_name': name,
        **more,
    }
    return json_response(status, body)


def json_response(status: int, body: dict[str, Any]) -> webob.Response:
    """Return an answer whose body is JSON."""
    return webob.Response(
        status=status,
        content_type=request.JSON_TYPE,
        charset=None,
        body=jsonutils.dump_as_bytes(body),
    )


#: The only one there is.
FAULTS = Faults()
