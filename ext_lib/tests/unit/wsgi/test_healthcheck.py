# SPDX-License-Identifier: Apache-2.0
"""Load balancers learn whether a process can serve."""

import contextlib
import pathlib
import sqlite3
import time

import ddt
import fixtures
from oslo_config import cfg
from oslo_db import options
from oslotest import base
import webob

from ext_lib import exception
from ext_lib.db import probe
from ext_lib.testing import relay
from ext_lib.wsgi import healthcheck

_DRIVERS = ('mysql+pymysql', 'postgresql+psycopg2')
#: Seconds; what one wait takes, or on a busy machine two, but never ten.
_ONE_WAIT = 4 * probe.TIMEOUT


@ddt.ddt
class TestHealthcheck(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.conf = cfg.ConfigOpts()
        self.conf([])
        healthcheck.register_opts(self.conf)

    def application(self, *urls):
        """Return what answers for a process with these databases."""
        groups = [f'database{number}' for number, _ in enumerate(urls)]
        self.conf.set_override('databases', groups, healthcheck.GROUP)
        for group, url in zip(groups, urls, strict=True):
            self.conf.register_opts(options.database_opts, group=group)
            self.conf.set_override('connection', url, group)
        return healthcheck.application(self.conf)

    def asked(self, *urls, accept='text/plain'):
        """Return the answer of a process with these databases."""
        request = webob.Request.blank('/healthcheck', accept=accept)
        return request.get_response(self.application(*urls))

    def sqlite(self, name):
        return f'sqlite:///{pathlib.Path(self.directory, name)}'

    def test_all_is_well(self):
        response = self.asked(self.sqlite('a'), self.sqlite('b'))
        self.assertEqual((200, 'OK'), (response.status_int, response.text))

    def test_unreachable_database(self):
        response = self.asked(self.sqlite('a'), self.sqlite('missing/b'))
        self.assertEqual(503, response.status_int)
        self.assertEqual('DATABASE UNAVAILABLE', response.text)
        self.assertNotIn(self.directory, response.text)

    def test_one_of_several_will_do(self):
        self.conf.set_override('databases_needed', 'any', healthcheck.GROUP)
        response = self.asked(self.sqlite('a'), self.sqlite('missing/b'))
        self.assertEqual((200, 'OK'), (response.status_int, response.text))
        response = self.asked(self.sqlite('no/a'), self.sqlite('missing/b'))
        self.assertEqual(503, response.status_int)

    def test_details_name_unreachable_databases(self):
        self.conf.set_override('detailed', True, healthcheck.GROUP)
        self.conf.set_override('databases_needed', 'any', healthcheck.GROUP)
        response = self.asked(
            self.sqlite('a'),
            self.sqlite('missing/b'),
            accept='application/json',
        )
        [reason] = response.json['reasons']
        self.assertEqual('OK', reason['reason'])
        self.assertEqual(
            'No answer, see the log: database1', reason['details']
        )

    def test_a_table_is_missing(self):
        self.set(tables=['things'])
        url = self.sqlite('a')
        application = self.application(url)
        request = webob.Request.blank('/healthcheck')
        self.assertEqual(503, request.get_response(application).status_int)
        with contextlib.closing(self.connect('a')) as connection:
            connection.execute('CREATE TABLE things (id)')
        self.assertEqual(200, request.get_response(application).status_int)

    def test_it_only_reads(self):
        with contextlib.closing(self.connect('a')) as connection:
            connection.execute('CREATE TABLE things (id)')
        url = f'sqlite:///file:{self.directory}/a?mode=ro&uri=true'
        self.assertEqual(200, self.asked(url).status_int)
        self.set(tables=['things'])
        self.assertEqual(503, self.asked(url).status_int)

    def test_another_writes_and_no_row_changes(self):
        self.set(tables=['things'])
        with contextlib.closing(self.connect('a')) as connection:
            connection.execute('CREATE TABLE things (id)')
            connection.execute('INSERT INTO things VALUES (1)')
            connection.execute('BEGIN IMMEDIATE')
            self.assertEqual(200, self.asked(self.sqlite('a')).status_int)
            connection.execute('ROLLBACK')
            self.assertEqual(200, self.asked(self.sqlite('a')).status_int)
            [found] = connection.execute('SELECT count(*) FROM things')
        self.assertEqual((1,), found)

    def connect(self, name):
        """Return a connection that commits each statement by itself."""
        path = pathlib.Path(self.directory, name)
        return sqlite3.connect(path, isolation_level=None)

    def test_it_comes_back(self):
        directory = pathlib.Path(self.directory, 'late')
        application = self.application(self.sqlite('late/c'))
        request = webob.Request.blank('/healthcheck')
        self.assertEqual(503, request.get_response(application).status_int)
        directory.mkdir()
        self.assertEqual(200, request.get_response(application).status_int)

    def test_nothing_is_configured(self):
        self.assertEqual(503, self.asked(None).status_int)

    def set(self, **options):
        for name, value in options.items():
            self.conf.set_override(name, value, healthcheck.GROUP)

    def ask(self, **environ):
        app = healthcheck.application(self.conf)
        request = webob.Request.blank('/healthcheck', environ)
        return request.get_response(app).status_int

    def test_only_some_may_ask(self):
        self.set(backends=[], allowed_source_ranges=['10.0.0.0/8', 'fd00::/8'])
        for address in ('10.0.0.9', 'fd00::9'):
            self.assertEqual(200, self.ask(REMOTE_ADDR=address))
        for address in ('192.0.2.9', '2001:db8::9', ''):
            self.assertRaises(
                exception.Forbidden, self.ask, REMOTE_ADDR=address
            )

    def test_only_those_who_ask_directly(self):
        self.set(backends=[], ignore_proxied_requests=True)
        self.assertEqual(200, self.ask())
        self.assertRaises(
            exception.Forbidden, self.ask, HTTP_X_FORWARDED_FOR='10.0.0.9'
        )

    def test_programs_read_it(self):
        response = self.asked(self.sqlite('a'), accept='application/json')
        self.assertEqual(['OK'], response.json['reasons'])

    @ddt.data(*_DRIVERS)
    def test_no_database_answers(self, driver):
        port = self.useFixture(relay.BlackHole()).port
        application = self.application(f'{driver}://u:p@127.0.0.1:{port}/db')
        request = webob.Request.blank('/healthcheck')
        began = time.monotonic()
        for _ in range(10):
            response = request.get_response(application)
            self.assertEqual(503, response.status_int)
        self.assertLess(time.monotonic() - began, _ONE_WAIT)

    def test_parameters_of_the_connection_count(self):
        """Only they forbid to create what is not there."""
        path = pathlib.Path(self.directory, 'none')
        url = f'sqlite:///file:{path}?uri=true'
        self.application(url)
        self.conf.set_override('connection_parameters', 'mode=ro', 'database0')
        self.assertEqual(503, self.asked(url).status_int)
        path.touch()
        self.assertEqual(200, self.asked(url).status_int)
