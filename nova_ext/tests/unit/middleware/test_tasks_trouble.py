# SPDX-License-Identifier: Apache-2.0
"""The log hears of trouble, and of how much there is."""

from nova_ext.middleware import tasks_trouble
from nova_ext.tests import base


class TestTrouble(base.TestCase):
    def setUp(self):
        super().setUp()
        self.trouble = tasks_trouble.Trouble(self.conf)

    def tell(self, number):
        self.trouble.tell(ValueError('no store'), 'Request %d', number)

    def test_the_first_is_told_with_its_cause(self):
        self.tell(1)
        self.assertIn('Request 1', self.log.output)
        self.assertIn('ValueError: no store', self.log.output)

    def test_others_are_counted(self):
        self.settings.set('tasks', store_retry_interval=600)
        for number in range(1, 5):
            self.tell(number)
        self.assertNotIn('Request 2', self.log.output)
        self.trouble._next.clear()
        self.tell(9)
        self.assertIn('3 more', self.log.output)
        self.assertIn('Request 9', self.log.output)

    def test_all_are_told_if_the_operator_says_so(self):
        self.settings.set('tasks', store_retry_interval=0)
        for number in (1, 2):
            self.tell(number)
        self.assertIn('Request 2', self.log.output)
        self.assertNotIn('more', self.log.output)

    def test_one_kind_does_not_mute_another(self):
        self.settings.set('tasks', store_retry_interval=600)
        self.tell(1)
        self.trouble.tell(OSError('disk is full'), 'Request %d', 2)
        self.tell(3)
        self.assertIn('Request 1', self.log.output)
        self.assertIn('OSError: disk is full', self.log.output)
        self.assertNotIn('Request 3', self.log.output)
