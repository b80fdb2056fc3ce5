# SPDX-License-Identifier: Apache-2.0
"""Migrations record who asked for the move of the server."""

from oslo_utils import uuidutils
from oslo_versionedobjects import exception as ovo_exception

from ext_lib import context
from ext_lib import exception as ext_exception
from nova_ext import exception
from nova_ext.db import models
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList
from nova_ext.tests import base


class MigrationTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        instance = Instance(self.context, project_id=self.context.project_id)
        instance.create()
        self.uuid = instance.uuid

    def create(self, context=None, **values):
        defaults = {
            'instance_uuid': self.uuid,
            'migration_type': MigrationType.LIVE_MIGRATION,
            'status': MigrationStatus.ACCEPTED,
            'source_compute': 'host1',
            'dest_compute': 'host2',
        }
        migration = Migration(context or self.context, **(defaults | values))
        migration.create()
        return migration

    def store(self, **values):
        """Put a row there as an older release did."""
        row = models.Migration(instance_uuid=self.uuid, **values)
        return base.add(self.context, row).id

    def get(self, id):
        return Migration.get_by_id(self.context, id)


class TestMigrationCreate(MigrationTestCase):
    def test_the_caller_is_remembered(self):
        migration = self.get(self.create().id)
        self.assertEqual(self.context.user_id, migration.user_id)
        self.assertEqual(self.context.project_id, migration.project_id)

    def test_an_elevated_caller_is_still_the_caller(self):
        migration = self.create(self.context.elevated())
        self.assertEqual(self.context.user_id, migration.user_id)

    def test_the_service_itself_has_no_user(self):
        migration = self.create(context.get_admin_context())
        self.assertIsNone(migration.user_id)
        self.assertIsNone(migration.project_id)

    def test_given_user_is_kept(self):
        migration = self.create(user_id='jo', project_id=None)
        self.assertEqual('jo', migration.user_id)
        self.assertIsNone(migration.project_id)

    def test_it_has_an_identity(self):
        migration = self.create()
        self.assertTrue(uuidutils.is_uuid_like(migration.uuid))
        self.assertIs(False, migration.hidden)
        self.assertIs(False, migration.cross_cell_move)
        self.assertIsNone(migration.updated_at)

    def test_it_has_a_type(self):
        migration = Migration(self.context, instance_uuid=self.uuid)
        self.assertRaises(ovo_exception.ObjectActionError, migration.create)

    def test_the_type_is_a_known_one(self):
        self.assertRaises(ValueError, Migration, migration_type='flight')

    def test_it_is_created_once(self):
        migration = self.create()
        self.assertRaises(ovo_exception.ObjectActionError, migration.create)

    def test_only_live_migration_is_live(self):
        self.assertIs(True, self.create().is_live)
        resize = self.create(migration_type=MigrationType.RESIZE)
        self.assertIs(False, resize.is_live)


class TestMigrationGet(MigrationTestCase):
    def test_it_is_found_by_number_and_uuid(self):
        migration = self.create()
        by_uuid = Migration.get_by_uuid(self.context, migration.uuid)
        self.assertEqual(migration.id, by_uuid.id)
        self.assertEqual(migration.uuid, self.get(migration.id).uuid)

    def test_it_is_found_by_server(self):
        migration = self.create()
        found = Migration.get_by_id_and_instance(
            self.context, migration.id, self.uuid
        )
        self.assertEqual(migration.uuid, found.uuid)

    def test_what_is_not_there_is_not_found(self):
        self.assertRaises(exception.MigrationNotFound, self.get, 12)
        self.assertRaises(
            exception.MigrationNotFound,
            Migration.get_by_uuid,
            self.context,
            uuidutils.generate_uuid(),
        )

    def test_another_servers_is_not_found(self):
        self.assertRaises(
            exception.MigrationNotFoundForInstance,
            Migration.get_by_id_and_instance,
            self.context,
            self.create().id,
            uuidutils.generate_uuid(),
        )


class TestOldRows(MigrationTestCase):
    def test_without_user(self):
        migration = self.get(self.store(uuid=uuidutils.generate_uuid()))
        self.assertIsNone(migration.user_id)
        self.assertIsNone(migration.project_id)

    def test_two_flavors_mean_a_resize(self):
        migration = self.get(
            self.store(old_instance_type_id=1, new_instance_type_id=2)
        )
        self.assertEqual(MigrationType.RESIZE, migration.migration_type)

    def test_one_flavor_means_a_cold_migration(self):
        migration = self.get(
            self.store(old_instance_type_id=1, new_instance_type_id=1)
        )
        self.assertEqual(MigrationType.MIGRATION, migration.migration_type)

    def test_a_uuid_is_given_once(self):
        id = self.store()
        first, second = self.get(id), self.get(id)
        self.assertTrue(uuidutils.is_uuid_like(first.uuid))
        self.assertEqual(first.uuid, second.uuid)
        self.assertIsNone(second.updated_at)

    def test_null_booleans_are_false(self):
        migration = self.get(self.store(hidden=None, cross_cell_move=None))
        self.assertIs(False, migration.hidden)
        self.assertIs(False, migration.cross_cell_move)


class TestMigrationSave(MigrationTestCase):
    def test_changes_are_stored(self):
        migration = self.create()
        migration.status = MigrationStatus.RUNNING
        migration.memory_total = 2**40
        migration.save()
        self.assertEqual(set(), migration.obj_what_changed())
        found = self.get(migration.id)
        self.assertEqual(MigrationStatus.RUNNING, found.status)
        self.assertEqual(2**40, found.memory_total)
        self.assertIsNotNone(found.updated_at)

    def test_without_changes_nothing_is_asked(self):
        migration = self.create()
        before = len(self.statements)
        migration.save()
        self.assertEqual(before, len(self.statements))

    def test_only_one_of_two_goes_on(self):
        first = self.create(status=MigrationStatus.QUEUED)
        second = self.get(first.id)
        first.status = MigrationStatus.RUNNING
        first.save(expected_status=MigrationStatus.QUEUED)
        second.status = MigrationStatus.CANCELLED
        self.assertRaises(
            exception.InvalidMigrationState,
            second.save,
            expected_status=[MigrationStatus.QUEUED],
        )

    def test_it_goes_with_its_server(self):
        migration = self.create()
        Instance.get_by_uuid(self.context, self.uuid).destroy()
        migration.status = MigrationStatus.RUNNING
        self.assertRaises(exception.MigrationNotFound, migration.save)


class TestMigrationList(MigrationTestCase):
    def setUp(self):
        super().setUp()
        self.migrations = [
            self.create(status=MigrationStatus.RUNNING),
            self.create(source_compute='host3', hidden=True),
            self.create(
                migration_type=MigrationType.RESIZE,
                status=MigrationStatus.FINISHED,
            ),
            self.create(status=MigrationStatus.COMPLETED, user_id='jo'),
        ]
        self.ids = [migration.id for migration in self.migrations]

    def list(self, filters, **kwargs):
        found = MigrationList.get_by_filters(self.context, filters, **kwargs)
        return [migration.id for migration in found]

    def test_all_of_them_the_oldest_first(self):
        self.assertEqual(self.ids, self.list({}))

    def test_pages_the_newest_first(self):
        self.assertEqual(self.ids[::-1], self.list({}, paged=True))
        page = self.list(
            {}, limit=2, marker=self.migrations[3].uuid, paged=True
        )
        self.assertEqual([self.ids[2], self.ids[1]], page)

    def test_an_unknown_marker_is_an_error(self):
        self.assertRaises(
            ext_exception.MarkerNotFound,
            *(self.list, {}),
            marker=uuidutils.generate_uuid(),
            paged=True,
        )

    def test_filters_are_heeded(self):
        self.assertEqual([self.ids[3]], self.list({'user_id': 'jo'}))
        self.assertEqual([self.ids[1]], self.list({'host': 'host3'}))

    def test_what_the_api_calls_in_progress(self):
        found = MigrationList.get_in_progress_by_instance(
            self.context, self.uuid, MigrationType.LIVE_MIGRATION
        )
        self.assertEqual([self.ids[0]], [m.id for m in found])
        for status in MigrationStatus.LIVE_IN_PROGRESS:
            self.create(status=status)
        found = MigrationList.get_in_progress_by_instance(
            self.context, self.uuid
        )
        self.assertEqual(5, len(found))

    def test_what_has_not_ended_on_a_host(self):
        found = MigrationList.get_unfinished_by_host(self.context, 'host2')
        self.assertEqual(self.ids[:3], [m.id for m in found])
        found = MigrationList.get_unfinished_by_host(self.context, 'host3')
        self.assertEqual([self.ids[1]], [m.id for m in found])

    def test_every_status_has_ended_or_has_not(self):
        names = set(vars(MigrationStatus)) - {'LIVE_IN_PROGRESS', 'ENDED'}
        statuses = {
            getattr(MigrationStatus, name) for name in names if name.isupper()
        }
        for status in statuses:
            self.create(status=status, dest_compute='host9')
        found = MigrationList.get_unfinished_by_host(self.context, 'host9')
        self.assertEqual(
            statuses - set(MigrationStatus.ENDED), {m.status for m in found}
        )


class TestMigrationType(base.TestCase):
    def test_the_database_knows_the_same_types(self):
        column = models.Migration.__table__.c.migration_type
        self.assertEqual(MigrationType.ALL, tuple(column.type.enums))
