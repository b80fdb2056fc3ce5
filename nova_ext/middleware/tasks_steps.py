# SPDX-License-Identifier: Apache-2.0
"""The steps of a request through the filter, named once.

A process may end at each of them. The suite that injects faults walks the
same list.
"""

from collections.abc import Callable
from typing import Final

#: Understood; nothing is stored.
RECEIVED: Final = 'received'
#: Its task is stored, and its reservation with it.
RESERVED: Final = 'reserved'
#: The application has answered; nothing of that is stored.
ANSWERED: Final = 'answered'
#: The outcome is stored; the client has not got the answer.
RECORDED: Final = 'recorded'

STEPS: Final = (RECEIVED, RESERVED, ANSWERED, RECORDED)

Observer = Callable[[str], None]
_observers: list[Observer] = []


def reached(step: str) -> None:
    """Note that the request of this thread has come so far."""
    for observe in _observers:
        observe(step)


def watch(observe: Observer) -> None:
    """Call ``observe`` at each step from now on; for tests."""
    _observers.append(observe)


def unwatch(observe: Observer) -> None:
    """Do no longer what :func:`watch` began."""
    _observers.remove(observe)
