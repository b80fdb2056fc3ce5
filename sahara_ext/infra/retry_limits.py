# SPDX-License-Identifier: Apache-2.0
"""Waiting for what happens elsewhere, with an end to it."""

import time

from sahara_ext import exception
from sahara_ext.infra.base import Checkpoint

_SHORTEST = 0.05
#: How long to wait without asking whether to go on.
_NAP = 0.5


class RetryLimit:
    """The time something may take; pauses that grow.

    :param what: is waited for, to be said when it takes too long
    :param longest: pause, in seconds
    :param checkpoint: is told what is waited for; raises when there is no
        need to wait any more
    """

    def __init__(
        self,
        what: str,
        seconds: float,
        longest: float,
        checkpoint: Checkpoint,
    ) -> None:
        self._what = what
        self._seconds = seconds
        self._longest = longest
        self._checkpoint = checkpoint
        self._pause = min(_SHORTEST, longest)
        self._end = time.monotonic() + seconds

    def pause(self, reason: object = '') -> None:
        """Wait a little.

        :param reason: for which it was not there yet: a sentence, or an error
        :raises InfraTimeout: when the time is over
        """
        if time.monotonic() > self._end:
            raise exception.InfraTimeout(
                what=self._what,
                seconds=self._seconds,
                reason=f' {reason}' if reason else '',
            )
        self._checkpoint(f'{self._what}. {reason}'.rstrip())
        self._sleep(self._pause)
        self._pause = min(self._pause * 1.5, self._longest)

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self._checkpoint()
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _NAP))
            self._checkpoint()
