# SPDX-License-Identifier: Apache-2.0
"""What the log hears of a store that fails, again and again perhaps."""

import threading
import time
from typing import Any

from oslo_config import cfg
from oslo_log import log

from ext_lib import exception

LOG = log.getLogger(__name__)


class Trouble:
    """Tells the log of errors, though not of each as long as they last.

    Errors of one kind do not keep those of another from the log.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.conf = conf
        self._lock = threading.Lock()
        self._untold: dict[type[Exception], int] = {}
        self._next: dict[type[Exception], float] = {}

    def tell(self, error: Exception, message: str, *values: Any) -> None:
        """Log an error and what it meant, or count it."""
        now = time.monotonic()
        kind = type(error)
        with self._lock:
            if now < self._next.get(kind, 0.0):
                self._untold[kind] = self._untold.get(kind, 0) + 1
                return
            untold = self._untold.pop(kind, 0)
            self._next[kind] = now + self.conf.tasks.store_retry_interval
        if untold:
            LOG.error('%d more requests had no task before this', untold)
        # Where a database that is out of reach was missed says nothing.
        cause = None if isinstance(error, exception.Unavailable) else error
        LOG.error(message, *values, exc_info=cause)
