# SPDX-License-Identifier: Apache-2.0
"""Import of archived records from the shadow tables of a nova.

Records that the trail has are not copied again, so the import is idempotent. A
record that had not ended is updated to its archived state. Tables are read
along their primary keys.
"""

from collections.abc import Callable, Iterator, Sequence
import dataclasses
import datetime
from typing import Any

import sqlalchemy as sa

from ext_lib import exception
from ext_lib.context import RequestContext
from nova_ext.db.facade import facade as cells
from nova_ext.db.trail import chain
from nova_ext.db.trail import lease
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import rows as trail_rows
from nova_ext.db.trail import seals
from nova_ext.db.trail import sources
from nova_ext.db.trail import store
from nova_ext.db.trail.cell import Cell
from nova_ext.db.trail.cell import Throttle
from nova_ext.db.trail.facade import facade
from nova_ext.db.trail.record_kinds import Kind

_Row = dict[str, Any]
_d = models.digests.c


class NotImported(exception.Error):
    """A cell has no shadow tables, or was not read by a collector yet."""

    msg_fmt = 'Cell %(cell)s %(reason)s.'


class Import:
    """Imports the archived records of one cell.

    :param context: of the trail
    :param cell: the cell that is read
    :raises NotImported: when the cell was not read yet, or has no such tables
    """

    def __init__(
        self, context: RequestContext, cell: Cell, throttle: Throttle
    ) -> None:
        self._context = context
        self._cell = cell
        self._throttle = throttle
        lives = sources.lives(context, cell.name)
        if not lives:
            raise NotImported(
                cell=cell.title, reason='has not been read by a collector yet'
            )
        self._sources = lives
        # No lease is kept: the row of the lease is locked.
        nothing = lease.Lease('', 0)
        self._store = store.Store(context, nothing, lives[-1], lives[:-1])
        self._check_tables()

    def _check_tables(self) -> None:
        engine = cells.get_engine(self._cell.name or None)
        inspector = sa.inspect(engine)
        for kind in SHADOWS:
            name = kind.origin.name
            if not inspector.has_table(name):
                raise NotImported(
                    cell=self._cell.title, reason=f'has no table {name}'
                )

    def run(self) -> Iterator[tuple[Kind, int]]:
        """Import what is missing; yield how many records of which kind.

        Rows that are archived meanwhile may have low numbers: the tables are
        read again until nothing was missing.

        :raises OutOfReach: when the cell does not answer; so do
            DBConnectionError and TimeoutError
        """
        lease.ensure(self._context)
        has_found = True
        while has_found:
            has_found = False
            for kind in SHADOWS:
                for count in self._import(kind):
                    has_found = True
                    yield _PLAIN[kind], count

    def _import(self, kind: Kind) -> Iterator[int]:
        end = self._cell.last(kind)
        for _, found in self._cell.numbers(kind, 0, end):
            for numbers, write in (
                (self._missing(kind, found), self._insert),
                (self._open(kind, found), self._update),
            ):
                for rows in self._cell.numbered(kind, numbers):
                    count = self._write(write, kind, rows)
                    if count:
                        yield count
                    self._throttle.pause()

    def _missing(self, kind: Kind, numbers: Sequence[int]) -> list[int]:
        """Return the numbers that the trail lacks and has not purged."""
        known = self._store.numbers(kind, numbers[0] - 1, numbers[-1])
        # Purged records are not imported again.
        statement = sa.select(_d.id).where(
            _d.kind == kind.name,
            _d.source_id.in_(self._sources),
            _d.id >= numbers[0],
            _d.id <= numbers[-1],
            _d.purge.isnot(None),
        )
        known |= {row[0] for row in facade.fetch(self._context, statement)}
        return [number for number in numbers if number not in known]

    def _open(self, kind: Kind, numbers: Sequence[int]) -> list[int]:
        """Return the numbers of records that have not ended in the trail."""
        t = kind.table.c
        statement = sa.select(t.id).where(
            t.source_id == self._store.source_id,
            t.id >= numbers[0],
            t.id <= numbers[-1],
            _OPEN[kind.name],
        )
        rows = facade.fetch(self._context, statement.order_by(t.id))
        found = set(numbers)
        return [row[0] for row in rows if row[0] in found]

    def _write(
        self, write: Callable[..., int], kind: Kind, rows: list[_Row]
    ) -> int:
        moment = lease.now(self._context)
        return seals.exclusively(
            self._context, lambda c: write(c, kind, rows, moment)
        )

    def _update(
        self,
        connection: Any,
        kind: Kind,
        rows: list[_Row],
        moment: datetime.datetime,
    ) -> int:
        """Update records that changed between the last copy and archiving."""
        copied = _PLAIN[kind]
        known = self._store.numbered(copied, [row['id'] for row in rows])
        changed = [
            row
            for row in self._made(copied, rows, moment)
            if row['id'] in known
            and any(known[row['id']][name] != row[name] for name in row)
        ]
        self._store.update(connection, copied, changed)
        return len(changed)

    def _made(
        self, copied: Kind, rows: list[_Row], moment: datetime.datetime
    ) -> list[_Row]:
        """Return records, not to be read again: archived rows are final."""
        made = trail_rows.Maker(self._store, moment).records(copied, rows)
        if copied is record_kinds.EVENTS:
            return made
        return [row | {'watch': record_kinds.NEVER} for row in made]

    def _insert(
        self,
        connection: Any,
        kind: Kind,
        rows: list[_Row],
        moment: datetime.datetime,
    ) -> int:
        """Insert rows that no collector has stored meanwhile; seal them."""
        missing = set(self._missing(kind, [row['id'] for row in rows]))
        rows = [row for row in rows if row['id'] in missing]
        if not rows:
            return 0
        copied = _PLAIN[kind]
        made = self._made(copied, rows, moment)
        self._store.insert(connection, copied, made)
        link = seals.Link(connection, chain.IMPORT, moment)
        stored = self._store.numbered(copied, sorted(missing))
        link.add(copied, list(stored.values()))
        link.close()
        return len(rows)


def _shadow(origin: sa.Table) -> sa.Table:
    """Return the shadow table of a table of nova."""
    columns = [
        sa.Column(column.name, column.type, primary_key=column.primary_key)
        for column in origin.columns
    ]
    return sa.Table(f'shadow_{origin.name}', sa.MetaData(), *columns)


_a, _e = models.actions.c, models.events.c
#: The end of an event changes its action, too: one that is older was archived
#: between the two.
_HAS_LATER_EVENT = sa.exists(
    sa.select(_e.id).where(
        _e.source_id == _a.source_id,
        _e.action_id == _a.id,
        sa.or_(_a.updated_at.is_(None), _e.finish_time > _a.updated_at),
    )
)
#: Records that may have been copied before they had ended.
_OPEN = {
    record_kinds.SERVERS.name: models.servers.c.deleted == 0,
    record_kinds.ACTIONS.name: sa.or_(
        _a.outcome == trail_rows.UNFINISHED, _HAS_LATER_EVENT
    ),
    record_kinds.EVENTS.name: models.events.c.finish_time.is_(None),
    record_kinds.MIGRATIONS.name: models.migrations.c.deleted == 0,
}
_PLAIN = {
    dataclasses.replace(kind, origin=_shadow(kind.origin)): kind
    for kind in record_kinds.ALL
}
#: Kinds of records, as they are read from the shadow tables.
SHADOWS = tuple(_PLAIN)
