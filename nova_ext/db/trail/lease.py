# SPDX-License-Identifier: Apache-2.0
"""The lease of the one collector that may write to the trail."""

import datetime
import time
from typing import Any

from oslo_db import exception as db_exception
import sqlalchemy as sa

from ext_lib import exception
from ext_lib.db import clock
from nova_ext.db.trail import models
from nova_ext.db.trail.facade import facade

_ONE = 1
_t = models.leases


class LeaseLost(exception.Error):
    """The lease has expired, and another collector leads."""

    msg_fmt = 'Another collector has taken over from %(owner)s.'


class Lease:
    """The right of one collector to write to the trail.

    Each transaction that writes begins with :meth:`keep`, which locks the
    row of the lease. So a collector that was suspended, and continues while
    another leads, can write nothing.

    :param owner: a name that no other process has
    :param seconds: after which it expires unless it is renewed
    """

    def __init__(self, owner: str, seconds: int) -> None:
        self.owner = owner
        self._length = datetime.timedelta(seconds=seconds)
        self._turn: int | None = None
        self._offset = datetime.datetime.min  # noqa: DTZ901

    def acquire(self, context: Any) -> bool:
        """Return whether this collector leads, from now on or still."""
        held = self._read(context)
        if held is None:
            _create(context, self._now())
            held = self._read(context)
        assert held is not None
        is_mine = held.owner == self.owner
        if not is_mine and held.expires_at > self._now():
            return False
        turn = held.turn if is_mine else held.turn + 1
        values = {'turn': turn, 'owner': self.owner}
        taken = _write(context, self._renewal(held.turn).values(values))
        self._turn = turn if taken else None
        return taken

    def keep(self, context: Any) -> None:
        """Renew the lease within the transaction of ``context``.

        :raises LeaseLost: when another collector leads
        """
        connection = context.session.connection()
        renewal = self._renewal(self._turn)
        if self._turn is None or not connection.execute(renewal).rowcount:
            self._turn = None
            raise LeaseLost(owner=self.owner)

    def release(self, context: Any) -> None:
        """Let another collector take over at once."""
        if self._turn is not None:
            renewal = self._renewal(self._turn)
            _write(context, renewal.values(expires_at=self._now()))
            self._turn = None

    def _read(self, context: Any) -> Any:
        statement = sa.select(_t).where(_t.c.id == _ONE)
        rows = facade.fetch(context, statement)
        self._offset = now(context) - _elapsed()
        return rows[0] if rows else None

    def _now(self) -> datetime.datetime:
        """Return the time of the database, without asking it."""
        return self._offset + _elapsed()

    def _renewal(self, turn: int | None) -> Any:
        return (
            sa.update(_t)
            .where(_t.c.id == _ONE, _t.c.turn == turn)
            .values(expires_at=self._now() + self._length)
        )


def lock(context: Any) -> None:
    """Keep collectors from writing until the transaction of ``context`` ends.

    Commands that write while a collector leads do it under this lock.
    """
    unchanged = sa.update(_t).where(_t.c.id == _ONE).values(turn=_t.c.turn)
    context.session.connection().execute(unchanged)


def ensure(context: Any) -> None:
    """Create the row of the lease if there is none, for :func:`lock`."""
    if not facade.fetch(context, sa.select(_t.c.id).where(_t.c.id == _ONE)):
        _create(context, now(context))


def now(context: Any) -> datetime.datetime:
    """Return the time by the clock of the database of the trail."""
    [[moment]] = facade.fetch(context, sa.select(clock.UTCNow()))
    found: datetime.datetime = moment
    return found


def _elapsed() -> datetime.timedelta:
    return datetime.timedelta(seconds=time.monotonic())


@facade.writer
def _write(context: Any, statement: Any) -> bool:
    return bool(context.session.connection().execute(statement).rowcount)


def _create(context: Any, moment: datetime.datetime) -> None:
    """Create the row, which another collector may do at the same time."""
    values = {'id': _ONE, 'owner': '', 'turn': 0, 'expires_at': moment}
    try:
        _write(context, sa.insert(_t).values(values))
    except db_exception.DBDuplicateEntry:
        pass
