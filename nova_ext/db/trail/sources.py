# SPDX-License-Identifier: Apache-2.0
"""Lives of the cells whose records the trail has."""

from typing import Any

import sqlalchemy as sa

from ext_lib.context import RequestContext
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import store
from nova_ext.db.trail.facade import facade
from nova_ext.db.trail.lease import Lease
from nova_ext.db.trail.lease import now

_t = models.sources


def open_store(
    context: RequestContext, lease: Lease, cell: str
) -> store.Store:
    """Return the records of the present life of a cell.

    :raises LeaseLost: when it would have to be created, and another
        collector leads
    """
    known = lives(context, cell)
    if not known:
        begin_life(context, lease, cell)
        known = lives(context, cell)
    return store.Store(context, lease, known[-1], known[:-1])


def begin_life(context: RequestContext, lease: Lease, cell: str) -> None:
    """Begin to copy a cell from its first row on.

    :raises LeaseLost: when another collector leads
    """
    moment = now(context)
    source = {
        'cell': cell,
        'life': len(lives(context, cell)) + 1,
        'begun_at': moment,
    }
    start = store.Position(0, 0, 0, moment)

    def write(connection: Any) -> None:
        result = connection.execute(sa.insert(_t).values(source))
        [number] = result.inserted_primary_key
        connection.execute(
            sa.insert(models.positions),
            [
                {'source_id': number, 'kind': kind.name, **start._asdict()}
                for kind in record_kinds.ALL
            ],
        )

    store.transact(context, lease, write)


def lives(context: RequestContext, cell: str) -> list[int]:
    """Return the numbers of the lives of a cell, the present one last."""
    statement = sa.select(_t.c.id).where(_t.c.cell == cell)
    rows = facade.fetch(context, statement.order_by(_t.c.life))
    return [row[0] for row in rows]
