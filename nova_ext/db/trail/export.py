# SPDX-License-Identifier: Apache-2.0
"""Records that have ended, in the order in which they were sealed.

A record that ends late is sealed late, so all that was sealed since an export
is after its last position. The position of a record is the sequence of its
digest.
"""

from collections.abc import Iterator, Sequence
import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from ext_lib import exception
from ext_lib.context import RequestContext
from nova_ext.db.trail import chain
from nova_ext.db.trail import digests
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail.facade import facade

_Row = dict[str, Any]
_d, _Event = models.digests.c, models.events.c


class NotIntact(exception.Error):
    """A record is missing, or is not as it was sealed."""

    msg_fmt = 'The record with the sequence %(sequence)s is not intact.'


class Record(NamedTuple):
    """One version of a record that had ended.

    :param position: the sequence of its digest
    :param seal: number of the seal that it belongs to
    :param content: columns that have a value, beside ``kind``, ``cell`` and
        ``life``; times are texts, in UTC
    :param failure: of an action: its last event that failed
    """

    position: int
    seal: int
    digest: str
    content: dict[str, Any]
    failure: dict[str, Any] | None = None


class Selection(NamedTuple):
    """Conditions on records that are exported.

    :param since: when records were created at the earliest, in UTC
    :param before: before which they were created
    :param kind: name of the one kind of records; all if None
    """

    since: datetime.datetime | None = None
    before: datetime.datetime | None = None
    kind: str | None = None

    def conditions(self) -> list[Any]:
        """Return the conditions on digests, as SQL."""
        found = [_d.is_ended.is_(True), _d.purge.is_(None)]
        if self.since is not None:
            found.append(_d.created_at >= self.since)
        if self.before is not None:
            found.append(_d.created_at < self.before)
        if self.kind is not None:
            found.append(_d.kind == self.kind)
        return found

    def has(self, line: dict[str, Any]) -> bool:
        """Return whether the record of an exported digest is selected."""
        created = line['created_at']
        if not line['is_ended'] or self.kind not in (None, line['kind']):
            return False
        since, before = map(chain.time_text, (self.since, self.before))
        if created is None:
            return since is None and before is None
        return (since is None or created >= since) and (
            before is None or created < before
        )


def export(
    context: RequestContext,
    selection: Selection,
    after: int,
    batch: int,
    has_failures: bool = False,
) -> Iterator[list[Record]]:
    """Yield records, in lists.

    :param after: position after which to begin
    :param batch: how many records are in memory at once
    :param has_failures: read the failed events of actions, too
    :raises NotIntact: when something is not as it was sealed
    """
    while True:
        statement = (
            sa.select(models.digests)
            .where(_d.sequence > after, *selection.conditions())
            .order_by(_d.sequence)
            .limit(batch)
        )
        rows = models.as_dicts(
            models.digests, facade.fetch(context, statement)
        )
        found = _records(context, rows)
        if has_failures:
            failures = _failures(context, rows)
            found = [
                record._replace(failure=failures.get(_action(record)))
                for record in found
            ]
        if found:
            yield found
        if len(rows) < batch:
            return
        after = rows[-1]['sequence']


def _records(context: RequestContext, rows: Sequence[_Row]) -> list[Record]:
    contents = digests.Contents(context, rows)
    found, lost = [], []
    for row in rows:
        content = contents.content(row)
        if content is None:
            lost.append(row['sequence'])
            continue
        if chain.digest(content) != row['digest']:
            raise NotIntact(sequence=row['sequence'])
        found.append(
            Record(row['sequence'], row['seal'], row['digest'], content)
        )
    if lost:
        _check_purged(context, lost)
    return found


def _check_purged(context: RequestContext, sequences: Sequence[int]) -> None:
    """Check that records are missing because they were purged meanwhile."""
    statement = sa.select(sa.func.min(_d.sequence)).where(
        _d.sequence.in_(sequences), _d.purge.is_(None)
    )
    [[sequence]] = facade.fetch(context, statement)
    if sequence is not None:
        raise NotIntact(sequence=sequence)


def _failures(
    context: RequestContext, rows: Sequence[_Row]
) -> dict[tuple[Any, ...], _Row]:
    """Return the last failed event of each action."""
    known = digests.sources(context)
    actions: dict[int, list[int]] = {}
    for row in rows:
        if row['kind'] == record_kinds.ACTIONS.name:
            actions.setdefault(row['source_id'], []).append(row['id'])
    found: dict[tuple[Any, ...], _Row] = {}
    for source_id, numbers in actions.items():
        statement = sa.select(
            _Event.action_id, _Event.event, _Event.host, _Event.details
        ).where(
            _Event.source_id == source_id,
            _Event.action_id.in_(numbers),
            _Event.result == 'Error',
        )
        for action, event, host, details in facade.fetch(
            context, statement.order_by(_Event.id)
        ):
            values = {'event': event, 'host': host, 'details': details}
            cell, life = known[source_id]
            found[cell, life, action] = values
    return found


def _action(record: Record) -> tuple[Any, ...]:
    names = 'cell', 'life', 'id'
    return tuple(record.content.get(name) for name in names)
