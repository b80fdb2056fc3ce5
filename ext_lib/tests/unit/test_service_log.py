# SPDX-License-Identifier: Apache-2.0
"""The log of a service says what runs where, with what, and for how long."""

import logging
import re

import fixtures
from oslo_config import cfg
from oslo_log import log as oslo_log
import oslo_messaging as messaging
from oslotest import base

from ext_lib import context
from ext_lib import rpc
from ext_lib import service
from ext_lib import service_log
from ext_lib.testing import identity_log

LOG = logging.getLogger(__name__)
_SECRET = 'hush'
_TIME = r'\d+\.\d{3} s'


class TestURLs(base.BaseTestCase):
    def broker(self, url):
        conf = cfg.ConfigOpts()
        # Registers the option.
        messaging.TransportURL.parse(conf)
        conf.set_override('transport_url', url)
        transport = rpc.get_transport(conf)
        self.addCleanup(transport.cleanup)
        return service_log.describe_broker(transport)

    def test_brokers(self):
        for url, expected in {
            'fake://': 'fake:///',
            f'rabbit://me:{_SECRET}@mq:5672/v?ssl=1': 'rabbit://me@mq:5672/v',
            f'rabbit://a:{_SECRET}@one:1,b:{_SECRET}@two:2/': (
                'rabbit://a@one:1,b@two:2/'
            ),
            'rabbit://[::1]:5672/': 'rabbit://[::1]:5672/',
        }.items():
            self.assertEqual(expected, self.broker(url))

    def test_databases(self):
        for url, expected in {
            None: 'none',
            'sqlite:////var/lib/x.sqlite': 'sqlite:////var/lib/x.sqlite',
            f'mysql+pymysql://me:{_SECRET}@db:3306/nova?ssl_ca=x': (
                'mysql+pymysql://me@db:3306/nova'
            ),
            f'postgresql+psycopg2://db/nova?password={_SECRET}': (
                'postgresql+psycopg2://db/nova'
            ),
        }.items():
            self.assertEqual(expected, service_log.describe_database(url))


class TestLines(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.logger = self.useFixture(
            fixtures.FakeLogger(format='%(levelname)s %(message)s')
        )

    def lines(self):
        return self.logger.output.splitlines()

    def test_life_of_a_service(self):
        conf = cfg.ConfigOpts()
        messaging.TransportURL.parse(conf)
        conf.set_override('transport_url', 'fake://')
        transport = rpc.get_transport(conf)
        self.addCleanup(transport.cleanup)
        running = service.Service(
            service.Manager(),
            transport,
            messaging.Target(topic='topic', server='host1'),
            messaging.NoOpSerializer(),
            log=service_log.ServiceLog('program', 'host1', 'MQ', 'DB'),
        )
        running.start()
        running.stop()
        running.wait()
        found = [line for line in self.lines() if 'program' in line]
        first, *rest = found
        self.assertRegex(
            first,
            r'^INFO Starting program \S+ on host host1, broker MQ, '
            'database DB$',
        )
        self.assertEqual(
            [
                'INFO Started program on host host1',
                'INFO Stopping program on host host1',
                'INFO Stopped program on host host1',
            ],
            rest,
        )

    def run_operation(self, error=None):
        with service_log.operation(LOG, 'Server 1: stop') as outcome:
            outcome.text = 'stopped'
            if error is not None:
                raise error

    def assertEnd(self, expected):
        begun, ended = self.lines()
        self.assertEqual('INFO Server 1: stop: begun', begun)
        self.assertTrue(re.fullmatch(expected, ended), ended)

    def test_operation_that_ends_well(self):
        self.run_operation()
        self.assertEnd(f'INFO Server 1: stop: stopped after {_TIME}')

    def test_operation_that_fails(self):
        self.assertRaises(ValueError, self.run_operation, ValueError('no'))
        self.assertEnd(f'WARNING Server 1: stop: failed after {_TIME}: no')

    def test_operation_that_is_interrupted(self):
        self.assertRaises(SystemExit, self.run_operation, SystemExit('end'))
        self.assertEnd(f'INFO Server 1: stop: interrupted after {_TIME}: end')


class TestIdentity(base.BaseTestCase):
    """Threads of a pool log in the name of the request they work for."""

    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        oslo_log.register_options(conf)
        self.log = self.useFixture(identity_log.IdentityLog(conf))
        self.request_id = identity_log.new_id()

    def make_context(self, request_id):
        return context.RequestContext(
            request_id=request_id, user_name='jo', overwrite=False
        )

    def test_it_is_that_of_the_request(self):
        asker = self.make_context(self.request_id)
        context.end_request()
        with context.acting_for(asker):
            LOG.warning('inside')
        LOG.warning('outside')
        [inside] = self.log.identities('inside')
        self.assertIn(self.request_id, inside)
        self.assertEqual(
            [identity_log.NO_REQUEST], self.log.identities('outside')
        )

    def test_the_one_before_comes_back(self):
        outer = self.make_context(identity_log.new_id())
        with context.acting_for(outer):
            with context.acting_for(self.make_context(self.request_id)):
                pass
            LOG.warning('afterwards')
        [found] = self.log.identities('afterwards')
        self.assertIn(outer.request_id, found)
