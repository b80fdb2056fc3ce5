# SPDX-License-Identifier: Apache-2.0
"""Run a command while a real nova-api has the tasks filter in it.

``run COMMAND...`` starts a cloud of its own and removes it when the command
has ended, however it ends. With ``NOVA_EXT_REALCLOUD_KEEP`` the cloud stays:
tests run in it at once, until ``remove`` or the next ``run`` removes it.
The same becomes of what a killed run left behind.
"""

import argparse
import fcntl
import os
import select
import signal
import subprocess
import sys
import types
from typing import NoReturn

from ext_lib.tests.realcloud import cloud
from ext_lib.tests.realcloud import package

_KEEP = 'NOVA_EXT_REALCLOUD_KEEP'
_FILTER = 'nova_ext.tests.realcloud.switch'
_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
_FAILURES = (RuntimeError, subprocess.CalledProcessError)


def main() -> int:
    """Do what the command line says; return the exit status."""
    arguments = _arguments()
    if os.environ.get(cloud.VARIABLE):
        try:
            return _locked(cloud.Cloud(), arguments)
        except _FAILURES as failure:
            sys.exit(str(failure))
    if arguments.verb == 'remove' or os.environ.get(cloud.REQUIRE):
        sys.exit(cloud.UNSET)
    # Without a cloud tests say themselves why they do not run.
    return cloud.call(arguments.command, dict(os.environ))


def _arguments() -> argparse.Namespace:
    program = 'python -m ext_lib.tests.realcloud'
    parser = argparse.ArgumentParser(prog=program, description=__doc__)
    verbs = parser.add_subparsers(dest='verb', required=True)
    run = verbs.add_parser('run', help='run a command while the cloud runs')
    run.add_argument(
        '--filter',
        default=_FILTER,
        metavar='MODULE',
        help='whose filter_factory makes the filter (default: %(default)s)',
    )
    run.add_argument('command', nargs=argparse.REMAINDER)
    verbs.add_parser('remove', help='remove what was left running')
    arguments = parser.parse_args()
    if arguments.verb == 'run' and not arguments.command:
        run.error('no command')
    return arguments


def _locked(ours: cloud.Cloud, arguments: argparse.Namespace) -> int:
    ours.place.mkdir(parents=True, exist_ok=True)
    with (ours.place / 'lock').open('w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f'Another run has its cloud in {ours.place}.')
        _remove(ours)
        return _run(ours, arguments) if arguments.verb == 'run' else 0


def _run(ours: cloud.Cloud, arguments: argparse.Namespace) -> int:
    for number in _SIGNALS:
        signal.signal(number, _end)
    try:
        ours.start()
        package.Package(ours).install(arguments.filter)
        return cloud.call(arguments.command, dict(os.environ))
    finally:
        # A second Ctrl-C shall not leave half a cloud behind.
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _detach_output()
        if not os.environ.get(_KEEP):
            _remove(ours)


def _end(number: int, _frame: types.FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _detach_output() -> None:
    """Send output nowhere where its reader has ended."""
    for descriptor in (1, 2):
        poll = select.poll()
        poll.register(descriptor, 0)
        if poll.poll(0):
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def _remove(ours: cloud.Cloud) -> None:
    if ours.exists():
        ours.remove()
    package.Package(ours).remove()


if __name__ == '__main__':
    sys.exit(main())
