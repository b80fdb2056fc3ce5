# SPDX-License-Identifier: Apache-2.0
"""Refresh of records that may have changed since they were copied."""

from collections.abc import Iterable, Mapping
import datetime
from typing import Any

from ext_lib import exception
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import rows
from nova_ext.db.trail.cell import Cell
from nova_ext.db.trail.cell import Throttle
from nova_ext.db.trail.record_kinds import Kind
from nova_ext.db.trail.store import Store

_Row = dict[str, Any]
_WATCHED = (
    (record_kinds.ACTIONS, record_kinds.OFTEN),
    (record_kinds.ACTIONS, record_kinds.AT_TIMES),
    (record_kinds.MIGRATIONS, record_kinds.OFTEN),
    (record_kinds.MIGRATIONS, record_kinds.AT_TIMES),
    (record_kinds.SERVERS, record_kinds.AT_TIMES),
)


class Restored(exception.Error):
    """A row of a cell is another one than was copied, or an older state of it.

    It is caught by the follower of the cell, which logs it.
    """

    msg_fmt = 'number %(number)s of %(kind)s'


class Refresher:
    """Reads records again: those about to end, and some of the others.

    Of records that may change at any time a batch of each kind is read in a
    run, the next one in the next run; all are if ``is_thorough`` is set.

    :param cell: the cell that is read
    """

    is_thorough = False

    def __init__(self, cell: Cell, throttle: Throttle) -> None:
        self._cell = cell
        self._throttle = throttle
        self._last: dict[tuple[Kind, int], int] = {}

    def run(
        self,
        store: Store,
        tails: Mapping[Kind, int],
        moment: datetime.datetime,
    ) -> None:
        """Read records again, and store what has changed.

        :param tails: up to which number rows that are missing are gone
        :param moment: the present one, by the clock of the trail
        :raises Restored: when one is another row, or in an earlier state
        """
        for kind, watch in _WATCHED:
            is_turn = watch != record_kinds.OFTEN and not self.is_thorough
            last = self._last.get((kind, watch), 0) if is_turn else 0
            while known := store.watched(
                kind, watch, last, self._throttle.batch
            ):
                if kind is record_kinds.ACTIONS:
                    _Actions(self._cell, store, tails, moment).update(known)
                else:
                    _update(self._cell, store, kind, known, tails[kind])
                self._throttle.pause()
                last = max(known)
                if is_turn or len(known) < self._throttle.batch:
                    break
            self._last[kind, watch] = last if known else 0


def _update(
    cell: Cell, store: Store, kind: Kind, known: dict[int, _Row], tail: int
) -> None:
    changes = []
    found = _read(cell, kind, known)
    for number, before in known.items():
        after = found.get(number)
        if after is not None:
            change = _change(kind, before, after)
            watch = record_kinds.watch_of(kind, after)
        else:
            change, watch = {}, record_kinds.NEVER
            if number > tail:
                # A replica may lag; or there are no later rows.
                continue
        if change or watch != before['watch']:
            changes.append({'id': number, **change, 'watch': watch})
    store.change({kind: changes})


class _Actions:
    """Actions, which change with their events.

    These are read first: what changes one changes the action, too.
    """

    def __init__(
        self,
        cell: Cell,
        store: Store,
        tails: Mapping[Kind, int],
        moment: datetime.datetime,
    ) -> None:
        self._cell = cell
        self._store = store
        self._tails = tails
        self._moment = moment

    def update(self, known: dict[int, _Row]) -> None:
        """Store what has changed of actions, and of their events."""
        events = self._store.events_of(list(known))
        for part in self._cell.numbered(record_kinds.EVENTS, list(events)):
            found = {row['id']: row for row in part}
            self._update_events(found)
            for number, row in found.items():
                events[number] = row['action_id'], row['finish_time'] is None
        unended: dict[int, bool] = {}
        for action, is_open in events.values():
            unended[action] = unended.get(action, False) or is_open
        self._store.change(
            {record_kinds.ACTIONS: self._changed(known, unended)}
        )

    def _update_events(self, found: Mapping[int, _Row]) -> None:
        """Store what has changed of events; their actions follow.

        An action is read again until that is stored, too.
        """
        known = self._store.numbered(record_kinds.EVENTS, list(found))
        changed = [
            {'id': number, **change}
            for number, before in known.items()
            if (change := _change(record_kinds.EVENTS, before, found[number]))
        ]
        self._store.change({record_kinds.EVENTS: changed})

    def _changed(
        self, known: dict[int, _Row], unended: Mapping[int, bool]
    ) -> list[_Row]:
        found = _read(self._cell, record_kinds.ACTIONS, known)
        nameless = [a for a in known.values() if not a['server_project_id']]
        servers = rows.servers_of(self._store, nameless)
        changes = []
        for number, before in known.items():
            after = found.get(number, before)
            derived = rows.state_of(
                after, unended.get(number), self._moment
            ) | servers.get(number, {})
            if (
                number not in found
                and number <= self._tails[record_kinds.ACTIONS]
            ):
                derived['watch'] = record_kinds.NEVER
            change = _change(record_kinds.ACTIONS, before, after)
            change |= {k: v for k, v in derived.items() if v != before[k]}
            if change:
                changes.append({'id': number, **change})
        return changes


def _read(cell: Cell, kind: Kind, numbers: Iterable[int]) -> dict[int, _Row]:
    return {
        row['id']: row
        for some in cell.numbered(kind, list(numbers))
        for row in some
    }


def _change(kind: Kind, before: _Row, after: _Row) -> _Row:
    """Return the columns that have changed, with their new values.

    :raises Restored: when it is another row, or in an earlier state
    """
    is_other = any(before[name] != after[name] for name in kind.identity)
    if is_other or record_kinds.is_undone(before, after):
        raise Restored(kind=kind.name, number=before['id'])
    return {
        name: after[name]
        for name in kind.columns
        if before[name] != after[name]
    }
