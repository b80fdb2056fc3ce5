# SPDX-License-Identifier: Apache-2.0
"""Copying of one cell: its new rows, late rows and changed rows.

Kinds are copied in the order in which they depend on each other: events before
actions, so that an action is read after the events that changed it, and
servers before actions, which have their names.
"""

from collections.abc import Sequence
import datetime
import time
from typing import Any, NamedTuple

from oslo_log import log

from ext_lib.context import RequestContext
from nova_ext.db.trail import lease
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import sources
from nova_ext.db.trail import text_sizes
from nova_ext.db.trail.cell import Cell
from nova_ext.db.trail.cell import Throttle
from nova_ext.db.trail.record_kinds import Kind
from nova_ext.db.trail.refresh import Refresher
from nova_ext.db.trail.refresh import Restored
from nova_ext.db.trail.rows import Maker
from nova_ext.db.trail.store import Position
from nova_ext.db.trail.store import Store

LOG = log.getLogger(__name__)

_HIGHEST = 2**62
#: How many transactions store one kind before the next cell is read.
_TURNS = 5
#: What a transaction stores at most, beside one batch, and after how many
#: seconds of reading.
_BATCHES, _RECORDS, _SECONDS = 10, 2000, 1.0


class Follower:
    """Copies one cell.

    :param context: of the trail
    :param cell: the cell that is read
    :param lease: of the collector
    """

    def __init__(
        self,
        context: RequestContext,
        cell: Cell,
        lease: lease.Lease,
        throttle: Throttle,
    ) -> None:
        self._context = context
        self._lease = lease
        self._throttle = throttle
        self.cell = cell
        self._refresher = Refresher(cell, throttle)

    def follow(self, is_thorough: bool = False) -> bool:
        """Read what is new in the cell; return whether that was all.

        :param is_thorough: read all again that may have changed
        :raises LeaseLost: when another collector leads
        :raises OutOfReach: when the cell does not answer; so do
            DBConnectionError and TimeoutError
        """
        name = self.cell.name
        self._refresher.is_thorough = is_thorough
        store = sources.open_store(self._context, self._lease, name)
        try:
            return self._follow(store)
        except Restored as error:
            LOG.warning(
                'Cell %s has another row than the trail: %s. It was restored '
                'from a backup, or its ids were reset. It is copied again '
                'from its first row; the records of its former life are kept.',
                self.cell.title,
                error.message,
            )
            sources.begin_life(self._context, self._lease, name)
            self._refresher = Refresher(self.cell, self._throttle)
            return False

    def _follow(self, store: Store) -> bool:
        """Read what is new in the cell; return whether that was all.

        :raises Restored: when the cell was restored from a backup
        """
        moment = lease.now(self._context)
        tails = {kind: self._verify(store, kind) for kind in record_kinds.ALL}
        maker = Maker(store, moment)
        # The servers of later actions may not have been read.
        ends = {record_kinds.ACTIONS: self.cell.last(record_kinds.ACTIONS)}
        for kind in record_kinds.ALL:
            copy = _Copy(self.cell, store, kind, maker, self._throttle, moment)
            if not copy.run(ends.get(kind, _HIGHEST)):
                return False
        self._refresher.run(store, tails, moment)
        store.mark_read(moment)
        return True

    def _verify(self, store: Store, kind: Kind) -> int:
        """Return up to which number missing rows are known to be gone.

        :raises Restored: when the last row that was copied is another one
        """
        position = store.position(kind)
        tail = self.cell.tail(kind, position.number)
        if tail is None:
            return 0
        number, identity = tail[0], tuple(tail[1:])
        known = store.numbered(kind, [number]).get(number)
        if known is None:
            if number > position.closed or store.is_purged(kind, number):
                return int(number)
            raise Restored(kind=kind.name, number=number)
        if tuple(known[name] for name in kind.identity) != identity:
            raise Restored(kind=kind.name, number=number)
        return int(number)


class _New:
    """New records that one transaction is to store.

    They are one batch, or several small ones.
    """

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self._batches = 0
        self._text_size = 0
        self._began = time.monotonic()

    def add(self, kind: Kind, records: Sequence[dict[str, Any]]) -> None:
        """Add a batch."""
        self.records += records
        self._batches += 1
        self._text_size += sum(
            len(record[name] or '')
            for name in kind.texts
            for record in records
        )

    @property
    def is_complete(self) -> bool:
        """Return whether they are to be stored before others are read."""
        return (
            self._batches == _BATCHES
            or len(self.records) >= _RECORDS
            or self._text_size >= text_sizes.LIMIT
            or time.monotonic() - self._began >= _SECONDS
        )


class _Copy(NamedTuple):
    """Copies the rows of one kind.

    :param moment: when the round began, by the clock of the trail
    """

    cell: Cell
    store: Store
    kind: Kind
    maker: Maker
    throttle: Throttle
    moment: datetime.datetime

    def run(self, end: int) -> bool:
        """Copy late rows, and new ones up to a number.

        :returns: whether that was all; the rest is copied in another round
        """
        position = self.store.position(self.kind)
        self._copy_late(position)
        position = self._closed(position)
        for _ in range(_TURNS):
            position, is_last = self._copy_new(position, end)
            if is_last:
                return True
            self.throttle.pause()
        return False

    def _copy_new(self, position: Position, end: int) -> tuple[Position, bool]:
        """Copy rows in one transaction.

        :returns: the new position, and whether these were the last
        """
        new, is_last = _New(), False
        while not is_last and not new.is_complete:
            if new.records:
                self.throttle.pause()
            batch = self.cell.after(self.kind, position.number, end)
            if batch.rows:
                position = self._moved(position, batch.rows)
            new.add(self.kind, self.maker.records(self.kind, batch.rows))
            is_last = batch.is_last
        if new.records:
            self.store.add(self.kind, new.records, position)
        return position, is_last

    def _copy_late(self, position: Position) -> None:
        """Copy rows that were committed when later ones had been copied."""
        low, high = position.closed, position.number
        for begin, numbers in self.cell.numbers(self.kind, low, high):
            known = self.store.numbers(self.kind, begin, numbers[-1])
            missing = [number for number in numbers if number not in known]
            for rows in self.cell.numbered(self.kind, missing):
                made = self.maker.records(self.kind, rows)
                self.store.add(self.kind, made, position)

    def _closed(self, position: Position) -> Position:
        """Return the position, closed as far as no row can come late."""
        if position.closed == position.number:
            return position
        if self.moment - position.closing_since < self.throttle.late:
            return position
        position = Position(
            position.number, position.closing, position.number, self.moment
        )
        self.store.move(self.kind, position)
        return position

    def _moved(self, position: Position, rows: list[Any]) -> Position:
        """Return the position behind new rows."""
        last = rows[-1]['id']
        oldest = self.moment - self.throttle.late - self.throttle.skew
        times = [row['created_at'] for row in rows]
        if position.closed == position.number and all(
            time is not None and time < oldest for time in times
        ):
            # All rows with lower numbers were committed long ago.
            return Position(last, last, last, self.moment)
        return position._replace(number=last)
