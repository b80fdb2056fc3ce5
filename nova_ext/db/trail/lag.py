# SPDX-License-Identifier: Apache-2.0
"""Lag of the trail: the time since each cell was last read to its end."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from oslo_config import cfg
import sqlalchemy as sa

from ext_lib.db import clock
from nova_ext.db.trail import models

_OWN = 'database'


class Lag(NamedTuple):
    """The lag of one cell.

    :param title: name of the section that describes its database
    :param seconds: since the beginning of the last round that has read it to
        its end, by the clock of the trail; None before the first such round
    """

    title: str
    seconds: float | None

    def __str__(self) -> str:
        if self.seconds is None:
            return f'{self.title}: not read to its end yet'
        return f'{self.title}: {self.seconds:.0f} s'


def measure(connection: Any, conf: cfg.ConfigOpts) -> list[Lag]:
    """Return the lags of all cells, in the order of the configuration.

    It takes one statement on the trail, and none on the cells.

    :param connection: to the trail
    """
    t = models.sources
    statement = sa.select(t.c.cell, t.c.read_at, clock.UTCNow())
    found: dict[str, float | None] = {}
    for cell, read_at, now in connection.execute(statement.order_by(t.c.life)):
        # The last one is the present life of the cell.
        elapsed = None if read_at is None else (now - read_at).total_seconds()
        found[cell] = None if elapsed is None else max(elapsed, 0.0)
    return [
        Lag(cell or _OWN, found.get(cell))
        for cell in conf.cells.databases or ['']
    ]


def excessive(lags: Iterable[Lag], conf: cfg.ConfigOpts) -> list[Lag]:
    """Return those above ``[trail] lag_warning``."""
    most = conf.trail.lag_warning
    return [lag for lag in lags if lag.seconds is None or lag.seconds > most]


def describe(lags: Sequence[Lag]) -> str:
    """Return the lags as one line of text."""
    return ', '.join(str(lag) for lag in lags)
