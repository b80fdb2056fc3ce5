# SPDX-License-Identifier: Apache-2.0
"""Limits on the reading of cells, and how late their rows can come."""

import datetime
import threading
from typing import NamedTuple

from oslo_config import cfg


class Throttle(NamedTuple):
    """Limits on the load that a collector puts on cells.

    :param batch: how many rows it asks for at once
    :param rest: seconds between two batches of new rows
    :param late: how long a transaction may be open that stores a row
    :param skew: how far the clocks may differ that date rows
    :param stopping: is set when the collector is to end
    """

    batch: int
    rest: float
    late: datetime.timedelta
    skew: datetime.timedelta
    stopping: threading.Event

    def pause(self) -> None:
        """Wait between two batches.

        :raises Stopped: when the collector is to end
        """
        if self.stopping.wait(self.rest) if self.rest else self._is_over():
            raise Stopped()

    def _is_over(self) -> bool:
        return self.stopping.is_set()


class Stopped(Exception):
    """The collector was told to end."""


def from_conf(conf: cfg.ConfigOpts, stopping: threading.Event) -> Throttle:
    """Return the limits that the configuration sets."""
    return Throttle(
        conf.trail.batch_size,
        conf.trail.batch_pause,
        datetime.timedelta(seconds=conf.trail.late_commits),
        datetime.timedelta(seconds=conf.cells.clock_skew),
        stopping,
    )
