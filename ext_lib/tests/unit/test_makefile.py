# SPDX-License-Identifier: Apache-2.0
"""The Makefile runs what is in its environment."""

import os
import pathlib
import subprocess
import sys

import fixtures
import testtools

_ROOT = pathlib.Path(__file__).parents[3]
#: In the place of stestr: says which interpreter that would run.
_STESTR = '#!/bin/sh\ncommand -v "${PYTHON:-nothing}"\n'


class TestInterpreter(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.environment = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path
        )
        programs = self.environment / 'bin'
        programs.mkdir()
        (programs / 'python').symlink_to(sys.executable)
        (programs / 'stestr').write_text(_STESTR)
        (programs / 'stestr').chmod(0o755)
        for target in ('.serve', '.test'):
            (self.environment / target).touch()

    def make(self, *words, **variables):
        """Return what make prints about an environment that is complete."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith('MAKE') and name != 'PYTHON'
        }
        done = subprocess.run(
            ['make', f'VENV={self.environment}', *words],
            cwd=_ROOT,
            env={**clean, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout.strip()

    def check(self, *words, **variables):
        found = self.make(*words, **variables)
        self.assertEqual(f'{self.environment}/bin/python', found)

    def test_by_path(self):
        self.check('test')

    def test_named_on_the_command_line(self):
        self.check(f'PYTHON={sys.executable}', 'test')

    def test_named_in_the_environment(self):
        self.check('test', PYTHON=sys.executable)

    def test_another_one_builds_the_environment_anew(self):
        other = self.environment / 'other'
        other.write_text('#!/bin/sh\necho "(3, 99)"\n')
        other.chmod(0o755)
        planned = self.make('--dry-run', f'PYTHON={other}', 'test')
        self.assertIn(f'{other} -m venv {self.environment}', planned)

    def test_the_same_one_does_not(self):
        planned = self.make('--dry-run', f'PYTHON={sys.executable}', 'test')
        self.assertNotIn('-m venv', planned)
