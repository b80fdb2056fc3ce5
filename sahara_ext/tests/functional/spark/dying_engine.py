# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-engine that kills itself at one point of its work.

The variable POINT has one of MOMENTS, a colon, and the name of a step.
"""

import os
import signal
import sys
import threading

from sahara_ext.cmd import engine
from sahara_ext.infra.ssh_session import Session
from sahara_ext.progress.step import Event
from sahara_ext.progress.step import Step

POINT = 'SAHARA_EXT_DEATH'
#: Begun, and nothing done in it.
BEGUN = 'begun'
#: A command runs on an instance.
AMID = 'amid'
#: What is done for an instance is not recorded.
DONE = 'done'
#: The step has ended, and no other has begun.
ENDED = 'ended'
MOMENTS = (BEGUN, AMID, DONE, ENDED)
#: For so long a command runs, in seconds.
_SECONDS = 0.2


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Death:
    """The end of the process at a point.

    :param moment: one of MOMENTS
    :param step_name: of the step
    """

    def __init__(self, moment: str, step_name: str) -> None:
        self._moment = moment
        self._step_name = step_name
        self._is_in_step = False

    def prepare(self) -> None:
        """Have it come when the point is reached."""
        enter, leave = Step.__enter__, Step.__exit__
        end_event, execute = Event.__exit__, Session._execute

        def enter_step(step):
            self._is_in_step = step.name == self._step_name
            if self._is_in_step and not step.finished:
                self._reach(BEGUN)
            return enter(step)

        def leave_step(step, *error):
            leave(step, *error)
            if self._is_in_step:
                self._reach(ENDED)
            self._is_in_step = False

        def leave_event(event, *error):
            if self._is_in_step:
                self._reach(DONE)
            end_event(event, *error)

        def run(session, *args):
            if self._is_in_step and self._moment == AMID:
                threading.Timer(_SECONDS, _die).start()
            return execute(session, *args)

        for owner, name, replacement in (
            (Step, '__enter__', enter_step),
            (Step, '__exit__', leave_step),
            (Event, '__exit__', leave_event),
            (Session, '_execute', run),
        ):
            setattr(owner, name, replacement)

    def _reach(self, moment: str) -> None:
        if moment == self._moment:
            _die()


def main() -> int:
    """Run as the program does, until that point."""
    _Death(*os.environ[POINT].split(':', 1)).prepare()
    return engine.main()


if __name__ == '__main__':
    sys.exit(main())
