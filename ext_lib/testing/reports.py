# SPDX-License-Identifier: Apache-2.0
"""Reports of what a process is doing, requested from outside."""

from importlib import metadata
import pathlib
import re
import signal

import fixtures

from ext_lib.testing import polling
from ext_lib.testing import process

_BIT = 1 << (signal.SIGUSR2 - 1)


def configuration(database_url: str) -> dict[str, str]:
    """Return the variables that configure a program that is all alone."""
    return {
        'OS_API__AUTH_STRATEGY': 'noauth',
        'OS_DATABASE__CONNECTION': database_url,
        'OS_DEFAULT__TRANSPORT_URL': 'fake://',
    }


def ask_by_signal(program: process.Program, product: str) -> None:
    """Return once a running program has answered SIGUSR2 twice.

    :raises AssertionError: when it does not
    """
    polling.wait_until(lambda: _heeds_signal(program), 'SIGUSR2 to be heeded')
    # The second answer shows that the process has outlived the first.
    for number in (1, 2):
        program.process.send_signal(signal.SIGUSR2)
        _wait_for(program, product, number)


def _wait_for(program: process.Program, product: str, number: int) -> None:
    def is_there() -> bool:
        program.check()
        return program.output.read_text().count(_head(product)) == number

    polling.wait_until(is_there, f'report number {number}')


def _heeds_signal(program: process.Program) -> bool:
    program.check()
    status = pathlib.Path(f'/proc/{program.process.pid}/status').read_text()
    [caught] = re.findall(r'SigCgt:\s*(\w+)', status)
    return bool(int(caught, 16) & _BIT)


def _head(product: str) -> str:
    version = metadata.version('nova-ext')
    return f'product = {product}\nvendor = nova-ext\nversion = {version}\n'


class Workers(fixtures.Fixture):
    """A web server with two processes that report when a file is touched.

    :param application: the WSGI entry point, ``module:name``
    :param product: as its reports name it
    """

    def __init__(self, application: str, product: str) -> None:
        super().__init__()
        self._application = application
        self._product = product

    def _setUp(self) -> None:
        directory = self.useFixture(fixtures.TempDir()).path
        self._reports = pathlib.Path(directory, 'reports')
        self._reports.mkdir()
        self._file = pathlib.Path(directory, 'report')
        self._file.touch()
        self._server = self.useFixture(
            process.Process(
                'gunicorn',
                ['--bind', '127.0.0.1:0', '--workers=2', self._application],
                directory,
                {
                    **configuration(f'sqlite:///{directory}/api.sqlite'),
                    'OS_OSLO_REPORTS__LOG_DIR': str(self._reports),
                    'OS_OSLO_REPORTS__FILE_EVENT_HANDLER': str(self._file),
                },
            )
        )

    def ask(self) -> None:
        """Return once each process has written a report of its own.

        :raises AssertionError: when they do not
        """
        polling.wait_until(self._have_answered, 'two reports')

    def _have_answered(self) -> bool:
        self._server.check()
        # Who has only just started does not know of older times.
        self._file.touch()
        names = {
            path.name.rpartition('_gurumeditation_')[0]
            for path in self._reports.iterdir()
            if _head(self._product) in path.read_text()
        }
        pattern = re.compile(rf'{self._product}-\d+')
        return len([name for name in names if pattern.fullmatch(name)]) == 2
