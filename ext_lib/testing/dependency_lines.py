# SPDX-License-Identifier: Apache-2.0
"""The dependency lines, each with the Python of an environment of its own."""

import atexit
import dataclasses
import functools
import json
import os
import subprocess
import sys
from typing import Any
import unittest

import testtools
from testtools import matchers

from ext_lib.testing import servers

#: Names the Python of the current line; the default line is the test's own.
CURRENT = 'NOVA_EXT_CURRENT_LINE_PYTHON'

_MORTAL = 'ext_lib.testing.mortal'


@dataclasses.dataclass(frozen=True)
class Ended:
    """Exit status of a command, below 0 if it was killed, and output."""

    status: int
    said: str


class _Mortal:
    """A process that becomes a program in no time."""

    def __init__(self, python: str, program: str) -> None:
        self._process = subprocess.Popen(
            [python, '-W', 'ignore', '-m', _MORTAL, program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.sqlalchemy = self._told().strip()

    def _told(self) -> str:
        stdout = self._process.stdout
        assert stdout is not None
        line: str = stdout.readline()
        return line

    def run(self, *command: Any) -> Ended:
        """Be the program once; return how it ended."""
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(json.dumps(command) + '\n')
        stdin.flush()
        try:
            return Ended(*json.loads(self._told()))
        except BaseException:
            # What comes late must not be taken for another's.
            _mortal.cache_clear()
            self.end()
            raise

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


@functools.cache
def _mortal(python: str, program: str) -> _Mortal:
    made = _Mortal(python, program)
    atexit.register(made.end)
    return made


class Line:
    """Commands for the database of a service, on one dependency line.

    ``sqlalchemy`` is the version of it there.

    :param program: module of the service's program
    :param python: the interpreter
    """

    def __init__(self, program: str, python: str = sys.executable) -> None:
        self.python = python
        self._program = program
        self.sqlalchemy = _mortal(python, program).sqlalchemy

    def manage(
        self,
        url: str,
        *arguments: str,
        dies_before: int = 0,
        among: str = '',
    ) -> Ended:
        """Run the program on a database; return how it ended.

        :param dies_before: number of the statement, of those that change
            anything, before which it is killed; 0 lets it live
        :param among: expression that counted statements match
        """
        return _mortal(self.python, self._program).run(
            environment(url), arguments, dies_before, among
        )


def environment(url: str) -> dict[str, str]:
    """Return the variables that make a database that of a service."""
    return {
        'OS_DATABASE__CONNECTION': url,
        # No test cuts the power.
        'OS_DATABASE__SQLITE_SYNCHRONOUS': 'false',
    }


def both_lines(test: testtools.TestCase, program: str) -> tuple[Line, Line]:
    """Return the default line, which is the test's, and the current one.

    Without both, the test is skipped.

    :param program: module of the program of a service
    """
    python = current_python()
    default = Line(program)
    if default.sqlalchemy.startswith('2.'):
        test.skipTest('This is not the default line')
    test.assertThat(default.sqlalchemy, matchers.StartsWith('1.4.'))
    current = Line(program, python)
    test.assertThat(current.sqlalchemy, matchers.StartsWith('2.'))
    return default, current


def current_python() -> str:
    """Return the Python of the current line.

    :raises SkipTest: when it is not named, unless backends are required
    """
    python = os.environ.get(CURRENT)
    if python:
        return python
    message = f'{CURRENT} does not name the Python of the current line'
    if os.environ.get(servers.REQUIRE):
        raise AssertionError(message)
    raise unittest.SkipTest(message)
