# SPDX-License-Identifier: Apache-2.0
"""A conductor chooses hosts, and says so when there is none."""

from typing import Any
from unittest import mock

from oslo_db import exception as db_exception

from nova_ext.conductor.placement import MovePlacement
from nova_ext.conductor.scheduler import BuildScheduler
from nova_ext.conductor.scheduler import Scheduler
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.service import ServiceList
from nova_ext.tests import base
from nova_ext.tests.unit import servers
from nova_ext.tests.unit.wire import Wire

_SIZE = {
    'instance_type_id': 1,
    'memory_mb': 512,
    'vcpus': 1,
    'root_gb': 1,
    'ephemeral_gb': 0,
}


class PlacementTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.wire = Wire()
        wire: Any = self.wire
        scheduler = Scheduler(self.conf)
        self.builds = BuildScheduler('controller', wire, scheduler)
        self.moves = MovePlacement(self.conf, 'controller', wire, scheduler)
        servers.make_service('host1')

    def run_it(
        self, method: str, action: str, instance: Instance, **kwargs: Any
    ) -> list[servers.Step]:
        request = servers.make_action(instance, action)
        getattr(self.moves, method)(request, instance=instance, **kwargs)
        return servers.steps(instance, request)

    def schedule(self, instance: Instance) -> list[servers.Step]:
        request = servers.make_action(instance, ActionName.CREATE)
        self.builds.schedule_and_build_instances(request, instances=[instance])
        return servers.steps(instance, request)


class ScheduleTestCase(PlacementTestCase):
    def make(self, **columns: Any) -> Instance:
        return servers.make_instance(
            vm_state=VMState.BUILDING,
            task_state=TaskState.SCHEDULING,
            host=None,
            **columns,
        )

    def test_host_is_sent_to_work(self) -> None:
        self.assertEqual([], self.schedule(self.make()))
        self.assertEqual(['build_and_run_instance'], self.wire.sent)

    def test_no_host(self) -> None:
        instance = self.make(system_metadata={'requested_host': 'nowhere'})
        self.assertEqual(
            [
                (
                    'conductor_schedule_and_build_instances',
                    'controller',
                    'Error',
                )
            ],
            self.schedule(instance),
        )
        self.assertEqual((VMState.ERROR, None), servers.state(instance))
        fault = servers.load(instance).fault
        assert fault is not None
        self.assertEqual((500, 'controller'), (fault.code, fault.host))
        self.assertIn('No valid host was found.', str(fault.message))
        self.assertEqual([], self.wire.sent)

    def test_unreachable_database(self) -> None:
        instance = self.make()
        with mock.patch.object(
            ServiceList,
            'get_all',
            autospec=True,
            side_effect=db_exception.DBConnectionError,
        ) as get_all:
            self.assertEqual([], self.schedule(instance))
        get_all.assert_called()
        self.assertEqual([], self.wire.sent)
        self.assertEqual(
            (VMState.BUILDING, TaskState.SCHEDULING), servers.state(instance)
        )

    def test_redelivered_message_fails_once(self) -> None:
        instance = self.make(system_metadata={'requested_host': 'nowhere'})
        request = servers.make_action(instance, ActionName.CREATE)
        for _ in range(2):
            self.builds.schedule_and_build_instances(
                request, instances=[instance]
            )
        self.assertEqual(1, len(servers.steps(instance, request)))

    def test_server_that_is_being_built_is_left_alone(self) -> None:
        instance = self.make()
        now = servers.load(instance)
        now.task_state = TaskState.SPAWNING
        now.save()
        deleted = self.make()
        servers.load(deleted).destroy()
        self.assertEqual([], self.schedule(instance))
        self.assertEqual([], self.schedule(deleted))
        self.assertEqual([], self.wire.sent)


class MoveTestCase(PlacementTestCase):
    def assertMigration(self, instance: Instance, **columns: Any) -> None:
        (migration,) = servers.migrations(instance)
        self.assertEqual(
            columns, {name: getattr(migration, name) for name in columns}
        )

    def test_cold_migration(self) -> None:
        servers.make_service('host2')
        instance = servers.make_instance(task_state=TaskState.RESIZE_PREP)
        taken = self.run_it(
            'migrate_server', ActionName.MIGRATE, instance, size=_SIZE
        )
        self.assertEqual(
            [
                ('conductor_migrate_server', 'controller', 'Success'),
                ('cold_migrate', 'controller', 'Success'),
            ],
            taken,
        )
        self.assertEqual(['prep_resize'], self.wire.sent)
        self.assertMigration(
            instance,
            migration_type=MigrationType.MIGRATION,
            status=MigrationStatus.PRE_MIGRATING,
            source_compute='host1',
            source_node='host1',
            dest_compute='host2',
            user_id=base.USER,
            project_id=base.PROJECT,
        )

    def test_no_host_for_a_resize(self) -> None:
        instance = servers.make_instance(task_state=TaskState.RESIZE_PREP)
        taken = self.run_it(
            'migrate_server',
            ActionName.RESIZE,
            instance,
            size={**_SIZE, 'instance_type_id': 2},
        )
        self.assertEqual(
            [
                ('conductor_migrate_server', 'controller', 'Error'),
                ('cold_migrate', 'controller', 'Error'),
            ],
            taken,
        )
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))
        self.assertMigration(
            instance,
            migration_type=MigrationType.RESIZE,
            status=MigrationStatus.ERROR,
            source_compute='host1',
            source_node='host1',
            dest_compute=None,
            old_instance_type_id=1,
            new_instance_type_id=2,
        )
        self.assertIsNone(servers.load(instance).fault)

    def test_live_migration(self) -> None:
        servers.make_service('host2')
        instance = servers.make_instance(task_state=TaskState.MIGRATING)
        self.run_it(
            'live_migrate_instance', ActionName.LIVE_MIGRATION, instance
        )
        self.assertEqual(
            ['check_can_live_migrate_destination', 'live_migration'],
            self.wire.sent,
        )
        self.assertMigration(
            instance,
            migration_type=MigrationType.LIVE_MIGRATION,
            status=MigrationStatus.ACCEPTED,
            source_node='host1',
            dest_compute='host2',
            dest_node='host2',
            dest_host=None,
        )

    def test_no_host_for_a_live_migration(self) -> None:
        instance = servers.make_instance(task_state=TaskState.MIGRATING)
        taken = self.run_it(
            'live_migrate_instance', ActionName.LIVE_MIGRATION, instance
        )
        self.assertEqual(
            [('conductor_live_migrate_instance', 'controller', 'Error')],
            taken,
        )
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))
        self.assertMigration(
            instance,
            status=MigrationStatus.ERROR,
            source_compute='host1',
            source_node=None,
            dest_compute=None,
        )
        fault = servers.load(instance).fault
        assert fault is not None
        self.assertIn('not enough hosts', str(fault.message))

    def test_live_migration_from_a_host_that_is_down(self) -> None:
        servers.make_service('host2', forced_down=True)
        instance = servers.make_instance(
            host='host2', task_state=TaskState.MIGRATING
        )
        taken = self.run_it(
            'live_migrate_instance', ActionName.LIVE_MIGRATION, instance
        )
        self.assertEqual(['Error'], [result for _s, _h, result in taken])
        self.assertEqual([], self.wire.sent)

    def test_server_that_no_longer_waits(self) -> None:
        servers.make_service('host2')
        for method, kwargs in (
            ('migrate_server', {'size': _SIZE}),
            ('live_migrate_instance', {}),
            ('rebuild_instance', {}),
        ):
            instance = servers.make_instance(task_state=TaskState.RESIZE_PREP)
            now = servers.load(instance)
            now.task_state = TaskState.DELETING
            now.save()
            taken = self.run_it(method, ActionName.MIGRATE, instance, **kwargs)
            self.assertEqual({'Error'}, {result for _s, _h, result in taken})
            self.assertEqual([], servers.migrations(instance))
            self.assertEqual(
                (VMState.ACTIVE, TaskState.DELETING), servers.state(instance)
            )
        self.assertEqual([], self.wire.sent)


class RebuildTestCase(MoveTestCase):
    def test_rebuild_needs_no_choice(self) -> None:
        instance = servers.make_instance(task_state=TaskState.REBUILDING)
        self.assertEqual(
            [('rebuild_server', 'controller', 'Success')],
            self.run_it('rebuild_instance', ActionName.REBUILD, instance),
        )
        self.assertEqual(['rebuild_instance'], self.wire.sent)

    def test_no_host_for_an_evacuation(self) -> None:
        instance = servers.make_instance(task_state=TaskState.REBUILDING)
        migration = servers.make_migration(
            instance,
            migration_type=MigrationType.EVACUATION,
            status=MigrationStatus.ACCEPTED,
            dest_compute=None,
        )
        self.assertEqual(
            [('rebuild_server', 'controller', 'Error')],
            self.run_it(
                'rebuild_instance',
                ActionName.EVACUATE,
                instance,
                migration=migration,
            ),
        )
        self.assertEqual((VMState.ERROR, None), servers.state(instance))
        self.assertMigration(instance, status=MigrationStatus.ERROR)
