# SPDX-License-Identifier: Apache-2.0
"""Verification of the trail in its database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
import functools
from typing import Any

import sqlalchemy as sa

from ext_lib.context import RequestContext
from nova_ext.db.trail import chain
from nova_ext.db.trail import digests
from nova_ext.db.trail import models
from nova_ext.db.trail import proof
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import seals
from nova_ext.db.trail.cell import slices
from nova_ext.db.trail.facade import facade
from nova_ext.db.trail.record_kinds import Kind

_Row = dict[str, Any]
_Line = Mapping[str, Any]
_d = models.digests.c


def verify(
    context: RequestContext, batch: int, head: proof.Head | None = None
) -> proof.Summary:
    """Check the trail against its chain; return what was found.

    It may be written to meanwhile.

    :param batch: how many records are in memory at once
    :param head: a seal whose digest was kept elsewhere
    :raises Altered: at the first that is not intact
    """
    trail = _Trail(context, batch)
    summary = trail.check.run(trail.seals(), head)
    trail.check_rest()
    return summary


class _Trail:
    """The database, as the check reads it."""

    def __init__(self, context: RequestContext, batch: int) -> None:
        self._context = context
        self._batch = batch
        self._removed = proof.Removed(())
        self._purge = 0
        self._read_purges()
        self.check = proof.ChainCheck(self._removed, self._check)

    def _read_purges(self) -> None:
        """Read which records were purged since the last call."""
        for purge in digests.each_seal(
            self._context, self._purge, chain.PURGE
        ):
            self._purge = purge['seal']
            self._removed.add([purge])

    def seals(
        self,
    ) -> Iterator[tuple[_Line, Callable[[], Sequence[_Line]]]]:
        """Yield all seals, and how to get their digests of records."""
        for seal in digests.each_seal(self._context):
            yield (
                seal,
                functools.partial(
                    digests.of_seal, self._context, seal['seal']
                ),
            )

    def _check(self, interval: proof.Interval, lines: Sequence[_Line]) -> None:
        known = digests.sources(self._context)
        numbers = {source: number for number, source in known.items()}
        for some in slices(lines, self._batch):
            rows = [
                {**line, 'source_id': number}
                for line in some
                if (number := numbers.get(_source(line))) is not None
            ]
            contents = digests.Contents(self._context, rows)
            for row in rows:
                how = self._difference(contents, row)
                if how is not None:
                    raise interval.record(row, how)

    def _difference(self, contents: digests.Contents, row: _Row) -> str | None:
        """Return how a record differs from its digest."""
        record = contents.record(row)
        if row['sequence'] in self._removed:
            return 'was inserted after a purge' if record else None
        content = contents.content(row)
        if content is not None:
            is_same = chain.digest(content) == row['digest']
            return None if is_same else 'was altered'
        if record is not None:
            # It may change as long as it has not ended.
            return 'was altered' if row['is_ended'] else None
        self._read_purges()
        return None if row['sequence'] in self._removed else 'was removed'

    def check_rest(self) -> None:
        """Check the records that no digest is of.

        :raises Altered: when one was not stored by a collector
        """
        for kind in record_kinds.ALL:
            self._check_foreign(kind)
        known = digests.sources(self._context)
        for kind in record_kinds.ALL:
            for number, source in known.items():
                self._check_late(kind, number, source)

    def _check_foreign(self, kind: Kind) -> None:
        """Check that each record is sealed by a digest of its own."""
        t = kind.table
        is_its = sa.and_(
            _d.sequence == t.c.sealed,
            _d.kind == kind.name,
            _d.source_id == t.c.source_id,
            _d.id == t.c.id,
        )
        source = models.sources
        is_source = source.c.id == t.c.source_id
        is_foreign = sa.and_(t.c.sealed.isnot(None), _d.sequence.is_(None))
        statement = (
            sa.select(source.c.cell, source.c.life, t.c.id)
            .select_from(
                t.outerjoin(models.digests, is_its).outerjoin(
                    source, is_source
                )
            )
            .where(sa.or_(is_foreign, source.c.id.is_(None)))
        )
        self._raise_first(kind, statement)

    def _check_late(
        self, kind: Kind, number: int, source: chain.Source
    ) -> None:
        """Check that unsealed records have numbers that were possible."""
        t = kind.table
        closed = self.check.closed.get(
            chain.position_key(source, kind.name), 0
        )
        is_known = sa.exists().where(
            _d.kind == kind.name,
            _d.source_id == t.c.source_id,
            _d.id == t.c.id,
        )
        statement = sa.select(
            sa.literal(source.cell), sa.literal(source.life), t.c.id
        ).where(
            t.c.sealed.is_(None),
            t.c.source_id == number,
            t.c.id <= closed,
            ~is_known,
        )
        self._raise_first(kind, statement)

    def _raise_first(self, kind: Kind, statement: Any) -> None:
        for cell, life, number in facade.fetch(
            self._context, statement.limit(1)
        ):
            line = {
                'kind': kind.name,
                'cell': '(unknown)' if cell is None else cell,
                'life': life,
                'id': number,
            }
            raise proof.Altered(
                what=proof.title(line),
                interval=f'since the last seal, {_last(self._context)}',
                how='was inserted',
            )


def _source(line: _Line) -> chain.Source:
    return chain.Source(line['cell'], line['life'])


def _last(context: RequestContext) -> str:
    found = seals.last_sealed_at(context)
    return f'{chain.time_text(found)}Z' if found else 'of which there is none'
