# SPDX-License-Identifier: Apache-2.0
"""The right of an engine to work on a cluster, and its end."""

from collections.abc import Iterator
import contextlib
import threading
import time

from oslo_log import log as logging

from sahara_ext import exception
from sahara_ext.objects.cluster import Cluster
from sahara_ext.progress.failure import LOST

LOG = logging.getLogger(__name__)

#: For how long an answer of the database counts, in seconds.
_SECONDS = 1.0


class Interrupted(BaseException):
    """The engine has to release a cluster.

    It is no Exception, so that handlers of failures leave everything as it
    is, for another engine to continue.
    """


class Lease:
    """The right to carry out one operation.

    An engine has it as long as the cluster names the engine and the
    operation. It loses it to a request that puts another operation in place,
    and to other engines when it gave no sign of life for long.

    :param cluster: as it was claimed
    :param stopping: is set when the engine is to end
    """

    def __init__(self, cluster: Cluster, stopping: threading.Event) -> None:
        self._cluster = cluster
        self._stopping = stopping
        self._lock = threading.Lock()
        self._is_held = True
        self._deadline = time.monotonic() + _SECONDS

    def check(self, waiting: str = '') -> None:
        """Return as long as it is right to continue.

        :param waiting: ignored
        :raises Interrupted: otherwise
        """
        if self._stopping.is_set():
            raise Interrupted('the engine ends')
        with self._lock, self.protected():
            if self._is_held and time.monotonic() >= self._deadline:
                self._is_held = self._cluster.is_held()
                self._deadline = time.monotonic() + _SECONDS
        if not self._is_held:
            raise Interrupted('another engine or operation has the cluster')

    def expire(self) -> None:
        """Have the next check ask the database."""
        self._deadline = 0.0

    @contextlib.contextmanager
    def protected(self) -> Iterator[None]:
        """Lose the lease when the database refuses a change or is unreachable.

        :raises Interrupted: instead of what was raised
        """
        try:
            yield
        except (exception.OperationSuperseded, exception.ClusterGone) as error:
            self._is_held = False
            raise Interrupted(str(error)) from error
        except LOST as error:
            # It is not certain whether the change was committed.
            self._is_held = False
            LOG.warning(
                'Cluster %s: the database is unreachable: %s',
                self._cluster.id,
                error,
            )
            raise Interrupted(str(error)) from error
