# SPDX-License-Identifier: Apache-2.0
"""The form of a bad request and of what is expected in answer to it."""

import dataclasses
from typing import Any

#: In place of the name of an error: the answer has the form without one.
PLAIN = 'error'

V1 = ('v1.1',)
V2 = ('v2',)
BOTH = ('v1.1', 'v2')


@dataclasses.dataclass(frozen=True)
class Bad:
    """A request, and the status and the name of the error it gets.

    :param path: below the version, bytes as they travel; ``{cluster}``
        stands for a cluster of the user that is active, ``{protected}`` for
        one that is protected, ``{public}`` for one of another project,
        ``{template}`` and ``{group_template}`` for templates, ``{unknown}``
        for an id that is not there
    :param body: bytes as they are, anything else as JSON; in it,
        ``hadoop_version`` gets the name the version has for it
    :param versions: the versions it is sent to
    :param says: what the message names
    """

    why: str
    method: str
    path: bytes
    code: int
    name: str
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    versions: tuple[str, ...] = BOTH
    says: str = ''


def bad(
    code: int, name: str, method: str, path: bytes, why: str, **more: Any
) -> Bad:
    """Return a bad request; the answer comes first, to line up in tables."""
    return Bad(why, method, path, code, name, **more)


def invalid(method: str, path: bytes, why: str, **more: Any) -> Bad:
    """Return a request that does not fit its schema."""
    return bad(400, 'VALIDATION_ERROR', method, path, why, **more)


def malformed(method: str, path: bytes, why: str, **more: Any) -> Bad:
    """Return a request that is no JSON."""
    return bad(400, 'MALFORMED_REQUEST_BODY', method, path, why, **more)


def dangling(method: str, path: bytes, why: str, **more: Any) -> Bad:
    """Return a request that refers to what is not there, or not so."""
    return bad(400, 'INVALID_REFERENCE', method, path, why, **more)


def missing(method: str, path: bytes, why: str, **more: Any) -> Bad:
    """Return a request for what there is not."""
    return bad(404, 'NOT_FOUND', method, path, why, **more)


def unrouted(method: str, path: bytes, why: str, **more: Any) -> Bad:
    """Return a request that leads nowhere."""
    return bad(404, PLAIN, method, path, why, **more)
