# SPDX-License-Identifier: Apache-2.0
"""The all-in-one as a program that is killed at a crash point.

A variable of the environment names the point. The first request of a task
that reaches it ends the process with SIGKILL.
"""

import os
import signal
import sys

from nova_ext.cmd import allinone
from nova_ext.middleware import tasks

VARIABLE = 'EXT_TEST_CRASH_POINT'


def _die(point: str) -> None:
    if point == os.environ[VARIABLE]:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == '__main__':
    tasks.crash_observers.append(_die)
    sys.exit(allinone.main())
