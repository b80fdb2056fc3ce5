# SPDX-License-Identifier: Apache-2.0
"""Bodies of the compute API's faults: one key that names the kind."""

from typing import Any

from ext_lib.wsgi import fault

_NAMES = {
    400: 'badRequest',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'itemNotFound',
    405: 'badMethod',
    409: 'conflictingRequest',
    413: 'overLimit',
    415: 'badMediaType',
    429: 'overLimit',
    501: 'notImplemented',
    503: 'serviceUnavailable',
}


def render(
    status: int, message: str, headers: dict[str, str]
) -> dict[str, Any]:
    """Return the body of a fault: ``{name: {code, message}}``."""
    details: dict[str, Any] = {'code': status, 'message': message}
    if status in (413, 429) and 'Retry-After' in headers:
        details['retryAfter'] = headers['Retry-After']
    return {_NAMES.get(status, 'computeFault'): details}


FAULTS = fault.Faults(render)
