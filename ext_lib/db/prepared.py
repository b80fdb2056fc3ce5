# SPDX-License-Identifier: Apache-2.0
"""Statements that are built once for each of their forms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
import functools
from typing import Any
import weakref

import sqlalchemy as sa

from ext_lib.db import driver_statement

#: What a statement compares columns with, by name: SQL, or values.
Terms = Mapping[str, Any]


class Prepared:
    """A SELECT that is executed again and again.

    :param statement: as SQLAlchemy executes it
    """

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._known: weakref.WeakKeyDictionary[
            Any, driver_statement.DriverStatement | None
        ] = weakref.WeakKeyDictionary()

    def for_driver(
        self, dialect: sa.engine.Dialect
    ) -> driver_statement.DriverStatement | None:
        """Return it as the driver of a dialect takes it, None if it cannot."""
        try:
            return self._known[dialect]
        except KeyError:
            found = driver_statement.translate(self.statement, dialect)
            return self._known.setdefault(dialect, found)


def statement(
    build: Callable[..., Any],
    texts: Iterable[str],
    others: Terms,
    *form: Any,
) -> Any:
    """Return ``build(terms, *form)``, made once where all are parameters.

    :param build: a function that makes a statement of Terms
    :param texts: names of those terms that are parameters of text
    :param others: terms that are part of the statement
    :param form: hashable; what else the statement depends on
    :returns: a Prepared, or the statement if it has ``others``
    """
    if others:
        return build({**_parameters(texts), **others}, *form)
    return _built(build, tuple(texts), *form)


@functools.lru_cache(maxsize=1000)
def _built(
    build: Callable[..., Any], texts: Sequence[str], *form: Any
) -> Prepared:
    return Prepared(build(_parameters(texts), *form))


def _parameters(texts: Iterable[str]) -> dict[str, Any]:
    return {name: sa.bindparam(name, type_=sa.String()) for name in texts}
