# SPDX-License-Identifier: Apache-2.0
"""Load balancers learn whether a process can serve."""

import pathlib

import fixtures
from oslo_config import cfg
from oslotest import base
import webob

from ext_lib.wsgi import healthcheck


class TestHealthcheck(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.conf = cfg.ConfigOpts()
        self.conf([])
        healthcheck.register_opts(self.conf)

    def asked(self, *urls, accept='text/plain'):
        """Return the answer of a process with these databases."""
        groups = [f'database{number}' for number, _ in enumerate(urls)]
        self.conf.set_override('databases', groups, healthcheck.GROUP)
        app = healthcheck.application(self.conf)
        for group, url in zip(groups, urls, strict=True):
            self.conf.set_override('connection', url, group)
        # They are read when the application is made.
        app = healthcheck.application(self.conf)
        request = webob.Request.blank('/healthcheck', accept=accept)
        return request.get_response(app)

    def sqlite(self, name):
        return f'sqlite:///{pathlib.Path(self.directory, name)}'

    def test_all_is_well(self):
        response = self.asked(self.sqlite('a'), self.sqlite('b'))
        self.assertEqual((200, 'OK'), (response.status_int, response.text))

    def test_a_database_is_away(self):
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

    def test_details_name_those_that_are_away(self):
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

    def test_it_comes_back(self):
        directory = pathlib.Path(self.directory, 'late')
        url = self.sqlite('late/c')
        self.conf.set_override('databases', ['database'], healthcheck.GROUP)
        self.assertEqual(503, self.asked(url).status_int)
        directory.mkdir()
        self.assertEqual(200, self.asked(url).status_int)

    def test_nothing_is_configured(self):
        self.assertEqual(503, self.asked(None).status_int)

    def test_programs_read_it(self):
        response = self.asked(self.sqlite('a'), accept='application/json')
        self.assertEqual(['OK'], response.json['reasons'])
