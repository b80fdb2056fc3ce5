# SPDX-License-Identifier: Apache-2.0
"""Waits of an operation for the cloud, shown to users and operators.

A wait that takes longer than usual is logged, and stands in the status
description of the cluster until it ends.
"""

from collections.abc import Iterator
import contextlib
import dataclasses
import re
import threading
import time

from oslo_log import log as logging

from sahara_ext.engine.lease import Lease
from sahara_ext.infra.base import Checkpoint
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance

LOG = logging.getLogger(__name__)

#: How many waits the description names.
_NAMED = 3
#: The shortest time between two descriptions, in seconds.
_PACE = 5.0
#: After how many seconds a wait that continues is logged again.
_AGAIN = 600.0
#: What libraries put into messages, another at each try.
_OBJECT = re.compile(r'<[\w.]+ object at 0x[0-9a-f]+>(?:: )?')


@dataclasses.dataclass
class _Wait:
    """The work on one instance, and what it waits for.

    :param since: when the work began, by the monotonic clock
    :param reason: the last it told; empty when it waits for nothing
    :param logged_at: None when it has not been logged
    """

    since: float
    reason: str = ''
    logged_at: float | None = None


class Waits:
    """The waits of one operation; threads share it.

    :param lease: the right to change the cluster
    :param seconds: how long a wait may take before it is shown
    """

    def __init__(self, cluster: Cluster, lease: Lease, seconds: float) -> None:
        self._cluster = cluster
        self._lease = lease
        self._seconds = seconds
        self._lock = threading.Lock()
        self._waits: dict[str, _Wait] = {}
        # Another engine may have left it.
        self._shown: str | None = cluster.status_description or None
        self._shown_at = 0.0

    @contextlib.contextmanager
    def of(self, instance: ClusterInstance) -> Iterator[Checkpoint]:
        """Return the function that the work on an instance calls as it waits.

        :raises Interrupted: when it is to end
        """
        wait = _Wait(time.monotonic())

        def checkpoint(waiting: str = '') -> None:
            self._lease.check()
            if waiting:
                self._note(wait, waiting)

        with self._lock:
            self._waits[instance.id] = wait
        try:
            yield checkpoint
        except BaseException:
            # The end of the operation says why.
            with self._lock:
                del self._waits[instance.id]
            raise
        with self._lock:
            del self._waits[instance.id]
            self._end(wait)

    def _note(self, wait: _Wait, waiting: str) -> None:
        now = time.monotonic()
        with self._lock:
            wait.reason = _OBJECT.sub('', waiting)
            if now - wait.since >= self._seconds:
                self._log(wait, now)
                if now - self._shown_at >= _PACE:
                    self._show(now)

    def _log(self, wait: _Wait, now: float) -> None:
        if wait.logged_at is None or now - wait.logged_at >= _AGAIN:
            wait.logged_at = now
            LOG.warning(
                'Cluster %s has waited %d s for %s',
                self._cluster.id,
                now - wait.since,
                wait.reason,
            )

    def _end(self, wait: _Wait) -> None:
        if wait.logged_at is not None:
            LOG.info(
                'Cluster %s waits no longer for %s',
                self._cluster.id,
                wait.reason,
            )
        if self._shown is not None:
            self._show(time.monotonic())

    def _show(self, now: float) -> None:
        """Set the status description of the cluster, if it changes."""
        description = self._description()
        if description != self._shown:
            with self._lease.protected():
                self._cluster.describe(description)
            self._shown = description
            self._shown_at = now

    def _description(self) -> str | None:
        told = sorted(
            wait.reason
            for wait in self._waits.values()
            if wait.logged_at is not None
        )
        if not told:
            return None
        named = ' '.join(told[:_NAMED])
        more = len(told) - _NAMED
        rest = f' And for {more} more instances.' if more > 0 else ''
        return f'Waiting for {named}{rest}'
