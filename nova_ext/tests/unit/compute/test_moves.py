# SPDX-License-Identifier: Apache-2.0
"""Servers move from host to host, by all the ways there are."""

from typing import Any

from ext_lib.testing.polling import wait_until
from nova_ext import exception
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.service import Service
from nova_ext.tests import base
from nova_ext.tests.functional.cloud import CONTROLLER
from nova_ext.tests.unit import servers

_MIGRATE = [
    ('conductor_migrate_server', CONTROLLER, 'Success'),
    ('cold_migrate', CONTROLLER, 'Success'),
    ('compute_prep_resize', 'host2', 'Success'),
    ('compute_resize_instance', 'host1', 'Success'),
    ('compute_finish_resize', 'host2', 'Success'),
]
_LIVE = [
    ('conductor_live_migrate_instance', CONTROLLER, 'Success'),
    ('compute_check_can_live_migrate_destination', 'host2', 'Success'),
    ('compute_check_can_live_migrate_source', 'host1', 'Success'),
    ('compute_live_migration', 'host1', 'Success'),
    ('compute_pre_live_migration', 'host2', 'Success'),
    ('compute_post_live_migration_at_destination', 'host2', 'Success'),
]
_LONG = '600'


class MovesTestCase(servers.CloudTestCase):
    def assertMigration(self, instance: Instance, **columns: Any) -> None:
        migration = servers.migrations(instance)[-1]
        self.assertEqual(
            columns, {name: getattr(migration, name) for name in columns}
        )

    def assertAt(self, host: str, instance: Instance) -> None:
        now = servers.load(instance)
        self.assertEqual((host, host), (now.host, now.node))
        self.assertIn(
            instance.uuid, self.cloud.drivers[host].list_instance_uuids()
        )


class ColdMigrationTestCase(MovesTestCase):
    def test_server_waits_at_the_other_host(self) -> None:
        instance = self.boot()
        request = self.do('resize', instance)
        self.assertEqual((VMState.RESIZED, None), servers.state(instance))
        self.assertEqual(_MIGRATE, servers.steps(instance, request))
        self.assertAt('host2', instance)
        self.assertMigration(
            instance,
            migration_type=MigrationType.MIGRATION,
            status=MigrationStatus.FINISHED,
            source_compute='host1',
            source_node='host1',
            dest_compute='host2',
            dest_node='host2',
            dest_host='192.0.2.1',
            old_instance_type_id=1,
            new_instance_type_id=1,
            user_id=base.USER,
            project_id=base.PROJECT,
        )

    def test_confirmed_it_stays_there(self) -> None:
        instance = self.boot()
        self.do('resize', instance)
        request = self.do('confirm_resize', instance)
        self.assertEqual(
            [('compute_confirm_resize', 'host1', 'Success')],
            servers.steps(instance, request),
        )
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))
        self.assertMigration(instance, status=MigrationStatus.CONFIRMED)
        self.assertEqual([], self.cloud.drivers['host1'].list_instance_uuids())
        self.assertEqual({}, servers.load(instance).system_metadata)

    def test_reverted_it_is_back(self) -> None:
        instance = self.boot()
        self.do('resize', instance, self.flavors.get_by_id(3))
        self.assertEqual(4096, servers.load(instance).memory_mb)
        request = self.do('revert_resize', instance)
        self.assertEqual(
            [
                ('compute_revert_resize', 'host2', 'Success'),
                ('compute_finish_revert_resize', 'host1', 'Success'),
            ],
            servers.steps(instance, request),
        )
        self.assertAt('host1', instance)
        now = servers.load(instance)
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))
        self.assertEqual((1, 512), (now.instance_type_id, now.memory_mb))
        self.assertMigration(
            instance,
            migration_type=MigrationType.RESIZE,
            status=MigrationStatus.REVERTED,
            old_instance_type_id=1,
            new_instance_type_id=3,
        )
        self.assertEqual([], self.cloud.drivers['host2'].list_instance_uuids())

    def test_server_that_was_off_stays_off(self) -> None:
        instance = self.boot()
        self.do('stop', instance)
        self.do('resize', instance)
        self.assertEqual(
            PowerState.SHUTDOWN, servers.load(instance).power_state
        )
        self.do('confirm_resize', instance)
        self.assertEqual((VMState.STOPPED, None), servers.state(instance))
        self.do('resize', instance)
        request = self.do('revert_resize', instance)
        self.assertEqual((VMState.STOPPED, None), servers.state(instance))
        self.assertEqual(
            ('compute_stop_instance', 'host2', 'Success'),
            servers.steps(instance, request)[-1],
        )

    def test_failure_at_the_source(self) -> None:
        instance = self.boot(fake_fail='migrate')
        request = self.do('resize', instance)
        self.assertEqual(
            [*_MIGRATE[:3], ('compute_resize_instance', 'host1', 'Error')],
            servers.steps(instance, request),
        )
        self.assertEqual((VMState.ERROR, None), servers.state(instance))
        self.assertMigration(instance, status=MigrationStatus.ERROR)
        self.assertEqual('host1', servers.load(instance).host)

    def test_failure_at_the_destination(self) -> None:
        instance = self.boot(fake_fail='finish_migration')
        request = self.do('resize', instance)
        self.assertEqual(
            [*_MIGRATE[:4], ('compute_finish_resize', 'host2', 'Error')],
            servers.steps(instance, request),
        )
        self.assertEqual((VMState.ERROR, None), servers.state(instance))
        self.assertMigration(instance, status=MigrationStatus.ERROR)

    def test_failure_of_the_confirmation(self) -> None:
        instance = self.boot(fake_fail='confirm_migration')
        self.do('resize', instance)
        self.do('confirm_resize', instance)
        # It is no task whose end could be waited for.
        wait_until(
            lambda: servers.load(instance).vm_state == VMState.ERROR, 'ERROR'
        )
        self.assertMigration(instance, status=MigrationStatus.ERROR)

    def test_deletion_confirms_first(self) -> None:
        instance = self.boot()
        self.do('resize', instance)
        request = self.ask('delete', instance)
        done = [('compute_terminate_instance', 'host2', 'Success')]
        wait_until(
            lambda: servers.steps(instance, request) == done, 'the deletion'
        )
        self.assertTrue(servers.load(instance).deleted)
        self.assertEqual(
            ['create', 'migrate', 'confirmResize', 'delete'],
            servers.actions(instance),
        )
        for driver in self.cloud.drivers.values():
            self.assertEqual([], driver.list_instance_uuids())


class LiveMigrationTestCase(MovesTestCase):
    def begin(self, **metadata: str) -> Instance:
        instance = self.boot(**metadata)
        self.request = self.ask('live_migrate', instance)
        return instance

    def begin_long(self) -> Instance:
        """Begin a migration that would take longer than the test."""
        instance = self.boot()
        _make_slow(instance)
        self.request = self.ask('live_migrate', instance)
        self.wait_for_status(instance, MigrationStatus.RUNNING)
        wait_until(
            lambda: servers.migrations(instance)[-1].memory_total,
            'the first report',
        )
        # For what comes after it.
        _make_fast(instance)
        return instance

    def test_server_goes_on_elsewhere(self) -> None:
        instance = self.begin()
        self.wait_for_status(instance, MigrationStatus.COMPLETED)
        self.wait_until_idle(instance)
        self.assertEqual(_LIVE, servers.steps(instance, self.request))
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))
        self.assertAt('host2', instance)
        self.assertEqual([], self.cloud.drivers['host1'].list_instance_uuids())
        self.assertMigration(
            instance,
            migration_type=MigrationType.LIVE_MIGRATION,
            source_compute='host1',
            source_node='host1',
            dest_compute='host2',
            dest_node='host2',
            dest_host=None,
            memory_total=512 * 1024**2,
            memory_processed=512 * 1024**2 - 1,
            memory_remaining=1,
            disk_total=1024**3,
            disk_processed=1024**3 - 1,
            disk_remaining=1,
            user_id=base.USER,
            project_id=base.PROJECT,
        )

    def test_paused_server_stays_paused(self) -> None:
        instance = self.boot()
        self.do('pause', instance)
        self.do('live_migrate', instance)
        self.assertEqual((VMState.PAUSED, None), servers.state(instance))

    def test_forced_it_completes(self) -> None:
        instance = self.begin_long()
        number = servers.migrations(instance)[-1].id
        steering = self.ask('live_migrate_force_complete', instance, number)
        self.wait_for_status(instance, MigrationStatus.COMPLETED)
        self.wait_until_idle(instance)
        self.assertAt('host2', instance)
        self.assertEqual(
            [('compute_live_migration_force_complete', 'host1', 'Success')],
            servers.steps(instance, steering),
        )

    def test_aborted_it_leaves_the_server(self) -> None:
        instance = self.begin_long()
        number = servers.migrations(instance)[-1].id
        steering = self.ask('live_migrate_abort', instance, number)
        self.wait_for_status(instance, MigrationStatus.CANCELLED)
        self.wait_until_idle(instance)
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))
        self.assertAt('host1', instance)
        self.assertEqual(
            [('compute_live_migration_abort', 'host1', 'Success')],
            servers.steps(instance, steering),
        )
        self.assertIn(
            ('compute_live_migration', 'host1', 'Error'),
            servers.steps(instance, self.request),
        )

    def test_second_one_waits_and_can_be_aborted(self) -> None:
        first = self.begin_long()
        other = self.boot()
        second = self.boot()
        self.assertEqual('host2', servers.load(other).host)
        request = self.ask('live_migrate', second)
        number = self.wait_for_status(second, MigrationStatus.QUEUED).id
        self.assertRaises(
            exception.InvalidMigrationState,
            self.ask,
            'live_migrate_abort',
            second,
            number,
        )
        self.ask('live_migrate_abort', second, number, allow_queued=True)
        self.wait_for_status(second, MigrationStatus.CANCELLED)
        self.wait_until_idle(second)
        self.assertIn(
            ('compute_live_migration', 'host1', 'Error'),
            servers.steps(second, request),
        )
        self.assertEqual(
            MigrationStatus.RUNNING, servers.migrations(first)[-1].status
        )

    def test_failure_leaves_the_server(self) -> None:
        for method in ('pre_live_migration', 'live_migration'):
            instance = self.begin(fake_fail=method)
            self.wait_for_status(instance, MigrationStatus.ERROR)
            self.wait_until_idle(instance)
            self.assertEqual((VMState.ACTIVE, None), servers.state(instance))
            host = str(servers.load(instance).host)
            self.assertIn(
                (f'compute_{method}', 'Error'),
                [(s, r) for s, _h, r in servers.steps(instance, self.request)],
            )
            self.assertAt(host, instance)

    def test_failed_check_ends_it_before_it_begins(self) -> None:
        instance = self.begin(fake_fail='check_can_live_migrate_source')
        self.wait_until_idle(instance)
        self.assertEqual(
            [
                ('conductor_live_migrate_instance', 'Error'),
                ('compute_check_can_live_migrate_destination', 'Error'),
                ('compute_check_can_live_migrate_source', 'Error'),
            ],
            [(s, r) for s, _h, r in servers.steps(instance, self.request)],
        )
        self.assertMigration(instance, status=MigrationStatus.ERROR)
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))

    def test_deletion_ends_it(self) -> None:
        instance = self.begin_long()
        self.ask('delete', instance)
        wait_until(lambda: servers.load(instance).deleted, 'the deletion')
        self.wait_until_idle(instance)
        self.assertEqual([], self.cloud.drivers['host1'].list_instance_uuids())


class RebuildTestCase(MovesTestCase):
    def test_server_is_made_anew_on_its_host(self) -> None:
        instance = self.boot()
        request = self.do(
            'rebuild',
            instance,
            image_ref='new',
            metadata={'a': 'b'},
            display_name='renamed',
        )
        self.assertEqual(
            [
                ('rebuild_server', CONTROLLER, 'Success'),
                ('compute_rebuild_instance', 'host1', 'Success'),
            ],
            servers.steps(instance, request),
        )
        now = servers.load(instance)
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))
        self.assertEqual(
            ('new', {'a': 'b'}, 'renamed'),
            (now.image_ref, now.metadata, now.display_name),
        )

    def test_server_that_was_off_stays_off(self) -> None:
        instance = self.boot()
        self.do('stop', instance)
        request = self.do('rebuild', instance, image_ref='new')
        self.assertEqual((VMState.STOPPED, None), servers.state(instance))
        self.assertEqual(
            ('compute_stop_instance', 'host1', 'Success'),
            servers.steps(instance, request)[-1],
        )

    def test_failure(self) -> None:
        instance = self.boot(fake_fail='rebuild')
        self.do('rebuild', instance, image_ref='new')
        self.assertEqual((VMState.ERROR, None), servers.state(instance))


class EvacuationTestCase(MovesTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.instance = self.boot()

    def take_down(self, host: str) -> None:
        """Stop a host and mark it as down."""
        self.cloud.kill(host)
        service = Service.get_by_host_and_binary(
            servers.new_request(is_admin=True), host, 'nova-compute'
        )
        service.forced_down = True
        service.save()

    def test_server_goes_on_elsewhere(self) -> None:
        self.take_down('host1')
        request = self.do('evacuate', self.instance)
        self.assertEqual(
            [
                ('rebuild_server', CONTROLLER, 'Success'),
                ('compute_rebuild_instance', 'host2', 'Success'),
            ],
            servers.steps(self.instance, request),
        )
        self.assertAt('host2', self.instance)
        self.assertMigration(
            self.instance,
            migration_type=MigrationType.EVACUATION,
            status=MigrationStatus.DONE,
            source_compute='host1',
            source_node='host1',
            dest_compute='host2',
            dest_node='host2',
            dest_host='192.0.2.1',
            user_id=base.USER,
            project_id=base.PROJECT,
        )

    def test_steps_of_the_host_that_is_down_end(self) -> None:
        _make_slow(self.instance)
        stopped = self.ask('stop', self.instance)
        wait_until(
            lambda: servers.steps(self.instance, stopped), 'the beginning'
        )
        self.take_down('host1')
        _make_fast(self.instance)
        self.do('evacuate', self.instance)
        self.assertEqual(
            [('compute_stop_instance', 'host1', 'Error')],
            servers.steps(self.instance, stopped),
        )
        self.assertEqual((VMState.ACTIVE, None), servers.state(self.instance))

    def test_host_that_comes_back_drops_its_guest(self) -> None:
        self.take_down('host1')
        self.do('evacuate', self.instance)
        self.cloud.start('host1')
        self.wait_for_status(self.instance, MigrationStatus.COMPLETED)
        self.assertEqual([], self.cloud.drivers['host1'].list_instance_uuids())

    def test_no_host_is_left(self) -> None:
        self.take_down('host1')
        self.take_down('host2')
        request = self.do('evacuate', self.instance)
        self.assertEqual(
            [('rebuild_server', CONTROLLER, 'Error')],
            servers.steps(self.instance, request),
        )
        self.assertEqual((VMState.ERROR, None), servers.state(self.instance))
        self.assertMigration(self.instance, status=MigrationStatus.ERROR)

    def test_delete_on_a_host_that_is_down(self) -> None:
        self.take_down('host1')
        request = self.ask('delete', self.instance)
        self.assertTrue(servers.load(self.instance).deleted)
        self.assertEqual([], servers.steps(self.instance, request))


def _make_slow(instance: Instance) -> None:
    _set(instance, {'fake:seconds': _LONG})


def _make_fast(instance: Instance) -> None:
    _set(instance, {})


def _set(instance: Instance, metadata: dict[str, str]) -> None:
    now = servers.load(instance)
    now.metadata = metadata
    now.save()
