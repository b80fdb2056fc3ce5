# SPDX-License-Identifier: Apache-2.0
"""nova-ext-status returns whether the database is ready."""

import pathlib

import fixtures
from oslo_upgradecheck import upgradecheck
import sqlalchemy as sa

from ext_lib.testing import upgrade_checks
from nova_ext.cmd import status
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema

SUCCESS, WARNING, FAILURE = (0, None), 1, 2
FILTER = 'Tasks filter'
WALK = 'migrations_deleted_user_id_created_at_id_idx'

PASTE = """\
[composite:osapi_compute]
use = call:nova.api.openstack.urlmap:urlmap_factory
/v2.1/+ = openstack_compute_api_v21

[composite:openstack_compute_api_v21]
use = call:nova.api.auth:pipeline_factory_v21
keystone = cors authtoken keystonecontext osapi_compute_app_v21
noauth2 = cors noauth2 tasks osapi_compute_app_v21

[app:osapi_compute_app_v21]
paste.app_factory = nova.api.openstack.compute:APIRouterV21.factory
"""
IN_PLACE = PASTE.replace('context osapi', 'context tasks osapi')
SECTION = """
[filter:tasks]
paste.filter_factory = nova_ext.middleware.tasks:filter_factory
"""


class TestStatus(upgrade_checks.ChecksTestCase):
    program = status
    facade = facade

    def test_ready(self):
        schema.sync(self.engine)
        code, checks = self.check()
        self.assertEqual(upgradecheck.Code.SUCCESS, code)
        expected = dict.fromkeys(
            ('Schema', 'Indexes', FILTER, 'Trail'), SUCCESS
        )
        self.assertEqual(expected, checks)

    def test_an_empty_database(self):
        code, checks = self.check()
        self.assertEqual(upgradecheck.Code.FAILURE, code)
        result, details = checks['Schema']
        self.assertEqual(FAILURE, result)
        self.assertIn('nova-ext-manage db sync', details)

    def check_without(self, index, big=0, servers=0):
        """Return code and details when an index was dropped.

        :param big: how many rows a table may have
        :param servers: how many migrated
        """
        schema.sync(self.engine)
        self.useFixture(
            fixtures.EnvironmentVariable('OS_STATUS__BIG_TABLE', str(big))
        )
        with self.engine.begin() as connection:
            connection.execute(sa.text(f'DROP INDEX {index}'))
            for _ in range(servers):
                connection.execute(sa.insert(models.Migration))
        return self.check()[1]['Indexes']

    def test_big_tables_without_indexes_are_named(self):
        code, details = self.check_without(WALK, big=2, servers=3)
        self.assertEqual(WARNING, code)
        self.assertIn(f'migrations ({WALK}).', details)
        self.assertIn('nova-ext-manage db create_indexes', details)

    def test_others_do_without(self):
        found = self.check_without(WALK, big=3, servers=3)
        self.assertEqual(SUCCESS, found)

    def test_what_keeps_rows_unique_is_missed_in_any_table(self):
        code, details = self.check_without('tasks_reservation_idx', big=9)
        self.assertEqual(WARNING, code)
        self.assertIn('tasks (tasks_reservation_idx).', details)

    def check_filter(self, paste):
        """Return code and details about this paste file of a nova-api."""
        schema.sync(self.engine)
        path = pathlib.Path(self.directory.path, 'api-paste.ini')
        path.write_text(paste)
        self.useFixture(
            fixtures.EnvironmentVariable(
                'OS_STATUS__NOVA_API_PASTE_CONFIG', str(path)
            )
        )
        return self.check()[1][FILTER]

    def test_pipelines_without_the_filter_are_named(self):
        code, details = self.check_filter(PASTE + SECTION)
        self.assertEqual(WARNING, code)
        self.assertIn('openstack_compute_api_v21 keystone.', details)

    def test_a_filter_of_that_name_is_not_enough(self):
        code, details = self.check_filter(PASTE)
        self.assertEqual(WARNING, code)
        self.assertIn('keystone, openstack_compute_api_v21 noauth2', details)

    def test_the_filter_is_in_place(self):
        self.assertEqual(SUCCESS, self.check_filter(IN_PLACE + self.section()))

    def test_the_sample_is_what_is_asked_for(self):
        sample = pathlib.Path('etc/nova_ext/nova-api-paste.ini.sample')
        paste = sample.read_text().replace(
            '/etc/nova/nova-ext-tasks.conf', self.write_config(self.url)
        )
        self.assertEqual(SUCCESS, self.check_filter(paste))

    def write_config(self, url):
        """Return the path of a file of the filter, about this database."""
        path = pathlib.Path(self.directory.path, 'tasks.conf')
        path.write_text(f'[database]\nconnection = {url}\n')
        return str(path)

    def section(self):
        return f'{SECTION}config_file = {self.write_config(self.url)}\n'

    def test_the_filter_has_no_file(self):
        code, details = self.check_filter(IN_PLACE + SECTION)
        self.assertEqual(WARNING, code)
        self.assertIn('has no config_file', details)

    def test_the_file_of_the_filter_is_missing(self):
        section = f'{SECTION}config_file = /no/such/file\n'
        code, details = self.check_filter(IN_PLACE + section)
        self.assertEqual(WARNING, code)
        self.assertIn('/no/such/file', details)

    def test_the_store_of_the_filter_has_no_schema(self):
        url = f'sqlite:///{self.directory.join("other.db")}'
        section = f'{SECTION}config_file = {self.write_config(url)}\n'
        code, details = self.check_filter(IN_PLACE + section)
        self.assertEqual(WARNING, code)
        self.assertIn('the schema of its database is at 0', details)

    def test_a_file_that_makes_no_sense(self):
        code, details = self.check_filter('nonsense')
        self.assertEqual(WARNING, code)
        self.assertIn('cannot be read', details)
