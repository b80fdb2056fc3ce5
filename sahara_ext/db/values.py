# SPDX-License-Identifier: Apache-2.0
"""Comparison of values with the columns that are to hold them.

Databases differ in what they do with a value that does not fit: one cuts it,
one refuses it, one keeps it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from ext_lib.db import text
from sahara_ext import exception

#: What the integers of every database can hold.
_INTEGERS = range(-(2**31), 2**31)


def check(model: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values``, all of which fit the columns of their names.

    :raises InvalidValue: when one does not
    """
    columns = sa.inspect(model).columns
    for name, value in values.items():
        reason = _misfit(columns[name].type, value)
        if reason:
            raise exception.InvalidValue(name=name, reason=reason)
    return dict(values)


def _misfit(kind: Any, value: Any) -> str | None:
    if isinstance(value, str):
        return _text_misfit(kind, value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if is_number and value not in _INTEGERS:
        return 'it is too large'
    return None


def _text_misfit(kind: Any, value: str) -> str | None:
    length = getattr(kind, 'length', None)
    if length is not None and len(value) > length:
        return f'it has more than {length} characters'
    if text.storable(value) != value:
        return 'it has characters that are none'
    return None


def alike(
    model: Any, rows: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return rows with the same columns, so that they are one statement.

    :raises InvalidValue: when a value does not fit
    """
    checked = [check(model, row) for row in rows]
    names = {name for row in checked for name in row}
    columns = sa.inspect(model).columns
    missing = {name: _default(columns[name]) for name in names}
    return [missing | row for row in checked]


def _default(column: Any) -> Any:
    default = column.default
    return default.arg if default is not None and default.is_scalar else None
