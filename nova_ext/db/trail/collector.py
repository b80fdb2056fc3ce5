# SPDX-License-Identifier: Apache-2.0
"""The collector, which copies and seals while it holds the lease."""

from collections.abc import Callable
import gc
import os
import socket
import threading
import time
import uuid

from oslo_config import cfg
from oslo_log import log

from ext_lib import context
from ext_lib.context import RequestContext
from ext_lib.db import connect_limits
from nova_ext.db import cells
from nova_ext.db.trail import lease
from nova_ext.db.trail import seals
from nova_ext.db.trail.cell import Cell
from nova_ext.db.trail.cell import Stopped
from nova_ext.db.trail.cell import throttle_of
from nova_ext.db.trail.follower import Follower

LOG = log.getLogger(__name__)

#: Most seals that are written in one round.
_TURN = 4


class Collector:
    """Follows the cells until it is told to stop.

    :param conf: the databases are configured by it already
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._settings = conf.trail
        self._stopping = threading.Event()
        self._context = context.get_admin_context()
        self._throttle = throttle_of(conf, self._stopping)
        self._lease = lease.Lease(_name(), conf.trail.lease)
        self._followers = self._make_followers()
        self._schedule = _SealSchedule(self._context, conf)
        self._leads = False
        self._has_more = False
        self._is_once = False
        began = time.monotonic()
        self._read_at = {f.cell.title: began for f in self._followers}
        self._warned: set[str] = set()

    def _make_followers(self) -> list[Follower]:
        asking = context.get_admin_context()
        asking.use_replica = True
        return [
            Follower(
                self._context,
                Cell(there, self._throttle.batch),
                self._lease,
                self._throttle,
            )
            for there in cells.each(asking)
        ]

    def stop(self) -> None:
        """Have :meth:`run` return after the present batch."""
        self._stopping.set()

    def run(self, once: bool = False) -> None:
        """Follow the cells, round after round.

        :param once: end when all cells that answer were read to their ends
        """
        self._is_once = once
        while not self._stopping.is_set():
            self._has_more = False
            self._attempt(self.round)
            if self._has_more:
                # Statements, which refer to themselves, keep their values
                # until there are very many of them.
                gc.collect()
                continue
            if once and self._leads:
                break
            self._stopping.wait(self._settings.interval)
        self._attempt(lambda: self._lease.release(self._context))

    def round(self) -> bool:
        """Read all cells once; return whether this collector leads."""
        leads = self._lease.acquire(self._context)
        if leads != self._leads:
            LOG.info(
                'Collector %s %s',
                self._lease.owner,
                'leads' if leads else 'waits: another one leads',
            )
            self._leads = leads
        if leads:
            for follower in self._followers:
                self._follow(follower)
            self._schedule.run()
        return leads

    def _follow(self, follower: Follower) -> None:
        title = follower.cell.title
        try:
            is_at_end = follower.follow(self._is_once)
        except (Stopped, lease.LeaseLost):
            raise
        except connect_limits.UNREACHABLE as error:
            if not self._is_trail_reachable():
                raise
            LOG.warning('Cell %s does not answer: %s', title, error)
        except Exception:
            # The other cells are followed all the same.
            LOG.exception('Cell %s cannot be followed', title)
        else:
            self._has_more |= not is_at_end
            if is_at_end:
                self._read_at[title] = time.monotonic()
        self._check_lag(title)

    def _is_trail_reachable(self) -> bool:
        """Return whether the trail answers."""
        try:
            lease.now(self._context)
        except connect_limits.UNREACHABLE:
            return False
        return True

    def _check_lag(self, title: str) -> None:
        """Warn once when a cell was not read to its end for too long."""
        lag = time.monotonic() - self._read_at[title]
        if lag <= self._settings.lag_warning:
            if title in self._warned:
                LOG.info('Cell %s is read to its end again', title)
            self._warned.discard(title)
        elif title not in self._warned:
            self._warned.add(title)
            LOG.warning(
                'The trail of cell %s lags by %d s: it was not read to its '
                'end for as long',
                title,
                lag,
            )

    def _attempt(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Stopped:
            pass
        except lease.LeaseLost as error:
            LOG.warning('%s', error.message)
        except connect_limits.UNREACHABLE as error:
            LOG.warning('The database of the trail does not answer: %s', error)
        except Exception:
            LOG.exception('A round of collector %s failed', self._lease.owner)


class _SealSchedule:
    """Writes a seal when the last one is old enough.

    :param context: of the trail
    """

    def __init__(self, context: RequestContext, conf: cfg.ConfigOpts) -> None:
        self._context = context
        self._interval = conf.trail.seal_interval
        self._batch = conf.trail.batch_size
        self._next: float | None = None

    def run(self) -> None:
        """Write the seals that are due; many ones in several rounds."""
        if not self._interval:
            return
        if self._next is None:
            self._next = time.monotonic() + self._left()
        for _ in range(_TURN):
            if time.monotonic() < self._next:
                return
            sealed = seals.seal(self._context, self._batch)
            LOG.info(
                'Seal %d of %d records: %s',
                sealed.number,
                sealed.total,
                sealed.digest,
            )
            if sealed.is_complete:
                self._next = time.monotonic() + self._interval

    def _left(self) -> float:
        """Return in how many seconds the next seal is due."""
        last = seals.last_sealed_at(self._context)
        if last is None:
            return 0.0
        age = (lease.now(self._context) - last).total_seconds()
        return max(0.0, float(self._interval - age))


def _name() -> str:
    """Return a name that no other collector has."""
    return f'{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}'
