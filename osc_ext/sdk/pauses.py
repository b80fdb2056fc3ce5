# SPDX-License-Identifier: Apache-2.0
"""Growing pauses between requests, up to a time limit."""

from collections.abc import Callable, Iterator, Mapping
import datetime
import email.utils
import time
from typing import TypeVar

from keystoneauth1.exceptions import connection
from keystoneauth1.exceptions import discovery
from openstack import exceptions

#: Seconds of the first pause, and of the longest.
_FIRST = 0.5
_LONGEST = 10.0
_GROWTH = 1.6

#: Statuses after which the same request may be answered otherwise.
RETRIABLE = frozenset({429, 500, 502, 503, 504})

#: Errors among which are those that pass; see :func:`is_passing`.
FAILURES = (
    exceptions.HttpException,
    connection.ConnectionError,
    discovery.DiscoveryFailure,
)

_T = TypeVar('_T')


class Pauses:
    """The pauses of one wait.

    :param seconds: how long all of it may take
    :param what: is being waited for, as the error says it
    :param longest: seconds of the longest pause
    """

    def __init__(
        self, seconds: float, what: str, longest: float = _LONGEST
    ) -> None:
        self._deadline = time.monotonic() + seconds
        self._what = what
        self._seconds = seconds
        self._next = _FIRST
        self._longest = longest

    @property
    def left(self) -> float:
        """The seconds that are left; 0 when the time has passed."""
        return max(0.0, self._deadline - time.monotonic())

    def poll(
        self,
        ask: Callable[[], _T],
        may_begin_late: bool = False,
        at_least: Callable[[], float] = float,
    ) -> Iterator[_T]:
        """Yield answers, with pauses between the requests.

        A failure that may pass is retried.

        :param ask: sends a request; the time it takes counts as a pause
        :param may_begin_late: whether that holds before the first answer, too
        :param at_least: returns the seconds that the last answer asks for
        :raises openstack.exceptions.ResourceTimeout: when time has passed
        """
        may_fail = may_begin_late
        while True:
            began, failure = time.monotonic(), ''
            try:
                answer = ask()
            except FAILURES as error:
                if not (may_fail and is_passing(error)):
                    raise
                pause, failure = retry_after_of(error), str(error)
                spent = time.monotonic() - began
            else:
                may_fail = True
                spent = time.monotonic() - began
                pause = at_least()
                yield answer
            self.wait(pause, spent, failure)

    def wait(
        self, at_least: float = 0.0, spent: float = 0.0, failure: str = ''
    ) -> None:
        """Pause longer than the last time.

        :param at_least: seconds that the server asks for
        :param spent: seconds that were waited for already
        :param failure: what came last, for the error
        :raises openstack.exceptions.ResourceTimeout: when that would exceed
            the time limit
        """
        pause = max(self._next - spent, at_least)
        if pause >= self.left:
            text = f'Waited {self._seconds:g} s in vain for {self._what}'
            raise exceptions.ResourceTimeout(
                f'{text}. What came last: {failure}' if failure else text
            )
        self._next = min(self._longest, self._next * _GROWTH)
        if pause > 0:
            time.sleep(pause)


def is_passing(error: Exception) -> bool:
    """Return whether one of :data:`FAILURES` may be over the next time."""
    if isinstance(error, exceptions.HttpException):
        return error.status_code in RETRIABLE
    return not isinstance(error, connection.SSLError)


def retry_after_of(error: Exception) -> float:
    """Return the seconds of ``Retry-After`` of a failure, 0 without one."""
    response = getattr(error, 'response', None)
    return 0.0 if response is None else retry_after(response.headers)


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds of ``Retry-After``, 0 without a valid one.

    It is a number of seconds or a date (RFC 9110, section 10.2.3).
    """
    text = headers.get('Retry-After', '')
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        then = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0.0
    if then.tzinfo is None:
        then = then.replace(tzinfo=datetime.timezone.utc)
    return max(0.0, then.timestamp() - time.time())
