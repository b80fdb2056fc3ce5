# SPDX-License-Identifier: Apache-2.0
"""The form of a bad request and of what is expected in answer to it."""

import dataclasses
from typing import Any

#: In place of the name of a fault: the answer is the one of a web server.
PLAIN = 'title'


@dataclasses.dataclass(frozen=True)
class Bad:
    """A request, and the status and the kind of fault it is answered with.

    :param path: below ``/v2.1``, bytes as they travel; ``{server}`` stands
        for a server of the user, ``{unknown}`` for an unknown id
    :param body: bytes as they are, anything else as JSON
    :param user: ``admin``, ``demo``, ``reader`` or one of no project here
    :param fault: the only key of the body of the answer
    """

    why: str
    method: str
    path: bytes
    code: int
    fault: str
    version: str | None = '2.80'
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    user: str = 'demo'


def bad(
    code: int, fault: str, method: str, path: bytes, why: str, **more: Any
) -> Bad:
    """Return a bad request; the answer comes first, to line up in tables."""
    return Bad(why, method, path, code, fault, **more)


def invalid(method: str, path: bytes, why: str, **more: Any) -> Bad:
    """Return a request that is answered with 400."""
    return bad(400, 'badRequest', method, path, why, **more)


def missing(method: str, path: bytes, why: str, **more: Any) -> Bad:
    """Return a request for what there is not: 404."""
    return bad(404, 'itemNotFound', method, path, why, **more)


def unrouted(method: str, path: bytes, why: str, **more: Any) -> Bad:
    """Return a request that leads nowhere: 404, and no fault."""
    return bad(404, PLAIN, method, path, why, **more)
