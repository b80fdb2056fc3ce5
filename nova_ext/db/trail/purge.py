# SPDX-License-Identifier: Apache-2.0
"""Removal of old records, which leaves the chain of seals intact.

Each transaction removes some records, marks their digests, and writes a seal
that names these. So the digests remain, and say that a purge has removed what
they are about.
"""

from collections.abc import Iterator, Sequence
import datetime
import functools
from typing import Any, NamedTuple

import sqlalchemy as sa

from ext_lib.context import RequestContext
from nova_ext.db.trail import chain
from nova_ext.db.trail import lease
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import seals
from nova_ext.db.trail.facade import facade
from nova_ext.db.trail.record_kinds import Kind

_d, _v = models.digests.c, models.versions.c
_Action, _Event = models.actions.c, models.events.c
#: Events are removed after their actions, and servers last.
_ORDER = (
    record_kinds.ACTIONS,
    record_kinds.EVENTS,
    record_kinds.MIGRATIONS,
    record_kinds.SERVERS,
)


class Chunk(NamedTuple):
    """Records that one transaction has removed.

    :param seal: number of the seal that says so
    """

    kind: Kind
    total: int
    seal: int


class Purge:
    """Records that ended long ago, and were sealed.

    :param before: none is removed that has changed later, in UTC
    :param batch: how many are removed in one transaction
    """

    def __init__(self, before: datetime.datetime, batch: int) -> None:
        self._before = before
        self._batch = batch

    def run(self, context: RequestContext) -> Iterator[Chunk]:
        """Remove records, and yield what each transaction has removed."""
        lease.ensure(context)
        for kind in _ORDER:
            for source_id in _read_sources(context):
                yield from self._purge(context, kind, source_id)

    def _purge(
        self, context: RequestContext, kind: Kind, source_id: int
    ) -> Iterator[Chunk]:
        after = 0
        while True:
            moment = lease.now(context)
            remove = functools.partial(
                self._remove, kind, source_id, after, moment
            )
            seal, numbers = seals.exclusively(context, remove)
            if not numbers:
                return
            yield Chunk(kind, len(numbers), seal)
            after = numbers[-1]

    def count(self, context: RequestContext) -> int:
        """Return how many records could be removed.

        Events of actions, and servers, that become removable by that are not
        counted.
        """
        total = 0
        for kind in _ORDER:
            for source_id in _read_sources(context):
                old = self._old(kind, source_id, 0).subquery()
                statement = sa.select(sa.func.count()).select_from(old)
                [[found]] = facade.fetch(context, statement)
                total += found
        return total

    def _remove(
        self,
        kind: Kind,
        source_id: int,
        after: int,
        moment: datetime.datetime,
        connection: Any,
    ) -> tuple[int, list[int]]:
        """Remove some records; return the seal, and their numbers."""
        statement = self._old(kind, source_id, after)
        statement = statement.order_by(kind.table.c.id).limit(self._batch)
        numbers = [row[0] for row in connection.execute(statement)]
        if not numbers:
            return 0, numbers
        link = seals.Link(connection, chain.PURGE, moment)
        sequences = _mark(connection, kind, source_id, numbers, link.number)
        t = kind.table
        for removal in (
            sa.delete(models.versions).where(_v.sequence.in_(sequences)),
            sa.delete(t).where(
                t.c.source_id == source_id, t.c.id.in_(numbers)
            ),
        ):
            connection.execute(removal)
        link.close(
            {
                'before': chain.time_text(self._before),
                'kind': kind.name,
                'sequences': chain.ranges(sequences),
            }
        )
        return link.number, numbers

    def _old(self, kind: Kind, source_id: int, after: int) -> Any:
        """Return the SELECT of the numbers of what may be removed."""
        t = kind.table
        is_sealed = models.digests.c.sequence == t.c.sealed
        return (
            sa.select(t.c.id)
            .select_from(t.join(models.digests, is_sealed))
            .where(
                t.c.source_id == source_id,
                t.c.id > after,
                # The collector reads later ones again, and would copy them.
                t.c.id <= _closed(kind, source_id),
                _changed_at(kind) < self._before,
                *_conditions(kind, source_id),
            )
        )


def _mark(
    connection: Any,
    kind: Kind,
    source_id: int,
    numbers: Sequence[int],
    seal: int,
) -> list[int]:
    """Mark all digests of records as purged; return their sequences."""
    is_its = sa.and_(
        _d.kind == kind.name, _d.source_id == source_id, _d.id.in_(numbers)
    )
    rows = connection.execute(sa.select(_d.sequence).where(is_its))
    sequences = [row[0] for row in rows]
    marking = sa.update(models.digests).where(is_its)
    connection.execute(marking.values(purge=seal))
    return sequences


def _read_sources(context: RequestContext) -> list[int]:
    """Return the sources that have been read to their ends.

    Others may have servers and events whose actions are still to be copied.
    """
    t = models.sources.c
    statement = sa.select(t.id).where(t.read_at.isnot(None)).order_by(t.id)
    return [row[0] for row in facade.fetch(context, statement)]


def _closed(kind: Kind, source_id: int) -> Any:
    """Return up to which number no record can come any more, as SQL."""
    t = models.positions.c
    closed = sa.select(t.closed).where(
        t.source_id == source_id, t.kind == kind.name
    )
    return closed.scalar_subquery()


def _changed_at(kind: Kind) -> Any:
    """Return when a record last changed in its cell."""
    names = ['updated_at', 'created_at']
    if kind is record_kinds.EVENTS:
        names.insert(0, 'finish_time')
    elif kind is not record_kinds.ACTIONS:
        names.insert(0, 'deleted_at')
    return sa.func.coalesce(*(kind.table.c[name] for name in names))


def _conditions(kind: Kind, source_id: int) -> list[Any]:
    """Return the conditions, beside its age, that a record may be removed."""
    t = kind.table.c
    if kind is record_kinds.EVENTS:
        is_action = sa.exists().where(
            _Action.source_id == t.source_id, _Action.id == t.action_id
        )
        # Its action was removed, and cannot come any more.
        return [
            t.action_id <= _closed(record_kinds.ACTIONS, source_id),
            ~is_action,
        ]
    if kind is record_kinds.ACTIONS:
        is_changing = sa.exists().where(
            _Event.source_id == t.source_id,
            _Event.action_id == t.id,
            _Event.sealed.is_(None),
        )
        return [_d.is_ended.is_(True), ~is_changing]
    if kind is record_kinds.SERVERS:
        has = [
            sa.exists().where(other.c.instance_uuid == t.uuid)
            for other in (models.actions, models.migrations)
        ]
        return [_d.is_ended.is_(True), *(~one for one in has)]
    return [_d.is_ended.is_(True)]
