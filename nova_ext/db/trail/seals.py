# SPDX-License-Identifier: Apache-2.0
"""Seals: digests of new and changed records, each naming the seal before it.

A seal is written in one transaction, with the digests of its records, while no
collector writes. A record that changes is sealed again, so that there is one
digest of each of its versions.
"""

from collections.abc import Callable, Mapping, Sequence
import datetime
import itertools
import json
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from ext_lib.context import RequestContext
from nova_ext.db.trail import chain
from nova_ext.db.trail import digests
from nova_ext.db.trail import lease
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail.facade import facade
from nova_ext.db.trail.record_kinds import Kind

_R = TypeVar('_R')
_Row = dict[str, Any]
_s, _d = models.seals.c, models.digests.c

#: Most records of one seal.
_MOST = 5000


class Sealed(NamedTuple):
    """A seal that was written.

    :param number: of the seal
    :param total: of records
    :param digest: of the seal
    :param is_complete: whether nothing was left to seal
    """

    number: int
    total: int
    digest: str
    is_complete: bool


def seal(context: RequestContext, batch: int) -> Sealed:
    """Seal the records that are new or have changed.

    :param batch: how many records are in memory at once
    """
    lease.ensure(context)
    moment = lease.now(context)
    return exclusively(context, lambda c: _seal(c, moment, batch))


@facade.writer
def exclusively(context: RequestContext, write: Callable[[Any], _R]) -> _R:
    """Run ``write`` in a transaction under the lock of the trail.

    :param write: is given the connection, again after a deadlock
    :returns: what it returns
    """
    lease.lock(context)
    return write(context.session.connection())


def last_sealed_at(context: RequestContext) -> datetime.datetime | None:
    """Return when the last seal of an interval was written.

    Those of imports and purges do not count.
    """
    statement = sa.select(_s.sealed_at).where(_s.kind == chain.SEAL)
    rows = facade.fetch(context, statement.order_by(_s.id.desc()).limit(1))
    return rows[0][0] if rows else None


class Link:
    """A seal that is being written.

    :param connection: of the transaction, which has the lock
    :param kind: seal, import or purge
    """

    def __init__(
        self, connection: Any, kind: str, moment: datetime.datetime
    ) -> None:
        self._connection = connection
        self._kind = kind
        self._moment = moment
        newest = sa.select(models.seals).order_by(_s.id.desc()).limit(1)
        before = connection.execute(newest).first()
        self.number = before.id + 1 if before else 1
        self.first = before.last + 1 if before else 1
        self.closed = json.loads(before.closed) if before else {}
        self.sources = digests.sources_within(connection)
        self._previous = before.digest if before else chain.NONE
        self._sequence = itertools.count(self.first)
        self._hash = chain.RecordsDigest()
        self.count = 0

    def add(self, kind: Kind, rows: Sequence[_Row]) -> None:
        """Store digests of records, which are stored already."""
        for source_id, some in itertools.groupby(
            rows, lambda row: int(row['source_id'])
        ):
            self._add(kind, source_id, list(some))

    def _add(self, kind: Kind, source_id: int, rows: list[_Row]) -> None:
        source = self.sources.get(source_id)
        numbers = [row['id'] for row in rows]
        known = self._known(kind, source_id, numbers)
        new = []
        for row in rows:
            content = chain.content(kind, source, row)
            values = {
                'sequence': next(self._sequence),
                'seal': self.number,
                'kind': kind.name,
                'source_id': source_id,
                'id': row['id'],
                'is_new': row['id'] not in known,
                'is_ended': is_ended(kind, row),
                'created_at': row['created_at'],
                'digest': chain.digest(content),
            }
            self._hash.add(chain.record_line(values, source))
            new.append(values)
        self._connection.execute(sa.insert(models.digests), new)
        self._mark(kind, source_id, numbers)
        self.count += len(new)

    def _known(
        self, kind: Kind, source_id: int, numbers: Sequence[int]
    ) -> set[int]:
        """Return which records have been sealed before."""
        statement = sa.select(_d.id).where(
            _d.kind == kind.name,
            _d.source_id == source_id,
            _d.id.in_(numbers),
        )
        return {row[0] for row in self._connection.execute(statement)}

    def _mark(
        self, kind: Kind, source_id: int, numbers: Sequence[int]
    ) -> None:
        """Store the sequence of the newest digest in each record."""
        t = kind.table
        newest = sa.select(sa.func.max(_d.sequence)).where(
            _d.kind == kind.name,
            _d.source_id == t.c.source_id,
            _d.id == t.c.id,
        )
        statement = sa.update(t).where(
            t.c.source_id == source_id, t.c.id.in_(numbers)
        )
        self._connection.execute(
            statement.values(sealed=newest.scalar_subquery())
        )

    def close(self, removed: Mapping[str, Any] | None = None) -> str:
        """Write the seal; return its digest.

        :param removed: what a purge has removed
        """
        row = {
            'id': self.number,
            'kind': self._kind,
            'sealed_at': self._moment,
            'first': self.first,
            'last': self.first + self.count - 1,
            'closed': chain.canonical(self.closed).decode(),
            'removed': None,
            'records': self._hash.hexdigest(),
            'previous': self._previous,
            'digest': '',
        }
        if removed is not None:
            row['removed'] = chain.canonical(removed).decode()
        row['digest'] = chain.seal_digest(chain.seal_line(row))
        self._connection.execute(sa.insert(models.seals).values(row))
        return str(row['digest'])


def is_ended(kind: Kind, row: Mapping[str, Any]) -> bool:
    """Return whether a record has ended.

    Should it change all the same, its former version is kept.
    """
    if kind is record_kinds.EVENTS:
        return row['finish_time'] is not None
    if row['watch'] == record_kinds.NEVER:
        return True
    if kind is record_kinds.MIGRATIONS:
        return row['status'] in record_kinds.ENDED
    return kind is record_kinds.SERVERS and bool(row['deleted'])


def _seal(connection: Any, moment: datetime.datetime, batch: int) -> Sealed:
    link = Link(connection, chain.SEAL, moment)
    is_complete = _add_unsealed(link, connection, batch)
    if is_complete:
        # Now all records have digests.
        link.closed = _closed(connection, link.sources)
    return Sealed(link.number, link.count, link.close(), is_complete)


def _add_unsealed(link: Link, connection: Any, batch: int) -> bool:
    """Add what is not sealed; return whether that was all."""
    for kind in record_kinds.ALL:
        while link.count < _MOST:
            rows = unsealed(connection, kind, batch)
            if rows:
                link.add(kind, rows)
            if len(rows) < batch:
                break
        else:
            return False
    return True


def unsealed(connection: Any, kind: Kind, limit: int) -> list[_Row]:
    """Return the first records that are not sealed, by source and number."""
    t = kind.table
    statement = sa.select(t).where(t.c.sealed.is_(None))
    statement = statement.order_by(t.c.source_id, t.c.id).limit(limit)
    return models.as_dicts(t, connection.execute(statement))


def _closed(
    connection: Any, sources: Mapping[int, chain.Source]
) -> dict[str, int]:
    """Return up to which numbers no record can come any more."""
    t = models.positions.c
    rows = connection.execute(sa.select(t.source_id, t.kind, t.closed))
    return {
        chain.position_key(sources[source_id], kind): closed
        for source_id, kind, closed in rows
        if source_id in sources
    }
