# SPDX-License-Identifier: Apache-2.0
"""The host of the store drops all packets, and few requests are slower."""

import time

from ext_lib.testing import relay
from nova_ext import objects
from nova_ext.tests import base
from nova_ext.tests.functional.tasks import standalone

_TIMEOUT = 2
#: So many requests that wait would take minutes.
_MANY = 60


class TestOutOfReach(base.TestCase):
    """Requests wait for the store once, and then not for a while."""

    def setUp(self):
        super().setUp()
        objects.register_all()
        port = self.useFixture(relay.BlackHole()).port
        self.filter = self.useFixture(
            standalone.Filter(
                f'mysql+pymysql://u:p@127.0.0.1:{port}/db', _TIMEOUT
            )
        )
        self.began = time.monotonic()

    def assertHardlyWaited(self):
        """Check that some request has waited, and few have."""
        took = time.monotonic() - self.began
        self.assertGreater(took, _TIMEOUT / 2)
        self.assertLess(took, _MANY * _TIMEOUT / 4)

    def test_untagged_requests_are_carried_out(self):
        for _ in range(_MANY):
            answer = self.filter.act()
            self.assertEqual(202, answer.status_int)
            self.assertNotIn('Task-id', answer.headers)
        self.assertHardlyWaited()
        self.assertEqual(_MANY, self.filter.application.accepted)

    def test_tagged_ones_are_refused(self):
        for number in range(_MANY):
            answer = self.filter.act(f'tag-{number}')
            self.assertEqual(503, answer.status_int)
            self.assertIn('serviceUnavailable', answer.json)
        self.assertHardlyWaited()
        self.assertEqual(0, self.filter.application.accepted)

    def test_tasks_cannot_be_read(self):
        for _ in range(_MANY):
            answer = self.filter.get(f'/servers/{standalone.SERVER}/tasks')
            self.assertEqual(503, answer.status_int)
            self.assertNotIn('127.0.0.1', answer.text)
        self.assertHardlyWaited()

    def test_other_requests_that_read_do_not_notice(self):
        for _ in range(_MANY):
            self.assertEqual(200, self.filter.get('/servers').status_int)
        self.assertEqual('', self.log.output)

    def test_the_log_is_not_flooded(self):
        for _ in range(_MANY):
            self.filter.act()
        self.assertEqual(1, self.log.output.count('The task of request'))
        self.assertEqual(1, self.log.output.count('No connection'))
