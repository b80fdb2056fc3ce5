# SPDX-License-Identifier: Apache-2.0
"""Tests that need an absent server are skipped, or fail on demand."""

import unittest

import fixtures
import testtools

from ext_lib.testing import broker
from ext_lib.testing import mariadb
from ext_lib.testing import ports
from ext_lib.testing import servers

_VARIABLE = 'NOVA_EXT_UNSET_URL'


def _on_database():
    class OnDatabase(servers.OnServers):
        variable = default = _VARIABLE

        def test_it(self):
            raise AssertionError('there is no server')

    return OnDatabase('test_it')


def _on_broker():
    class OnBroker(testtools.TestCase):
        def test_it(self):
            self.useFixture(broker.VirtualHost())
            raise AssertionError('there is no broker')

    return OnBroker('test_it')


def _on_own_server():
    class OnOwnServer(testtools.TestCase):
        def test_it(self):
            self.useFixture(mariadb.Server())
            raise AssertionError('there is no program')

    return OnOwnServer('test_it')


def _no_rabbitmqctl(*words):
    raise FileNotFoundError('no rabbitmqctl')


class TestAbsence(testtools.TestCase):
    """They are skipped where that will do, and fail where it will not."""

    def run_without(self, make_test, required):
        self.useFixture(
            fixtures.EnvironmentVariable(servers.REQUIRE, required)
        )
        result = unittest.TestResult()
        make_test().run(result)
        self.assertEqual(1, result.testsRun)
        return result

    def check(self, make_test, reason):
        skipped = self.run_without(make_test, None).skipped
        self.assertIn(reason, skipped[0][1])
        result = self.run_without(make_test, '1')
        self.assertEqual([], result.skipped)
        self.assertEqual(1, len(result.errors + result.failures))

    def check_database(self, driver):
        url = f'{driver}://stranger@127.0.0.1:{ports.free_port()}/none'
        self.useFixture(fixtures.EnvironmentVariable(_VARIABLE, url))
        self.check(_on_database, f'{_VARIABLE} leads nowhere')

    def test_mariadb(self):
        self.check_database('mysql+pymysql')

    def test_postgresql(self):
        self.check_database('postgresql+psycopg2')

    def test_rabbitmq(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'ext_lib.testing.broker._rabbitmqctl', _no_rabbitmqctl
            )
        )
        self.check(_on_broker, f'broker {broker.URL} names')

    def test_own_server(self):
        self.useFixture(
            fixtures.MonkeyPatch('ext_lib.testing.mariadb._PATH', '')
        )
        self.check(_on_own_server, 'not installed')
