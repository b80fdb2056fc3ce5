# SPDX-License-Identifier: Apache-2.0
"""Schedule of the seals that the collector writes."""

import time

from oslo_config import cfg
from oslo_log import log

from ext_lib.context import RequestContext
from nova_ext.db.trail import lease
from nova_ext.db.trail import seals

LOG = log.getLogger(__name__)

#: Most seals that are written in one round of the collector.
_TURN = 4


class SealSchedule:
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
