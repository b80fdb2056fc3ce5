# SPDX-License-Identifier: Apache-2.0
"""What the store of tasks did not take, until it does.

While the process that answered a request lives, others wait for it to say how
the request ended. It may have said so to a database that was just restarted.
"""

import collections
from collections.abc import Callable
import threading

from oslo_log import log

LOG = log.getLogger(__name__)

#: How many writes are kept. What does not fit is found out when the task is
#: read, though not before it counts as lost.
_KEPT = 1000
#: How many a request waits for at most.
_AT_ONCE = 100


class Backlog:
    """Writes that failed, for requests to come to try again.

    No thread does it: where this is a guest, none may run between requests.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writes: collections.deque[Callable[[], object]] = (
            collections.deque()
        )

    def keep(self, write: Callable[[], object]) -> None:
        """Have something written later; it does no harm to do it twice."""
        # The first are those that were under way when the store went away;
        # requests that come after them are refused.
        if len(self._writes) < _KEPT:
            self._writes.append(write)

    def work_off(self) -> None:
        """Write what the store takes now; errors leave it for later."""
        if not self._writes or not self._lock.acquire(blocking=False):
            return
        try:
            for _ in range(min(len(self._writes), _AT_ONCE)):
                self._writes[0]()
                self._writes.popleft()
        except Exception as error:
            LOG.debug('The store of tasks still fails: %s', error)
            # Perhaps it fails at this one alone.
            self._writes.rotate(-1)
        finally:
            self._lock.release()
