# SPDX-License-Identifier: Apache-2.0
"""Waiting for what other threads and processes do, with a deadline."""

from collections.abc import Callable
import time

_SECONDS = 60.0
_PAUSE = 0.02


def wait_until(
    condition: Callable[[], object], what: str, seconds: float = _SECONDS
) -> None:
    """Return once ``condition`` holds.

    :param what: is being waited for
    :raises AssertionError: when it takes more than ``seconds``
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f'Waited {seconds} s in vain for {what}')
        time.sleep(_PAUSE)
