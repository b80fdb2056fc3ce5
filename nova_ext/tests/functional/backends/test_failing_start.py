# SPDX-License-Identifier: Apache-2.0
"""Programs say what servers of databases and messages refuse."""

import os
import urllib.parse

import sqlalchemy as sa

from ext_lib.testing import broker
from ext_lib.testing import failing_start
from ext_lib.testing import servers

PASSWORD = failing_start.PASSWORD

load_tests = servers.load_tests


class TestDatabase(servers.OnServers, failing_start.StartTestCase):
    def setUp(self):
        super().setUp()
        self.server = sa.engine.make_url(self.url)

    def configured(self, **changes):
        """Return the URL of the test with changes."""
        url = self.server.set(**changes)
        return url.render_as_string(hide_password=False)

    def test_an_unknown_database(self):
        self.check_database(
            self.configured(database='no_such'), ('no_such', 'refuses')
        )

    def test_an_unknown_user(self):
        # A PostgreSQL that trusts its own machine asks for no password.
        self.check_database(
            self.configured(username='no_such', password=PASSWORD),
            ('no_such', 'refuses'),
        )

    def test_no_tables(self):
        url = self.configured()
        for program, texts in (
            ('nova-ext-conductor', ('services', '"nova-ext-manage db sync"')),
            ('sahara-ext-engine', ('engines', '"sahara-ext-manage db sync"')),
        ):
            self.check(program, 1, texts, OS_DATABASE__CONNECTION=url)

    def test_ready(self):
        for service in ('nova-ext', 'sahara-ext'):
            self.variables['OS_DATABASE__CONNECTION'] = self.configured()
            end = self.run_it(f'{service}-manage', 'db', 'version')
            self.assertEqual(
                (0, '0\n', []), (end.status, end.output, end.errors)
            )


class TestPassword(failing_start.StartTestCase):
    """MariaDB, which asks for passwords on its own machine, too."""

    def test_a_wrong_one(self):
        name, scenario = servers.OnServers.scenarios[0]
        self.assertEqual('mariadb', name)
        server = os.environ.get(scenario['variable'], scenario['default'])
        url = sa.engine.make_url(server).set(password=PASSWORD)
        self.check_database(
            url.render_as_string(hide_password=False),
            ('Access denied', str(url.username)),
        )


class TestBroker(failing_start.StartTestCase):
    def setUp(self):
        super().setUp()
        self.server = urllib.parse.urlsplit(
            self.useFixture(broker.VirtualHost()).url
        )

    def check_services(self, url, texts):
        for program in failing_start.SERVICES:
            end = self.run_it(
                program,
                '--log-file',
                'log',
                OS_DEFAULT__TRANSPORT_URL=url.geturl(),
            )
            self.assertEqual((1, 1), (end.status, len(end.errors)), str(end))
            self.check_line(end.errors[0], program, texts)

    def test_a_wrong_password(self):
        netloc = self.server.netloc.rpartition('@')[2]
        self.check_services(
            self.server._replace(netloc=f'guest:{PASSWORD}@{netloc}'),
            (netloc, 'refuses', 'ACCESS_REFUSED'),
        )

    def test_an_unknown_virtual_host(self):
        self.check_services(
            self.server._replace(path='/no-such'), ('no-such', 'refuses')
        )
