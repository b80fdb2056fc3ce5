# SPDX-License-Identifier: Apache-2.0
"""A database out of reach costs seconds, and others of them nothing."""

import socket
import sqlite3
import threading
import time

import fixtures
from oslo_config import cfg
from oslo_db import options
from oslotest import base as test_base
import sqlalchemy as sa
import testscenarios

from ext_lib import context
from ext_lib.db import connect_limits
from ext_lib.db import facade
from ext_lib.testing import relay

load_tests = testscenarios.load_tests_apply_scenarios

_MODULE = connect_limits.__name__
#: libpq takes one second for two.
_TIMEOUT = 2


class TestCase(test_base.BaseTestCase):
    """A test of a facade whose database is not there."""

    driver = 'mysql+pymysql'

    def setUp(self):
        super().setUp()
        self.limits = connect_limits.ConnectLimits(_TIMEOUT, interval=600)
        self.context = context.RequestContext(overwrite=False)
        self.facade = facade.Facade()
        self.addCleanup(self.facade.reset)

    def configure(self, port):
        conf = cfg.ConfigOpts()
        conf.register_opts(options.database_opts, group='database')
        conf([], default_config_files=[])
        url = f'{self.driver}://u:p@127.0.0.1:{port}/db'
        conf.set_override('connection', url, 'database')
        conf.set_override('max_retries', 0, 'database')
        self.facade.configure(conf, limits=self.limits)

    def ask(self):
        """Return how long it takes to learn that there is no answer."""

        @self.facade.reader
        def ask(context):
            context.session.scalar(sa.select(1))

        return self.taken(ask)

    def write(self):
        return self.taken(
            lambda context: self.facade.execute(context, sa.text('DELETE x'))
        )

    def taken(self, question):
        began = time.monotonic()
        self.assertRaises(connect_limits.OutOfReach, question, self.context)
        return time.monotonic() - began


class TestBlackHole(TestCase):
    """The server does not answer."""

    scenarios = [
        ('mariadb', {'driver': 'mysql+pymysql'}),
        ('postgresql', {'driver': 'postgresql+psycopg2'}),
    ]

    def setUp(self):
        super().setUp()
        self.configure(self.useFixture(relay.BlackHole()).port)

    def test_one_waits_and_others_do_not(self):
        self.assertGreater(self.ask(), _TIMEOUT / 2)
        at_once = [self.ask() + self.write() for _ in range(10)]
        self.assertLess(sum(at_once), 5 * _TIMEOUT)

    def test_a_write_waits_once(self):
        self.assertLess(self.write(), 2 * _TIMEOUT)


class TestRefused(TestCase):
    """There is a host, but no server on it."""

    def test_refused_connections_are_tried_at_once(self):
        # On a busy machine it takes a moment to be refused.
        self.useFixture(fixtures.MonkeyPatch(f'{_MODULE}._AT_ONCE', 30))
        with socket.socket() as unused:
            unused.bind(('127.0.0.1', 0))
            self.configure(unused.getsockname()[1])
            for _ in range(3):
                self.ask()
                self.assertFalse(self.limits._is_lost)


class TestTurns(test_base.BaseTestCase):
    """One thread tries; the others are refused at once."""

    def setUp(self):
        super().setUp()
        self.limits = connect_limits.ConnectLimits(_TIMEOUT, interval=600)
        self.useFixture(fixtures.MonkeyPatch(f'{_MODULE}._AT_ONCE', -1))
        self.engine = sa.create_engine('sqlite://', poolclass=sa.pool.NullPool)
        self.limits.watch(self.engine)
        self.connect = self.engine.dialect.connect
        self.engine.dialect.connect = self.fail_to_connect
        self.attempts = 0

    def fail_to_connect(self, *_args, **_kwargs):
        self.attempts += 1
        raise sqlite3.OperationalError('no')

    def assertFails(self):
        self.assertRaises(connect_limits.OutOfReach, self.engine.connect)

    def let_time_pass(self):
        self.limits._next = 0.0

    def test_no_attempt_within_the_interval(self):
        for _ in range(3):
            self.assertFails()
        self.assertEqual(1, self.attempts)

    def test_then_one_does(self):
        self.assertFails()
        self.let_time_pass()
        for _ in range(3):
            self.assertFails()
        self.assertEqual(2, self.attempts)

    def test_others_fail_while_one_connects(self):
        self.assertFails()
        self.let_time_pass()
        has_begun, may_end = threading.Event(), threading.Event()

        def wait(*args, **kwargs):
            has_begun.set()
            may_end.wait(60)
            return self.fail_to_connect()

        self.engine.dialect.connect = wait
        one = threading.Thread(target=self.assertFails)
        one.start()
        self.assertTrue(has_begun.wait(60))
        self.assertFails()
        self.assertEqual(1, self.attempts)
        may_end.set()
        one.join()
        self.assertEqual(2, self.attempts)

    def test_a_connection_ends_it(self):
        self.assertFails()
        self.let_time_pass()
        self.engine.dialect.connect = self.connect
        for _ in range(3):
            self.engine.connect().close()
        self.engine.dialect.connect = self.fail_to_connect
        self.assertFails()
        self.assertEqual(2, self.attempts)


class TestParameters(test_base.BaseTestCase):
    """Drivers get a limit of the wait, unless one is configured."""

    def parameters(self, url):
        limits = connect_limits.ConnectLimits(5, interval=1)
        return limits.parameters(sa.engine.make_url(url))

    def test_each_has_its_own(self):
        every = ['connect_timeout=5', 'read_timeout=5', 'write_timeout=5']
        self.assertEqual(every, self.parameters('mysql+pymysql://h/d'))
        libpq = ['connect_timeout=5', 'tcp_user_timeout=5000']
        self.assertEqual(libpq, self.parameters('postgresql+psycopg2://h/d'))
        for url in ('sqlite:///file', 'postgresql+pg8000://h/d'):
            self.assertEqual([], self.parameters(url))

    def test_the_url_counts(self):
        url = 'mysql+pymysql://h/d?read_timeout=9&connect_timeout=1'
        self.assertEqual(['write_timeout=5'], self.parameters(url))
