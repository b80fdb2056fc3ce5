# SPDX-License-Identifier: Apache-2.0
"""Frame of a program: its errors and its waits at the start."""

from collections.abc import Callable
import dataclasses
import logging
import os
import select
import sys
import time

from oslo_config import cfg

from ext_lib import libraries
from ext_lib import startup_errors

LOG = logging.getLogger(__name__)

#: Exit statuses, beside 0.
FAILED = 1
MISCONFIGURED = 2
#: Exit statuses as in shells, 128 plus the number of the signal: after SIGINT,
#: and when what reads the output has ended.
INTERRUPTED = 130
UNREAD = 141
#: For which WSGI servers do not start the process again and again.
_NO_APPLICATION = 3

TIMEOUT = cfg.IntOpt(
    'start_timeout',
    default=600,
    min=0,
    help='Seconds for which a service that starts waits for the message '
    'broker, and a compute host for a conductor. Then it ends with exit '
    'status 1. How long it waits for its database, max_retries and '
    'retry_interval of [database] say.',
)


@dataclasses.dataclass(frozen=True)
class Program:
    """A program of the command line, or a WSGI entry point.

    :param name: what operators type
    :param description: one sentence for ``--help``
    :param failed: exit status when something it needs is missing
    :param misconfigured: exit status when it was not understood, or its
        configuration
    """

    name: str
    description: str = ''
    failed: int = FAILED
    misconfigured: int = MISCONFIGURED

    def run(self, main: Callable[[], int]) -> int:
        """Return what ``main`` returns, or the exit status of its failure.

        The reason is one line on standard error, and one in the log if that
        goes elsewhere. A failure of an unknown kind is raised: it is a bug.

        :raises SystemExit: when the command line is not understood
        """
        _open_streams()
        try:
            try:
                return main()
            finally:
                # At the end of the interpreter, a failure is a traceback.
                sys.stdout.flush()
        except KeyboardInterrupt:
            self.say('Interrupted.')
            return INTERRUPTED
        except Exception as error:
            if isinstance(error, BrokenPipeError) and _is_output_unread():
                return UNREAD
            return self._status_of(error)

    def _status_of(self, error: Exception) -> int:
        """Say why the program fails; return the exit status.

        :raises SystemExit: when the command line is not understood
        """
        reason = startup_errors.reason(error, self.name)
        if reason is None:
            self._point_to_log(error)
            raise error
        self.say(reason, logging.CRITICAL)
        LOG.debug('Where it failed', exc_info=error)
        if isinstance(error, startup_errors.Misused):
            # As argparse itself does.
            raise SystemExit(self.misconfigured) from None
        if startup_errors.is_of_configuration(error):
            return self.misconfigured
        return self.failed

    def say(self, message: str, level: int = logging.WARNING) -> None:
        """Print a line to standard error, and log it if the log is a file."""
        sys.stderr.write(f'{self.name}: {message}\n')
        sys.stderr.flush()
        if _is_logged_elsewhere():
            LOG.log(level, '%s', message)

    def _point_to_log(self, error: Exception) -> None:
        """Name an error of which the log alone gets the traceback."""
        if _is_logged_elsewhere():
            said = ' '.join(f'{type(error).__name__}: {error}'.split())
            sys.stderr.write(f'{self.name}: {said} (see the log)\n')

    def wait(
        self,
        attempt: Callable[[], None],
        what: str,
        seconds: float,
        pause: float = 1.0,
    ) -> None:
        """Try until it succeeds; after the first failure say so.

        :param attempt: raises Unreachable where it is worth another attempt
        :param what: is waited for; where it should be, the failure says
        :param seconds: how long, at most; infinite if negative
        :param pause: between two attempts, in seconds
        :raises Unreachable: when time is up
        """
        began = time.monotonic()
        is_first = True
        while True:
            try:
                return attempt()
            except startup_errors.Unreachable as error:
                waited = time.monotonic() - began
                if 0 <= seconds < waited + pause:
                    raise
                if is_first:
                    limit = f', up to {seconds:g} s' if seconds >= 0 else ''
                    self.say(f'Waiting for {what}{limit}: {error}')
            is_first = False
            time.sleep(pause)


def load_application(name: str, load: Callable[[], object]) -> object:
    """Return the WSGI application ``load`` makes.

    :param name: of the module, for messages
    :raises SystemExit: when it cannot be made, with the reason on standard
        error; of a status that gunicorn takes for the end of all its workers
    """
    program = Program(
        name, failed=_NO_APPLICATION, misconfigured=_NO_APPLICATION
    )
    made: list[object] = []

    def main() -> int:
        made.append(load())
        return 0

    status = program.run(main)
    if status:
        raise SystemExit(status)
    libraries.have_been_loaded()
    return made[0]


def _open_streams() -> None:
    """Open what is closed of standard output and error, for what is said."""
    for name in ('stdout', 'stderr'):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, os.fdopen(number, 'w', encoding='utf-8'))


def _is_output_unread() -> bool:
    """Return whether what read standard output has ended.

    Then it is discarded, so that nothing else fails.
    """
    try:
        number = sys.stdout.fileno()
    except OSError:
        return False
    poll = select.poll()
    poll.register(number, 0)
    if not any(found & select.POLLERR for _, found in poll.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    return True


def _is_logged_elsewhere() -> bool:
    """Return whether log lines go to anything but standard error."""
    handlers = logging.getLogger().handlers
    return any(
        getattr(handler, 'stream', None) not in (sys.stderr, sys.__stderr__)
        for handler in handlers
    )
