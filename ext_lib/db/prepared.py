# SPDX-License-Identifier: Apache-2.0
"""Statements that are built once for each of their forms."""

from collections.abc import Callable, Iterable, Mapping
import functools
from typing import Any

import sqlalchemy as sa

#: What a statement compares columns with, by name: SQL, or values.
Terms = Mapping[str, Any]


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
    """
    if others:
        return build({**_parameters(texts), **others}, *form)
    return _built(build, tuple(texts), *form)


@functools.lru_cache(maxsize=1000)
def _built(
    build: Callable[..., Any], texts: tuple[str, ...], *form: Any
) -> Any:
    return build(_parameters(texts), *form)


def _parameters(texts: Iterable[str]) -> dict[str, Any]:
    return {name: sa.bindparam(name, type_=sa.String()) for name in texts}
