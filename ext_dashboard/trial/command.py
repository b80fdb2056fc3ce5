# SPDX-License-Identifier: Apache-2.0
"""nova-ext-dashboard: Horizon with the plugin, keystone, both services."""

import argparse
from collections.abc import Iterator, Sequence
import contextlib
import fcntl
import pathlib
import signal
import socket
import sys
import time
import types
from typing import NoReturn

from keystoneauth1 import exceptions

from ext_dashboard.trial import accounts
from ext_dashboard.trial import announcement
from ext_dashboard.trial import horizon
from ext_dashboard.trial import keystone
from ext_dashboard.trial import place as places
from ext_dashboard.trial import services
from ext_dashboard.trial.children import Children
from ext_dashboard.trial.place import Place
from ext_lib import command_line
from ext_lib import private_files
from ext_lib.startup import Program
from ext_lib.startup_errors import NotStarted

PROGRAM = Program(
    'nova-ext-dashboard',
    'Serve a Horizon with the plugin, the keystone that it needs, and both '
    'services.',
)
_INTERVAL = 1.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_EVERY_ADDRESS = ('', '0.0.0.0', '::')  # noqa: S104


def main(argv: Sequence[str] | None = None) -> int:
    """Run until told to stop; return the exit status."""
    return PROGRAM.run(lambda: _run(argv))


def _run(argv: Sequence[str] | None) -> int:
    arguments = _parser().parse_args(argv)
    if arguments.install:
        horizon.install()
        return 0
    place = _place(arguments)
    for number in _SIGNALS:
        signal.signal(number, _end)
    with alone_in(place), Children() as children:
        _start(place, children)
        announcement.show(place)
        while True:
            children.check()
            time.sleep(_INTERVAL)


def _end(number: int, _frame: types.FrameType | None) -> NoReturn:
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(0)


def _parser() -> argparse.ArgumentParser:
    parser = command_line.Parser(PROGRAM, epilog=None)
    add = parser.add_argument
    add(
        '--install',
        action='store_true',
        help='Configure the Horizon of this environment and make its static '
        'files, and end.',
    )
    add('--state-dir', default='.state/dashboard', help='Where all data is.')
    add('--host', default='127.0.0.1', help='Address to listen on.')
    for part, port in places.PORTS.items():
        add(
            f'--{part}-port',
            type=command_line.port,
            default=port,
            help='0 takes a free one.',
        )
    return parser


def _place(arguments: argparse.Namespace) -> Place:
    host = arguments.host
    if host in _EVERY_ADDRESS:
        raise NotStarted('The catalog needs one address that users can reach.')
    ports = {
        part: _free(host, getattr(arguments, f'{part.replace("-", "_")}_port'))
        for part in places.PORTS
    }
    return places.make(pathlib.Path(arguments.state_dir), host, ports)


def _free(host: str, port: int) -> int:
    """Return the port, or another one for 0.

    :raises NotStarted: when it is taken, or the address is not ours
    """
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as listening:
            return int(listening.getsockname()[1])
    except OSError as error:
        # Newer Pythons add what they did.
        reason = str(error.strerror).partition(' (')[0]
        raise NotStarted(f'{host}:{port}: {reason}.') from error


@contextlib.contextmanager
def alone_in(place: Place) -> Iterator[None]:
    """Lock the directory of all data.

    :raises NotStarted: when another process has it
    """
    with open(private_files.open_descriptor(place.lock), 'r+') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotStarted(
                f'{place.state} is in use by another process.'
            ) from error
        yield


def _start(place: Place, children: Children) -> None:
    """Start all processes; return when they answer.

    :raises NotStarted: when one of them does not
    """
    identity = children.add(keystone.start(place))
    both = children.add(services.start(place))
    dashboard = children.add(horizon.start(place))
    identity.wait(place.url('identity'))
    try:
        accounts.store(place)
    except exceptions.ClientException as error:
        raise NotStarted(f'keystone refuses: {error}') from error
    for part in ('compute', 'data-processing'):
        both.wait(f'{place.root(part)}/healthcheck')
    dashboard.wait(f'{place.root("dashboard")}/auth/login/')


if __name__ == '__main__':
    sys.exit(main())
