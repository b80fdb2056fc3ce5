# SPDX-License-Identifier: Apache-2.0
"""Decorators that declare the contract of a controller method."""

from collections.abc import Callable
import dataclasses
from typing import Any, TypeVar

from ext_lib.wsgi import schema

Method = Callable[..., Any]
F = TypeVar('F', bound=Method)

_NOTHING = schema.Query({})


@dataclasses.dataclass(frozen=True)
class Contract:
    """The contract of a method, from the decorators below.

    :param status: HTTP status of a successful answer
    """

    status: int = 200
    query: schema.Query = _NOTHING
    body: schema.Body | None = None
    response: schema.Body | None = None


#: Of a method that declares nothing.
_ANY = Contract()


@dataclasses.dataclass(frozen=True)
class Reply:
    """A body with headers of its own; a bare body needs no Reply."""

    body: Any = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    status: int | None = None


def contract(method: Method) -> Contract:
    """Return the contract of ``method``."""
    found: Contract = getattr(method, 'contract', _ANY)
    return found


def status(code: int) -> Callable[[F], F]:
    """Answer with ``code`` on success."""
    return _noting(status=code)


def query(parameters: schema.Query) -> Callable[[F], F]:
    """Read these query parameters: ``req.query``, ``page``, ``filters``."""
    return _noting(query=parameters)


def body(properties: schema.Body) -> Callable[[F], F]:
    """Require a JSON body of this form, given as the argument ``body``."""
    return _noting(body=properties)


def response(properties: schema.Body) -> Callable[[F], F]:
    """Declare the form of the answer."""
    return _noting(response=properties)


def _noting(**changes: Any) -> Callable[[F], F]:
    def note(method: F) -> F:
        noted = dataclasses.replace(contract(method), **changes)
        method.contract = noted  # type: ignore[attr-defined]
        return method

    return note
