# SPDX-License-Identifier: Apache-2.0
"""Periodic tasks of engines beside their work on clusters."""

from oslo_config import cfg
from oslo_log import log as logging

from ext_lib.context import get_admin_context
from ext_lib.service import PeriodicTask
from sahara_ext.objects.cluster_event import ClusterEventList

LOG = logging.getLogger(__name__)

#: How many chunks are removed at a time: an engine that is told to stop waits
#: for no more than these.
_CHUNKS = 100


class EventCleanup:
    """Removal of old events.

    They are those of steps that were completed successfully. Any number of
    engines may do so at the same time.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf.event_log

    def tasks(self) -> list[PeriodicTask]:
        """Return the periodic task; none when it is disabled."""
        interval = self._conf.cleanup_interval
        return [PeriodicTask(self.clean_up, interval)] if interval else []

    def clean_up(self) -> None:
        """Remove the events that are old enough, or the oldest of many."""
        chunk = self._conf.cleanup_chunk
        count = ClusterEventList.purge(
            get_admin_context(),
            self._conf.cleanup_age,
            chunk,
            chunk * _CHUNKS,
        )
        if count:
            LOG.info('Removed %d events of completed steps', count)
