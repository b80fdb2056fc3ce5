# SPDX-License-Identifier: Apache-2.0
"""What a tag may be, and what makes two requests the same."""

import hashlib
import json
import re
from typing import Any
import urllib.parse

#: A tag stands in a header and, as a segment, in a path.
_TAG = re.compile(r'[!-~]{1,255}\Z')
_NOT_IN_A_TAG = frozenset(',/?#%')
_NAMES_OF_OTHERS = frozenset({'.', '..', 'detail'})


def is_tag(text: str) -> bool:
    """Return whether ``text`` can be a tag."""
    return (
        _TAG.match(text) is not None
        and _NOT_IN_A_TAG.isdisjoint(text)
        and text not in _NAMES_OF_OTHERS
    )


def fingerprint(method: str, path: str, query: str, body: bytes) -> str:
    """Return a digest that is equal for requests that ask for the same.

    :param path: without the project segment
    :param query: parameters in any order
    :param body: spaces and the order of keys do not matter if it is JSON
    """
    parameters = urllib.parse.parse_qsl(query, keep_blank_values=True)
    about = json.dumps([method, path, sorted(parameters)])
    return hashlib.sha256(about.encode() + b'\n' + canonical(body)).hexdigest()


def reservation(project_id: str, tag: str, fingerprint: str) -> str:
    """Return what only one task may hold."""
    parts = json.dumps([project_id, tag, fingerprint])
    return hashlib.sha256(parts.encode()).hexdigest()


def canonical(body: bytes) -> bytes:
    """Return the one form of all JSON documents that say the same.

    What is not JSON comes back as it is, marked so that it never equals a
    document.
    """
    try:
        document = json.loads(
            body, parse_float=_number, parse_constant=_refuse
        )
        text = json.dumps(document, sort_keys=True, separators=(',', ':'))
    except (ValueError, RecursionError):
        return b'raw:' + body
    return b'json:' + text.encode()


def _number(text: str) -> float | int:
    # 1.0 is the number 1, however a client's library writes it.
    number = float(text)
    return int(number) if number.is_integer() else number


def _refuse(constant: str) -> Any:
    raise ValueError(f'{constant} is not JSON')
