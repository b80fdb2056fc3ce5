# SPDX-License-Identifier: Apache-2.0
"""Which lost actions have been found, and may be lost again.

A broker that starts anew drops what is sent before the queue of a host is
back. But what waits in the queue of a host that is down is not lost, however
long it waits: so it is sent ever more seldom.
"""

import math
import time


class Found:
    """Remembers when each action was dealt with."""

    def __init__(self) -> None:
        #: When an action may be dealt with again, and how long after that.
        self._due: dict[int, tuple[float, float]] = {}

    def is_due(self, action_id: int, patience: float) -> bool:
        """Tell whether an action is to be dealt with, and that it is now.

        :param patience: seconds until the second time; 0 when there is none,
            as nothing can get lost on the way
        """
        now = time.monotonic()
        moment, pause = self._due.get(action_id, (now, patience))
        if now < moment:
            return False
        self._due[action_id] = now + (pause or math.inf), 2 * pause
        return True
