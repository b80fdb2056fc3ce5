# SPDX-License-Identifier: Apache-2.0
"""A process is told from all others, and dead only when it is certain."""

import os
import subprocess
import sys

from nova_ext.middleware import tasks_owner
from nova_ext.tests import base

_PRINT = (
    'from nova_ext.middleware import tasks_owner; '
    "print(tasks_owner.current('h'))"
)


class TestOwner(base.TestCase):
    def test_this_process_lives(self):
        name = tasks_owner.current('h')
        self.assertIn(str(os.getpid()), name)
        self.assertFalse(tasks_owner.is_dead(name, 'h'))
        self.assertLessEqual(len(name), 255)
        self.assertLessEqual(len(tasks_owner.current('h' * 255)), 255)

    def test_one_that_ended(self):
        ran = subprocess.run(
            [sys.executable, '-c', _PRINT],
            check=True,
            capture_output=True,
            text=True,
        )
        self.assertTrue(tasks_owner.is_dead(ran.stdout.strip(), 'h'))

    def test_another_with_its_number(self):
        name = tasks_owner.current('h')
        self.assertTrue(tasks_owner.is_dead(f'{name}1', 'h'))

    def test_elsewhere_nobody_can_tell(self):
        name = tasks_owner.current('h').replace(f'/{os.getpid()}.', '/0.')
        self.assertTrue(tasks_owner.is_dead(name, 'h'))
        self.assertFalse(tasks_owner.is_dead(name, 'another'))
        for other in ('', 'nonsense', name.replace('-', '+')):
            self.assertFalse(tasks_owner.is_dead(other, 'h'))
