# SPDX-License-Identifier: Apache-2.0
"""Requests that web servers let through though they are malformed.

Servers on the way may understand them differently; RFC 9112 sections 3.2, 6.1
and 6.3, RFC 9110 section 5.5. What a server hides, such as the first of two
headers, cannot be found here.
"""

import re
from typing import Any

from ext_lib import exception

_LENGTH = re.compile(r'[0-9]{1,18}\Z')
#: A name or an address, and a port.
_HOST = re.compile(r'[^\x00-\x20\x7f,/?#@]*\Z')
_CONTROL = re.compile('[\x00-\x08\x0a-\x1f\x7f]')


class MalformedRequest(exception.Invalid):
    """The header of a request contradicts itself, or is none."""

    msg_fmt = 'Malformed request: %(why)s'


def check(environ: dict[str, Any]) -> None:
    """Refuse a request that others may understand differently.

    :raises MalformedRequest: when it is one
    """
    length = environ.get('CONTENT_LENGTH')
    if length and not _LENGTH.match(length):
        raise MalformedRequest(why='Content-Length is not a number')
    encoding = environ.get('HTTP_TRANSFER_ENCODING')
    if length and encoding is not None:
        raise MalformedRequest(
            why='Content-Length and Transfer-Encoding exclude each other'
        )
    if encoding is not None and encoding.lower() != 'chunked':
        raise MalformedRequest(why='Transfer-Encoding is invalid')
    host = environ.get('HTTP_HOST', '')
    # Several proxies may have named one each, where those are trusted.
    is_forwarded = host == environ.get('HTTP_X_FORWARDED_HOST')
    if not is_forwarded and not _HOST.match(host):
        raise MalformedRequest(why='Host is not the name of one host')
    for name, value in environ.items():
        # isprintable() is the faster one; what it refuses may be no control.
        if (
            name.startswith('HTTP_')
            and not value.isprintable()
            and _CONTROL.search(value)
        ):
            raise MalformedRequest(
                why=f'control character in {name[5:].replace("_", "-")}'
            )
