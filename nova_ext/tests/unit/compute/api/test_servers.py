# SPDX-License-Identifier: Apache-2.0
"""Requests are checked, recorded and sent to who carries them out."""

from typing import Any

from nova_ext import exception
from nova_ext.compute.api.servers import API
from nova_ext.flavors import Catalogue
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.tests import base
from nova_ext.tests.unit import servers

_ALL = (
    VMState.ACTIVE, VMState.STOPPED, VMState.PAUSED, VMState.SUSPENDED,
    VMState.RESIZED, VMState.ERROR, VMState.BUILDING,
)  # fmt: skip

#: What may be asked of a server in which states, the task it leads to and the
#: name of the action.
_REQUESTS: tuple[Any, ...] = (
    ('start', (), [VMState.STOPPED], TaskState.POWERING_ON, ActionName.START),
    ('stop', (), [VMState.ACTIVE, VMState.ERROR],
     TaskState.POWERING_OFF, ActionName.STOP),
    ('pause', (), [VMState.ACTIVE], TaskState.PAUSING, ActionName.PAUSE),
    ('unpause', (), [VMState.PAUSED], TaskState.UNPAUSING, ActionName.UNPAUSE),
    ('suspend', (), [VMState.ACTIVE],
     TaskState.SUSPENDING, ActionName.SUSPEND),
    ('resume', (), [VMState.SUSPENDED], TaskState.RESUMING, ActionName.RESUME),
    ('reboot', ('SOFT',), [VMState.ACTIVE],
     TaskState.REBOOTING, ActionName.REBOOT),
    ('reboot', ('HARD',),
     [VMState.ACTIVE, VMState.STOPPED, VMState.PAUSED, VMState.SUSPENDED,
      VMState.ERROR],
     TaskState.REBOOTING_HARD, ActionName.REBOOT),
    ('resize', (), [VMState.ACTIVE, VMState.STOPPED],
     TaskState.RESIZE_PREP, ActionName.MIGRATE),
    ('live_migrate', (), [VMState.ACTIVE, VMState.PAUSED],
     TaskState.MIGRATING, ActionName.LIVE_MIGRATION),
)  # fmt: skip


class APITestCase(base.MessagingTestCase):
    """A test of the API without conductors and hosts."""

    def setUp(self) -> None:
        super().setUp()
        self.api = API(self.conf, self.rpc.transport)
        self.flavors = Catalogue(self.conf)

    def ask(
        self,
        method: str,
        instance: Instance,
        *args: Any,
        is_admin: bool = False,
        **kwargs: Any,
    ) -> None:
        context = servers.new_request(is_admin)
        getattr(self.api, method)(context, instance, *args, **kwargs)


class StatesTestCase(APITestCase):
    def setUp(self) -> None:
        super().setUp()
        servers.make_service('host1')

    def test_right_state(self) -> None:
        for method, args, states, task, action in _REQUESTS:
            for state in states:
                instance = servers.make_instance(vm_state=state)
                self.ask(method, instance, *args)
                self.assertEqual((state, task), servers.state(instance))
                self.assertEqual(task, instance.task_state)
                self.assertEqual([action], servers.actions(instance))

    def test_wrong_state(self) -> None:
        for method, args, states, _task, _action in _REQUESTS:
            for state in set(_ALL).difference(states):
                instance = servers.make_instance(vm_state=state)
                error = self.assertRaises(
                    exception.InstanceInvalidState,
                    self.ask,
                    method,
                    instance,
                    *args,
                )
                self.assertEqual('vm_state', error.kwargs['attr'])
                self.assertEqual([], servers.actions(instance))

    def test_something_is_being_done(self) -> None:
        for method, args, states, _task, _action in _REQUESTS:
            instance = servers.make_instance(
                vm_state=states[0], task_state=TaskState.POWERING_OFF
            )
            self.assertRaises(
                exception.InstanceInvalidState,
                self.ask,
                method,
                instance,
                *args,
            )
            self.assertEqual([], servers.actions(instance))

    def test_concurrent_request_wins(self) -> None:
        for method, args, states, _task, _action in _REQUESTS:
            instance = servers.make_instance(vm_state=states[0])
            now = servers.load(instance)
            now.task_state = TaskState.POWERING_OFF
            now.save()
            error = self.assertRaises(
                exception.InstanceInvalidState,
                self.ask,
                method,
                instance,
                *args,
            )
            self.assertEqual(TaskState.POWERING_OFF, error.kwargs['state'])
            self.assertEqual([], servers.actions(instance))

    def test_locked(self) -> None:
        for method, args, states, task, _action in _REQUESTS:
            instance = servers.make_instance(vm_state=states[0], locked=True)
            self.assertRaises(
                exception.InstanceIsLocked, self.ask, method, instance, *args
            )
            self.ask(method, instance, *args, is_admin=True)
            self.assertEqual(task, instance.task_state)

    def test_hard_reboot_cuts_short(self) -> None:
        for task in (TaskState.PAUSING, TaskState.REBOOTING):
            instance = servers.make_instance(task_state=task)
            self.ask('reboot', instance, 'HARD')
            self.assertEqual(TaskState.REBOOTING_HARD, instance.task_state)

    def test_server_on_no_host(self) -> None:
        instance = servers.make_instance(vm_state=VMState.ERROR, host=None)
        self.assertRaises(
            exception.InstanceNotReady, self.ask, 'stop', instance
        )

    def test_server_that_never_ran(self) -> None:
        instance = servers.make_instance(
            vm_state=VMState.ERROR, host=None, launched_at=None
        )
        error = self.assertRaises(
            exception.InstanceInvalidState,
            self.ask,
            'reboot',
            instance,
            'HARD',
        )
        self.assertEqual('launched_at', error.kwargs['attr'])


class CreateTestCase(APITestCase):
    def create(self, **kwargs: Any) -> tuple[Any, str]:
        return self.api.create(
            servers.new_request(),
            **{
                'flavor': self.flavors.get_by_id(2),
                'image_ref': servers.IMAGE,
                'display_name': 'My server!',
                **kwargs,
            },
        )

    def test_one(self) -> None:
        (instance,), reservation_id = self.create(
            metadata={'a': 'b'}, tags=['c'], display_description='d'
        )
        now = servers.load(instance)
        self.assertEqual(
            (VMState.BUILDING, TaskState.SCHEDULING), servers.state(instance)
        )
        self.assertEqual(
            (base.USER, base.PROJECT, 'My server!', 'my-server', 'd', 0),
            (now.user_id, now.project_id, now.display_name, now.hostname,
             now.display_description, now.launch_index),
        )  # fmt: skip
        self.assertEqual(
            (2, 2048, 1, 20, servers.IMAGE, {'a': 'b'}, ['c']),
            (now.instance_type_id, now.memory_mb, now.vcpus, now.root_gb,
             now.image_ref, now.metadata, now.tags),
        )  # fmt: skip
        self.assertRegex(reservation_id, '^r-[a-z0-9]{8}$')
        self.assertEqual([ActionName.CREATE], servers.actions(instance))

    def test_several(self) -> None:
        instances, reservation_id = self.create(min_count=2, max_count=3)
        self.assertEqual(
            ['My server!-1', 'My server!-2', 'My server!-3'],
            [instance.display_name for instance in instances],
        )
        self.assertEqual(
            [0, 1, 2], [instance.launch_index for instance in instances]
        )
        for instance in instances:
            self.assertEqual(reservation_id, instance.reservation_id)
            self.assertEqual([ActionName.CREATE], servers.actions(instance))

    def test_name_that_makes_no_hostname(self) -> None:
        (instance,), _reservation_id = self.create(display_name='!!!')
        self.assertEqual(f'Server-{instance.uuid}', instance.hostname)

    def test_too_many(self) -> None:
        self.assertRaises(
            exception.TooManyInstances, self.create, max_count=10**9
        )

    def test_zone(self) -> None:
        (instance,), _reservation_id = self.create(
            availability_zone='nova:host2'
        )
        self.assertEqual('nova', instance.availability_zone)
        self.assertEqual({'requested_host': 'host2'}, instance.system_metadata)
        for zone in ('mars', 'nova:host2:host2:host2'):
            self.assertRaises(
                exception.AvailabilityZoneNotFound,
                self.create,
                availability_zone=zone,
            )

    def test_unknown_host(self) -> None:
        self.assertRaises(
            exception.DestinationHostNotFound,
            self.create,
            requested_host='nowhere',
        )


class DeleteTestCase(APITestCase):
    def test_host_is_asked(self) -> None:
        servers.make_service('host1')
        instance = servers.make_instance()
        self.ask('delete', instance)
        self.assertEqual(TaskState.DELETING, instance.task_state)
        self.assertEqual([ActionName.DELETE], servers.actions(instance))

    def test_second_request_changes_nothing(self) -> None:
        servers.make_service('host1')
        instance = servers.make_instance(task_state=TaskState.DELETING)
        self.ask('delete', instance)
        self.assertEqual([], servers.actions(instance))
        self.ask('force_delete', instance)
        self.assertEqual([ActionName.DELETE], servers.actions(instance))

    def test_delete_without_its_host(self) -> None:
        servers.make_service('host1', forced_down=True)
        instance = servers.make_instance()
        self.ask('delete', instance)
        self.assertTrue(servers.load(instance).deleted)
        self.assertEqual([ActionName.DELETE], servers.actions(instance))

    def test_server_on_no_host_goes_at_once(self) -> None:
        instance = servers.make_instance(
            host=None,
            vm_state=VMState.BUILDING,
            task_state=TaskState.SCHEDULING,
            launched_at=None,
        )
        created = servers.make_action(instance, ActionName.CREATE)
        self.ask('delete', instance)
        self.assertTrue(servers.load(instance).deleted)
        self.assertEqual(
            [('conductor_schedule_and_build_instances', 'Error')],
            [(s, r) for s, _h, r in servers.steps(instance, created)],
        )

    def test_host_that_takes_it_meanwhile_is_asked(self) -> None:
        servers.make_service('host1')
        instance = servers.make_instance(
            host=None, task_state=TaskState.SCHEDULING
        )
        now = servers.load(instance)
        now.host = 'host1'
        now.task_state = TaskState.SPAWNING
        now.save()
        self.ask('delete', instance)
        self.assertEqual(TaskState.DELETING, instance.task_state)
        self.assertFalse(servers.load(instance).deleted)

    def test_locked(self) -> None:
        instance = servers.make_instance(locked=True)
        for method in ('delete', 'force_delete'):
            self.assertRaises(
                exception.InstanceIsLocked, self.ask, method, instance
            )


class MovesTestCase(APITestCase):
    def setUp(self) -> None:
        super().setUp()
        servers.make_service('host1')
        self.instance = servers.make_instance()

    def assertRefused(
        self, error: type[Exception], method: str, *args: Any
    ) -> None:
        self.assertRaises(error, self.ask, method, self.instance, *args)
        self.assertEqual([], servers.actions(self.instance))

    def test_same_flavor(self) -> None:
        self.assertRefused(
            exception.CannotResizeToSameFlavor,
            'resize',
            self.flavors.get_by_id(1),
        )

    def test_resize_is_another_action(self) -> None:
        self.ask('resize', self.instance, self.flavors.get_by_id(2))
        self.assertEqual([ActionName.RESIZE], servers.actions(self.instance))

    def test_same_host(self) -> None:
        self.assertRefused(
            exception.CannotMigrateToSameHost, 'resize', None, 'host1'
        )
        self.assertRefused(
            exception.CannotMigrateToSameHost, 'evacuate', 'host1'
        )

    def test_unknown_host(self) -> None:
        unknown = exception.DestinationHostNotFound
        self.assertRefused(unknown, 'resize', None, 'nowhere')
        self.assertRefused(unknown, 'live_migrate', 'nowhere')
        self.assertRefused(unknown, 'evacuate', 'nowhere')

    def test_evacuation_of_a_live_host(self) -> None:
        self.assertRefused(exception.ComputeServiceInUse, 'evacuate')

    def test_evacuation_amid_a_task(self) -> None:
        servers.make_service('host2', forced_down=True)
        instance = servers.make_instance(
            host='host2', node='host2', task_state=TaskState.POWERING_OFF
        )
        self.ask('evacuate', instance, 'host1', is_admin=True)
        self.assertEqual(TaskState.REBUILDING, instance.task_state)
        (migration,) = servers.migrations(instance)
        self.assertEqual(
            (MigrationType.EVACUATION, MigrationStatus.ACCEPTED,
             'host2', 'host2', 'host1', base.USER, base.PROJECT),
            (migration.migration_type, migration.status,
             migration.source_compute, migration.source_node,
             migration.dest_compute, migration.user_id,
             migration.project_id),
        )  # fmt: skip

    def test_nothing_to_confirm_or_revert(self) -> None:
        for method in ('confirm_resize', 'revert_resize'):
            instance = servers.make_instance(vm_state=VMState.RESIZED)
            self.assertRaises(
                exception.InstanceNotResized, self.ask, method, instance
            )
            self.assertEqual([], servers.actions(instance))

    def test_end_of_a_move_is_accepted_once(self) -> None:
        for method, status, error in (
            (
                'confirm_resize',
                MigrationStatus.CONFIRMING,
                exception.InstanceNotResized,
            ),
            (
                'revert_resize',
                MigrationStatus.REVERTING,
                exception.InstanceInvalidState,
            ),
        ):
            instance = servers.make_instance(vm_state=VMState.RESIZED)
            servers.make_migration(instance, status=MigrationStatus.FINISHED)
            self.ask(method, instance)
            self.assertEqual(status, servers.migrations(instance)[0].status)
            self.assertRaises(error, self.ask, method, instance)
            self.assertEqual(1, len(servers.actions(instance)))

    def test_steering_needs_a_running_migration(self) -> None:
        self.instance = servers.make_instance(task_state=TaskState.MIGRATING)
        migration = servers.make_migration(
            self.instance, status=MigrationStatus.QUEUED
        )
        wrong = exception.InvalidMigrationState
        self.assertRefused(wrong, 'live_migrate_abort', migration.id)
        self.assertRefused(wrong, 'live_migrate_force_complete', migration.id)
        self.assertRefused(
            exception.MigrationNotFoundForInstance,
            'live_migrate_abort',
            migration.id + 1,
        )
        self.ask(
            'live_migrate_abort',
            self.instance,
            migration.id,
            allow_queued=True,
        )
        self.assertEqual(
            [ActionName.LIVE_MIGRATION_CANCEL], servers.actions(self.instance)
        )

    def test_steering_needs_a_server_on_its_way(self) -> None:
        migration = servers.make_migration(
            self.instance, status=MigrationStatus.RUNNING
        )
        for method in ('live_migrate_abort', 'live_migrate_force_complete'):
            self.assertRefused(
                exception.InstanceInvalidState, method, migration.id
            )


class LockTestCase(APITestCase):
    def setUp(self) -> None:
        super().setUp()
        self.settings.set(host='controller')
        self.api = API(self.conf, self.rpc.transport)
        self.instance = servers.make_instance()

    def steps(self, method: str, *args: Any) -> list[servers.Step]:
        context = servers.new_request()
        getattr(self.api, method)(context, self.instance, *args)
        return servers.steps(self.instance, context)

    def test_owner_locks_and_unlocks(self) -> None:
        self.assertEqual(
            [('api_lock', 'controller', 'Success')],
            self.steps('lock', 'because'),
        )
        now = servers.load(self.instance)
        self.assertTrue(now.locked and self.instance.locked)
        self.assertEqual('owner', now.locked_by)
        self.assertEqual({'locked_reason': 'because'}, now.system_metadata)
        self.assertEqual(
            [('api_unlock', 'controller', 'Success')], self.steps('unlock')
        )
        now = servers.load(self.instance)
        self.assertFalse(now.locked)
        self.assertIsNone(now.locked_by)
        self.assertEqual({}, now.system_metadata)

    def test_notes_of_a_host_stay(self) -> None:
        now = servers.load(self.instance)
        now.system_metadata = {'old_vm_state': 'active'}
        now.save()
        for method in ('lock', 'unlock'):
            # It was read before the host began.
            self.instance.system_metadata = {}
            self.steps(method)
            self.assertEqual(
                {'old_vm_state': 'active'},
                servers.load(self.instance).system_metadata,
            )

    def test_owner_changes_nothing_about_a_lock(self) -> None:
        self.ask('lock', self.instance)
        self.ask('lock', self.instance, 'again')
        self.assertEqual([ActionName.LOCK], servers.actions(self.instance))

    def test_administrator_of_another_project(self) -> None:
        context = servers.new_request(is_admin=True)
        context.project_id = 'another'
        self.api.lock(context, self.instance)
        self.assertEqual('admin', self.instance.locked_by)

    def test_reset_state_ends_the_task(self) -> None:
        instance = servers.make_instance(task_state=TaskState.POWERING_OFF)
        stopped = servers.make_action(instance, ActionName.STOP)
        self.ask('reset_state', instance, 'error', is_admin=True)
        self.assertEqual((VMState.ERROR, None), servers.state(instance))
        self.assertEqual(
            [ActionName.STOP, ActionName.RESET_STATE],
            servers.actions(instance),
        )
        self.assertEqual(
            ['Error'], [r for _s, _h, r in servers.steps(instance, stopped)]
        )

    def test_update_is_no_action(self) -> None:
        self.ask('update', self.instance, display_name='renamed')
        self.assertEqual('renamed', servers.load(self.instance).display_name)
        self.assertEqual([], servers.actions(self.instance))
