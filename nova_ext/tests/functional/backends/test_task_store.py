# SPDX-License-Identifier: Apache-2.0
"""Statements of the store of tasks on a server, and tasks that get lost."""

import socket
import time

import sqlalchemy as sa

from ext_lib.testing import relay
from nova_ext import objects
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.tests.functional.backends import database
from nova_ext.tests.functional.tasks import standalone

load_tests = database.load_tests

_TIMEOUT = 2
_TCP = (socket.AF_INET, socket.SOCK_STREAM)
_USER_TIMEOUT = (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)


class StoreTestCase(database.ServerTestCase):
    """A filter, a server, and a way between them that can be watched."""

    def setUp(self):
        super().setUp()
        objects.register_all()
        self.engine = sa.create_engine(self.url, poolclass=sa.pool.NullPool)
        models.Base.metadata.create_all(self.engine)
        url = sa.engine.make_url(self.url)
        ports = {'mysql': 3306, 'postgresql': 5432}
        port = url.port or ports[url.get_backend_name()]
        self.relay = self.useFixture(relay.Relay(port))
        way = url.set(host='127.0.0.1', port=self.relay.port)
        self.filter = self.useFixture(
            standalone.Filter(
                way.render_as_string(hide_password=False), _TIMEOUT
            )
        )
        # Connects, and learns what the server is.
        self.assertEqual(202, self.filter.act('first').status_int)

    def tasks(self):
        with self.engine.connect() as connection:
            return connection.execute(
                sa.select(models.Task.tag, models.Task.code).order_by(
                    models.Task.id
                )
            ).all()


class TestStore(StoreTestCase):
    """Little is asked, and what gets lost is stored later."""

    def assertRoundTrips(self, number, tag=None):
        before = self.relay.round_trips
        self.assertEqual(202, self.filter.act(tag).status_int)
        self.assertEqual(number, self.relay.round_trips - before)

    def test_a_task_is_one_statement_and_a_promise_is_another(self):
        self.assertRoundTrips(1)
        self.assertRoundTrips(2, tag='tag')
        self.assertEqual(
            [('first', 202), (None, 202), ('tag', 202)], self.tasks()
        )

    def test_the_server_starts_again(self):
        for tag in (None, 'tag'):
            self.relay.close_all()
            self.assertEqual(202, self.filter.act(tag).status_int)
        self.assertEqual(
            [('first', 202), (None, 202), ('tag', 202)], self.tasks()
        )

    def test_the_servers_answer_is_lost(self):
        """A task that is stored is not taken for the one of a repeat."""
        for tag in (None, 'tag'):
            self.relay.cut_next_answer()
            answer = self.filter.act(tag)
            self.assertEqual(202, answer.status_int)
            self.assertIn('Task-id', answer.headers)
        self.assertEqual(409, self.filter.act('tag').status_int)
        self.assertEqual(
            [('first', 202), (None, 202), ('tag', 202)], self.tasks()
        )


class TestSilence(StoreTestCase):
    """The way to the server swallows what is sent along it."""

    def test_waits_are_bounded(self):
        if self.url.startswith('postgresql'):
            self.assertLimited()
            return
        self.relay.swallow()
        began = time.monotonic()
        for tag in ('a', None, 'b', None) * 5:
            status = self.filter.act(tag).status_int
            self.assertEqual(503 if tag else 202, status)
        # For an answer, and then for another connection.
        self.assertLess(time.monotonic() - began, 5 * _TIMEOUT)
        self.assertEqual(11, self.filter.application.accepted)
        self.assertEqual([('first', 202)], self.tasks())

    def assertLimited(self):
        """Check what only real packets that get lost could show."""
        with facade.get_engine().connect() as connection:
            number = connection.connection.fileno()
            with socket.fromfd(number, *_TCP) as found:
                limit = found.getsockopt(*_USER_TIMEOUT)
        self.assertEqual(_TIMEOUT * 1000, limit)
