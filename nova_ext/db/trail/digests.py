# SPDX-License-Identifier: Apache-2.0
"""Seals, digests and the contents that they are of, present and former."""

from collections.abc import Iterable, Iterator, Sequence
import itertools
from typing import Any, NamedTuple

import sqlalchemy as sa

from ext_lib.context import RequestContext
from nova_ext.db.trail import chain
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail.facade import facade
from nova_ext.db.trail.record_kinds import Kind

_Row = dict[str, Any]
_s, _d, _v = models.seals.c, models.digests.c, models.versions.c
_SOURCES = sa.select(
    models.sources.c.id, models.sources.c.cell, models.sources.c.life
)
_PAGE = 100


class Last(NamedTuple):
    """Numbers of the last seal and of its last record, 0 if there is none."""

    seal: int = 0
    sequence: int = 0


def last(context: RequestContext) -> Last:
    """Return up to where the trail is sealed."""
    statement = sa.select(_s.id, _s.last).order_by(_s.id.desc()).limit(1)
    rows = facade.fetch(context, statement)
    return Last(*rows[0]) if rows else Last()


def sources(context: RequestContext) -> dict[int, chain.Source]:
    """Return all sources of the trail by their numbers."""
    return _by_number(facade.fetch(context, _SOURCES))


def sources_within(connection: Any) -> dict[int, chain.Source]:
    """Return :func:`sources` as the transaction of a connection sees them."""
    return _by_number(connection.execute(_SOURCES))


def _by_number(rows: Iterable[Any]) -> dict[int, chain.Source]:
    return {number: chain.Source(cell, life) for number, cell, life in rows}


def each_seal(
    context: RequestContext, after: int = 0, kind: str | None = None
) -> Iterator[_Row]:
    """Yield seals in their order, as they are exported.

    :param after: number of the seal after which to begin
    :param kind: the one kind of seals; all if None
    """
    while True:
        statement = sa.select(models.seals).where(_s.id > after)
        if kind is not None:
            statement = statement.where(_s.kind == kind)
        statement = statement.order_by(_s.id).limit(_PAGE)
        rows = models.as_dicts(models.seals, facade.fetch(context, statement))
        yield from map(chain.seal_line, rows)
        if len(rows) < _PAGE:
            return
        after = rows[-1]['id']


def of_seal(context: RequestContext, seal: int) -> list[_Row]:
    """Return the digests of the records of a seal, as they are exported."""
    statement = sa.select(models.digests).where(_d.seal == seal)
    statement = statement.order_by(_d.sequence)
    rows = models.as_dicts(models.digests, facade.fetch(context, statement))
    known = sources(context)
    return [
        chain.record_line(row, known.get(row['source_id'])) for row in rows
    ]


class Contents:
    """Records of a batch of digests, and their former versions.

    Records are read first: one that changes afterwards leaves a version.

    :param rows: digests, with their sources by number
    """

    def __init__(self, context: RequestContext, rows: Sequence[_Row]) -> None:
        self._sources = sources(context)
        self._records: dict[tuple[str, int, int], _Row] = {}
        key = _kind_and_source
        for (name, source_id), some in itertools.groupby(
            sorted(rows, key=key), key
        ):
            numbers = [row['id'] for row in some]
            self._read(
                context, record_kinds.BY_NAME.get(name), source_id, numbers
            )
        self._versions = self._read_versions(context, rows)

    def _read(
        self,
        context: RequestContext,
        kind: Kind | None,
        source_id: int,
        numbers: Sequence[int],
    ) -> None:
        if kind is None:
            return
        t = kind.table
        statement = sa.select(t).where(
            t.c.source_id == source_id, t.c.id.in_(numbers)
        )
        for row in models.as_dicts(t, facade.fetch(context, statement)):
            self._records[kind.name, source_id, row['id']] = row

    def _read_versions(
        self, context: RequestContext, rows: Sequence[_Row]
    ) -> dict[int, str]:
        former = [
            row['sequence']
            for row in rows
            if (record := self.record(row)) is None
            or record['sealed'] != row['sequence']
        ]
        statement = sa.select(_v.sequence, _v.content)
        statement = statement.where(_v.sequence.in_(former))
        found = facade.fetch(context, statement) if former else []
        return dict(found)

    def record(self, row: _Row) -> _Row | None:
        """Return the record as it is now; None if there is none."""
        return self._records.get((row['kind'], row['source_id'], row['id']))

    def content(self, row: _Row) -> dict[str, Any] | None:
        """Return the content that was sealed; None if it is gone."""
        record = self.record(row)
        if record is not None and record['sealed'] == row['sequence']:
            kind = record_kinds.BY_NAME[row['kind']]
            source = self._sources.get(row['source_id'])
            return chain.content(kind, source, record)
        version = self._versions.get(row['sequence'])
        return None if version is None else chain.parsed(version)


def _kind_and_source(row: _Row) -> tuple[str, int]:
    return row['kind'], row['source_id']


def keep_versions(
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
    source = sources_within(connection)[source_id]
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
