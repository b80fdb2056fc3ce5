# SPDX-License-Identifier: Apache-2.0
"""Former versions of records that were sealed and have changed since."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from nova_ext.db.trail import chain
from nova_ext.db.trail import models
from nova_ext.db.trail.record_kinds import Kind

_d = models.digests.c


def keep(
    connection: Any, source_id: int, kind: Kind, numbers: Sequence[int]
) -> None:
    """Keep what was sealed of records that are about to change.

    It is called in the transaction that changes them, which has the lock.
    They are sealed again as another version. Of a record that had not ended
    nothing is kept but its digest.
    """
    t = kind.table
    is_one = sa.and_(
        t.c.source_id == source_id, t.c.id.in_(numbers), t.c.sealed.isnot(None)
    )
    sealed = connection.execute(
        sa.select(t, _d.is_ended)
        .select_from(t.join(models.digests, _d.sequence == t.c.sealed))
        .where(is_one)
    ).all()
    if not sealed:
        return
    source = sources(connection)[source_id]
    names = t.columns.keys()
    kept = []
    for *values, is_ended in sealed:
        row = dict(zip(names, values, strict=True))
        if is_ended:
            text = chain.canonical(chain.content(kind, source, row)).decode()
            kept.append({'sequence': row['sealed'], 'content': text})
    if kept:
        connection.execute(sa.insert(models.versions), kept)
    connection.execute(sa.update(t).where(is_one).values(sealed=None))


def sources(connection: Any) -> dict[int, chain.Source]:
    """Return all sources of the trail by their numbers."""
    t = models.sources.c
    rows = connection.execute(sa.select(t.id, t.cell, t.life))
    return {number: chain.Source(cell, life) for number, cell, life in rows}
