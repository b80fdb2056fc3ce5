# SPDX-License-Identifier: Apache-2.0
"""Databases on servers, each for one test."""

import os

import sqlalchemy as sa
import testscenarios
import testtools

from ext_lib.db import fixture

#: Makes a missing server a failure.
REQUIRE = 'NOVA_EXT_REQUIRE_BACKENDS'

_LOGIN = 'openstack_citest:openstack_citest@127.0.0.1/openstack_citest'
#: Without TLS: with it, PyMySQL reads all certificates of the system anew for
#: each connection, which takes longer than most tests.
_MARIADB = f'mysql+pymysql://{_LOGIN}?ssl_disabled=true'


class OnServers(testtools.TestCase):
    """A test with ``url``, an empty database; once for each kind of server.

    It comes before other bases; its module needs ``load_tests``, too.
    """

    scenarios: tuple[tuple[str, dict[str, str]], ...] = (
        (
            'mariadb',
            {
                'variable': 'NOVA_EXT_MARIADB_URL',
                'default': _MARIADB,
            },
        ),
        (
            'postgresql',
            {
                'variable': 'NOVA_EXT_POSTGRESQL_URL',
                'default': f'postgresql+psycopg2://{_LOGIN}',
            },
        ),
    )
    variable: str
    default: str
    url: str

    def setUp(self) -> None:
        server = os.environ.get(self.variable, self.default)
        try:
            self.url = fixture.create_database(server)
        except sa.exc.OperationalError as error:
            if os.environ.get(REQUIRE):
                raise
            self.skipTest(f'{self.variable} leads nowhere: {error.orig}')
        self.addCleanup(fixture.drop_database, self.url)
        super().setUp()


load_tests = testscenarios.load_tests_apply_scenarios
