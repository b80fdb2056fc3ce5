# SPDX-License-Identifier: Apache-2.0
"""A lease ends as soon as it is not certain any more."""

import threading
from unittest import mock

from oslo_db import exception as db_exception

from sahara_ext import exception
from sahara_ext.engine.lease import Interrupted
from sahara_ext.engine.lease import Lease
from sahara_ext.tests import base


class TestLease(base.TestCase):
    def setUp(self):
        super().setUp()
        self.stopping = threading.Event()
        self.is_held = mock.Mock(return_value=True)
        cluster = mock.Mock(is_held=self.is_held)
        self.lease = Lease(cluster, self.stopping)

    def check_interrupted(self):
        self.assertRaises(Interrupted, self.lease.check)

    def test_the_database_is_asked_now_and_then_only(self):
        for _ in range(100):
            self.lease.check()
        self.assertEqual(0, self.is_held.call_count)
        self.lease.expire()
        for _ in range(100):
            self.lease.check()
        self.assertEqual(1, self.is_held.call_count)

    def test_what_is_lost_is_not_asked_for_again(self):
        self.is_held.return_value = False
        self.lease.expire()
        self.check_interrupted()
        self.lease.expire()
        self.check_interrupted()
        self.assertEqual(1, self.is_held.call_count)

    def test_the_engine_ends(self):
        self.stopping.set()
        self.check_interrupted()

    def test_no_answer_is_a_no(self):
        for error in (
            db_exception.DBConnectionError(),
            db_exception.DBDeadlock(),
        ):
            self.is_held.side_effect = error
            self.lease.expire()
            self.check_interrupted()

    def test_a_refused_change_ends_it(self):
        def store():
            with self.lease.protected():
                raise exception.OperationSuperseded(cluster_id='c')

        self.assertRaises(Interrupted, store)
        self.check_interrupted()

    def test_other_errors_stay_what_they_are(self):
        def store():
            with self.lease.protected():
                raise ValueError

        self.assertRaises(ValueError, store)
        self.lease.check()
