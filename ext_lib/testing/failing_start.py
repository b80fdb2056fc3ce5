# SPDX-License-Identifier: Apache-2.0
"""Programs that cannot start, run as what they are installed as."""

from collections.abc import Iterable, Mapping, Sequence
import dataclasses
import os
import pathlib
import subprocess
import sys
import zlib

import fixtures
import testtools

#: Seconds that are enough for any of them to fail, on a busy machine.
_TIMEOUT = 240
#: Stands in URLs of tests for a secret, which no output may have.
PASSWORD = 'top-secret-word'


@dataclasses.dataclass(frozen=True)
class Ending:
    """Exit status of a program, and the lines it wrote."""

    status: int
    output: str
    errors: list[str]


def run(
    program: str,
    arguments: Sequence[str],
    directory: str,
    environment: Mapping[str, str],
) -> Ending:
    """Run a program until it ends, in ``directory``.

    :param environment: further variables; those of oslo.config that are there
        do not count
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not (name.startswith('OS_') and '__' in name)
    }
    done = subprocess.run(
        [str(pathlib.Path(sys.executable).with_name(program)), *arguments],
        cwd=directory,
        env={**inherited, 'COLUMNS': '80', **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT,
    )
    return Ending(done.returncode, done.stdout, done.stderr.splitlines())


#: Programs with a database: their arguments, and their exit statuses
#: when something is missing and when they are not understood.
WITH_DATABASE = {
    'nova-ext-conductor': ((), 1, 2),
    'nova-ext-manage': (('db', 'version'), 1, 2),
    'nova-ext-status': (('upgrade', 'check'), 255, 255),
    'sahara-ext-engine': ((), 1, 2),
    'sahara-ext-manage': (('db', 'version'), 1, 2),
    'sahara-ext-status': (('upgrade', 'check'), 255, 255),
}
PROGRAMS = (*WITH_DATABASE, 'nova-ext-allinone', 'nova-ext-compute')
#: Programs that work on messages.
SERVICES = ('nova-ext-conductor', 'nova-ext-compute', 'sahara-ext-engine')


def some(programs: Iterable[str], seed: str) -> list[str]:
    """Return one program of each service, others for another seed.

    All are built alike, and each takes a second to run.
    """
    services: dict[str, list[str]] = {}
    for program in programs:
        services.setdefault(program.partition('-')[0], []).append(program)
    number = zlib.crc32(seed.encode())
    return [names[number % len(names)] for names in services.values()]


class StartTestCase(testtools.TestCase):
    """A test of programs in a directory of their own.

    ``variables`` are those of a configuration without a fault.
    """

    def setUp(self) -> None:
        super().setUp()
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.variables = {
            'OS_DATABASE__CONNECTION': 'sqlite:///ext.sqlite',
            'OS_DATABASE__MAX_RETRIES': '0',
            'OS_DEFAULT__TRANSPORT_URL': 'fake://',
            'OS_DEFAULT__START_TIMEOUT': '0',
        }

    def write(self, name: str, text: str) -> str:
        """Write a file in the directory; return its name."""
        pathlib.Path(self.directory, name).write_text(text)
        return name

    def run_it(
        self, program: str, *arguments: str, **variables: str
    ) -> Ending:
        """Run a program until it ends."""
        return run(
            program,
            arguments,
            self.directory,
            {**self.variables, **variables},
        )

    def check(
        self,
        program: str,
        status: int,
        texts: Sequence[str],
        *arguments: str,
        **variables: str,
    ) -> None:
        """Check that a program fails with one line that has ``texts``."""
        end = self.run_it(program, *arguments, **variables)
        self.assertEqual(1, len(end.errors), str(end))
        self.check_line(end.errors[0], program, texts)
        self.assertEqual(status, end.status, str(end))

    def check_line(
        self, line: str, program: str, texts: Sequence[str]
    ) -> None:
        """Check a line on standard error."""
        self.assertTrue(line.startswith(f'{program}: '), line)
        for text in texts:
            self.assertIn(text, line)
        self.assertNotIn(PASSWORD, line)

    def check_logged(
        self, program: str, *arguments: str, **variables: str
    ) -> None:
        """Check that the line is in the log, too, if that is a file."""
        log = pathlib.Path(self.directory, f'{program}.log')
        end = self.run_it(
            program, '--log-file', str(log), *arguments, **variables
        )
        self.assertEqual(1, len(end.errors), str(end))
        written = log.read_text()
        self.assertIn(end.errors[0].partition(': ')[2], written)
        self.assertNotIn('Traceback', written)
        self.assertNotIn(PASSWORD, written)

    def check_database(
        self, url: str, texts: Sequence[str], is_misconfigured: bool = False
    ) -> None:
        """Check what programs of either service say of a database."""
        for program in some(WITH_DATABASE, url):
            command, *statuses = WITH_DATABASE[program]
            self.check(
                program,
                statuses[is_misconfigured],
                texts,
                *command,
                OS_DATABASE__CONNECTION=url,
            )
        # All write the log in the same way.
        self.check_logged('nova-ext-conductor', OS_DATABASE__CONNECTION=url)
