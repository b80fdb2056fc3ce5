# SPDX-License-Identifier: Apache-2.0
"""Request bodies: JSON that any database can hold and any client read."""

from typing import Any

from oslo_serialization import jsonutils

from ext_lib import exception
from ext_lib.wsgi import request


class UnsupportedContentType(exception.Invalid):
    """The body is in a format the service does not read."""

    msg_fmt = "Content type '%(content_type)s' isn't supported"


def read(req: request.Request) -> Any:
    """Return what the body says, an empty object when there is none.

    :raises UnsupportedContentType: when it is not JSON by its type
    :raises MalformedBody: when it is not JSON, or holds a number or a
        character that cannot be stored
    """
    if not req.body:
        return {}
    if req.content_type not in ('', request.JSON_TYPE):
        raise UnsupportedContentType(content_type=req.content_type)
    found = request.decode(bytes(req.body))
    try:
        jsonutils.dumps(found, allow_nan=False)
    except (ValueError, RecursionError):
        raise request.MalformedBody() from None
    return found
