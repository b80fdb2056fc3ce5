# SPDX-License-Identifier: Apache-2.0
"""Marks on records of a former life of a cell that it has again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from nova_ext.db.trail import text_sizes
from nova_ext.db.trail.record_kinds import Kind

_Row = dict[str, Any]


def mark(
    connection: Any, kind: Kind, older: Iterable[int], rows: Sequence[_Row]
) -> None:
    """Mark the same records of former lives, within a transaction.

    :param older: sources of these lives
    :param rows: new records of the present life
    """
    by_number = {row['id']: row for row in rows}
    for source in older:
        for part in _parts(connection, kind, source, list(by_number)):
            _mark(connection, kind, source, by_number, part)


def _parts(
    connection: Any, kind: Kind, source: int, numbers: Sequence[int]
) -> Iterable[list[int]]:
    """Return the numbers that a source has, in parts of limited size."""
    t = kind.table
    size = text_sizes.total(t.c[name] for name in kind.texts)
    found = connection.execute(
        sa.select(t.c.id, size).where(
            t.c.source_id == source, t.c.id.in_(numbers)
        )
    )
    return text_sizes.parts(found.all(), len(numbers))


def _mark(
    connection: Any,
    kind: Kind,
    source: int,
    rows: Mapping[int, _Row],
    numbers: Sequence[int],
) -> None:
    t = kind.table
    is_its = t.c.source_id == source
    found = connection.execute(sa.select(t).where(is_its, t.c.id.in_(numbers)))
    same = [
        old.id
        for old in found
        if all(
            getattr(old, name) == rows[old.id][name] for name in kind.columns
        )
    ]
    statement = sa.update(t).where(is_its, t.c.id.in_(same))
    connection.execute(statement.values(is_superseded=True))
