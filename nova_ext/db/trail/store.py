# SPDX-License-Identifier: Apache-2.0
"""Statements on the records of one source of the trail."""

from collections.abc import Callable, Iterable, Mapping, Sequence
import datetime
import functools
from typing import Any, NamedTuple

import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import text
from nova_ext.db.trail import digests
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import superseded
from nova_ext.db.trail.facade import facade
from nova_ext.db.trail.lease import Lease
from nova_ext.db.trail.record_kinds import Kind

_Row = dict[str, Any]


class Position(NamedTuple):
    """A row of the table of positions: how far one kind is copied."""

    number: int
    closed: int
    closing: int
    closing_since: datetime.datetime


class Store:
    """The records of one source, for the collector that leads.

    :param source_id: of the life of the cell that is being followed
    :param older: sources of its former lives
    """

    def __init__(
        self,
        context: RequestContext,
        lease: Lease,
        source_id: int,
        older: Sequence[int],
    ) -> None:
        self._context = context
        self._lease = lease
        self.source_id = source_id
        self._older = list(older)

    def position(self, kind: Kind) -> Position:
        """Return how far a table is copied."""
        t = models.positions
        statement = sa.select(
            t.c.number, t.c.closed, t.c.closing, t.c.closing_since
        ).where(t.c.source_id == self.source_id, t.c.kind == kind.name)
        [row] = facade.fetch(self._context, statement)
        return Position(*row)

    def numbers(self, kind: Kind, low: int, high: int) -> set[int]:
        """Return the numbers above one, and up to another, that are here."""
        t = kind.table
        statement = sa.select(t.c.id).where(
            t.c.source_id == self.source_id, t.c.id > low, t.c.id <= high
        )
        return {row[0] for row in facade.fetch(self._context, statement)}

    def numbered(self, kind: Kind, numbers: Sequence[int]) -> dict[int, _Row]:
        """Return records by their numbers."""
        t = kind.table
        rows = self._records(kind, t.c.id.in_(numbers))
        return {row['id']: row for row in rows}

    def is_purged(self, kind: Kind, number: int) -> bool:
        """Return whether a record was here, until a purge removed it."""
        t = models.digests
        statement = sa.select(t.c.sequence).where(
            t.c.kind == kind.name,
            t.c.source_id == self.source_id,
            t.c.id == number,
            t.c.purge.isnot(None),
        )
        return bool(facade.fetch(self._context, statement.limit(1)))

    def events_of(self, actions: Sequence[int]) -> dict[int, tuple[int, bool]]:
        """Return the events of actions, by number.

        :returns: of each its action, and whether it is open
        """
        t = models.events
        statement = sa.select(t.c.id, t.c.action_id, t.c.finish_time).where(
            t.c.source_id == self.source_id, t.c.action_id.in_(actions)
        )
        rows = facade.fetch(self._context, statement.order_by(t.c.id))
        return {row[0]: (row[1], row[2] is None) for row in rows}

    def watched(
        self, kind: Kind, watch: int, after: int, limit: int
    ) -> dict[int, _Row]:
        """Return the first records above a number that may still change."""
        t = kind.table
        rows = self._records(
            kind, t.c.watch == watch, t.c.id > after, limit=limit
        )
        return {row['id']: row for row in rows}

    def _records(
        self, kind: Kind, *conditions: Any, limit: int | None = None
    ) -> list[_Row]:
        t = kind.table
        statement = sa.select(t).where(
            t.c.source_id == self.source_id, *conditions
        )
        statement = statement.order_by(t.c.id).limit(limit)
        return models.as_dicts(t, facade.fetch(self._context, statement))

    def servers(self, uuids: Iterable[str]) -> dict[str, tuple[Any, Any]]:
        """Return project and name of servers, by their uuids."""
        t = models.servers
        statement = sa.select(t.c.uuid, t.c.project_id, t.c.display_name)
        statement = statement.where(
            t.c.source_id == self.source_id, t.c.uuid.in_(set(uuids))
        )
        rows = facade.fetch(self._context, statement)
        return {row[0]: (row[1], row[2]) for row in rows}

    def unended(self, actions: Sequence[int]) -> dict[int, bool]:
        """Return by action whether one of its events has not ended.

        Actions without events are left out.
        """
        t = models.events
        is_open = sa.case((t.c.finish_time.is_(None), 1), else_=0)
        statement = (
            sa.select(t.c.action_id, sa.func.max(is_open))
            .where(t.c.source_id == self.source_id, t.c.action_id.in_(actions))
            .group_by(t.c.action_id)
        )
        rows = facade.fetch(self._context, statement)
        return {row[0]: bool(row[1]) for row in rows}

    def add(
        self,
        kind: Kind,
        rows: Sequence[_Row],
        position: Position,
    ) -> None:
        """Store new records, and how far their table is copied."""

        def write(connection: Any) -> None:
            self.insert(connection, kind, rows)
            connection.execute(self._moved(kind, position))

        self._transact(write)

    def insert(
        self, connection: Any, kind: Kind, rows: Sequence[_Row]
    ) -> None:
        """Insert new records within a transaction that has the lock."""
        new = [self._new(row) for row in rows]
        if new:
            connection.execute(sa.insert(kind.table), new)
            superseded.mark(connection, kind, self._older, new)
        if kind is record_kinds.EVENTS:
            self._reopen(connection, {row['action_id'] for row in rows})

    def move(self, kind: Kind, position: Position) -> None:
        """Store how far a table is copied."""
        self._transact(lambda c: c.execute(self._moved(kind, position)))

    def change(self, changes: Mapping[Kind, Sequence[_Row]]) -> None:
        """Store what has changed of records.

        :param changes: values of columns; ``id`` says of which record
        """

        def write(connection: Any) -> None:
            for kind, rows in changes.items():
                self.update(connection, kind, rows)

        if any(changes.values()):
            self._transact(write)

    def update(
        self, connection: Any, kind: Kind, rows: Sequence[_Row]
    ) -> None:
        """Do what :meth:`change` does, within a transaction with the lock."""
        numbers = [row['id'] for row in rows]
        digests.keep_versions(connection, self.source_id, kind, numbers)
        self._change(connection, kind, rows)

    def mark_read(self, moment: datetime.datetime) -> None:
        """Store that the cell was read to its end."""
        t = models.sources
        statement = sa.update(t).where(t.c.id == self.source_id)
        statement = statement.values(read_at=moment)
        self._transact(lambda c: c.execute(statement))

    def _transact(self, write: Callable[[Any], Any]) -> None:
        transact(self._context, self._lease, write)

    def _new(self, row: _Row) -> _Row:
        fixed = {'source_id': self.source_id, 'is_superseded': False}
        return self._stored(row) | fixed

    @functools.cached_property
    def _has_nul(self) -> bool:
        return facade.get_engine().dialect.name != 'postgresql'

    def _stored(self, row: _Row) -> _Row:
        if self._has_nul:
            return row
        # PostgreSQL stores no NUL in texts; other databases do.
        return {
            name: text.storable(value) if isinstance(value, str) else value
            for name, value in row.items()
        }

    def _change(
        self, connection: Any, kind: Kind, rows: Iterable[_Row]
    ) -> None:
        """Update records, those together of which the same columns change.

        Values are parameters: a statement for each row, with its texts, would
        stay in memory until the next garbage collection.
        """
        t = kind.table
        alike: dict[tuple[str, ...], list[_Row]] = {}
        for row in rows:
            stored = self._stored(row)
            names = tuple(sorted(stored))
            alike.setdefault(names, []).append(
                {f'new_{name}': value for name, value in stored.items()}
            )
        for names, values in alike.items():
            statement = (
                sa.update(t)
                .where(
                    t.c.source_id == self.source_id,
                    t.c.id == sa.bindparam('new_id'),
                )
                .values(
                    {
                        name: sa.bindparam(f'new_{name}')
                        for name in names
                        if name != 'id'
                    }
                )
            )
            connection.execute(statement, values)

    def _moved(self, kind: Kind, position: Position) -> Any:
        t = models.positions
        statement = sa.update(t).where(
            t.c.source_id == self.source_id, t.c.kind == kind.name
        )
        return statement.values(position._asdict())

    def _reopen(self, connection: Any, actions: set[Any]) -> None:
        """Have actions read again, as they have a new event."""
        t = models.actions
        statement = (
            sa.update(t)
            .where(
                t.c.source_id == self.source_id,
                t.c.id.in_(actions),
                t.c.watch != record_kinds.OFTEN,
            )
            .values(watch=record_kinds.OFTEN)
        )
        connection.execute(statement)


@facade.writer
def transact(
    context: RequestContext, lease: Lease, write: Callable[[Any], Any]
) -> None:
    """Run a transaction of the collector that leads.

    :param write: is given the connection, again if there was a deadlock
    :raises LeaseLost: when another one leads
    """
    lease.keep(context)
    write(context.session.connection())
