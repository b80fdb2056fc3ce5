# SPDX-License-Identifier: Apache-2.0
"""Unit tests of names of processes."""

import os
import subprocess
import sys

from oslotest import base

from ext_lib import process_name

_PRINT = "from ext_lib import process_name; print(process_name.current('h'))"


class TestProcessName(base.BaseTestCase):
    def test_this_process_lives(self):
        name = process_name.current('h')
        self.assertIn(str(os.getpid()), name)
        self.assertFalse(process_name.is_dead(name, 'h'))
        self.assertLessEqual(len(name), 255)
        self.assertLessEqual(len(process_name.current('h' * 255)), 255)

    def test_one_that_ended(self):
        ran = subprocess.run(
            [sys.executable, '-c', _PRINT],
            check=True,
            capture_output=True,
            text=True,
        )
        self.assertTrue(process_name.is_dead(ran.stdout.strip(), 'h'))

    def test_another_with_its_number(self):
        name = process_name.current('h')
        self.assertTrue(process_name.is_dead(f'{name}1', 'h'))

    def test_other_platforms(self):
        name = process_name.current('h').replace(f'/{os.getpid()}.', '/0.')
        self.assertTrue(process_name.is_dead(name, 'h'))
        self.assertFalse(process_name.is_dead(name, 'another'))
        for other in ('', 'nonsense', name.replace('-', '+')):
            self.assertFalse(process_name.is_dead(other, 'h'))
