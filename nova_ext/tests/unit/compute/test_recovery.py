# SPDX-License-Identifier: Apache-2.0
"""Recovery of open steps by a host that starts again."""

from typing import Any

from ext_lib.context import RequestContext
from nova_ext import action_events
from nova_ext.compute.manager import ComputeManager
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.tests import base
from nova_ext.tests.unit import servers
from nova_ext.virt.fake import FakeDriver

#: Action, step, task, state before, state after it was done again.
_AGAIN = (
    (ActionName.START, 'compute_start_instance',
     TaskState.POWERING_ON, VMState.STOPPED, VMState.ACTIVE),
    (ActionName.STOP, 'compute_stop_instance',
     TaskState.POWERING_OFF, VMState.ACTIVE, VMState.STOPPED),
    (ActionName.REBOOT, 'compute_reboot_instance',
     TaskState.REBOOT_STARTED, VMState.ACTIVE, VMState.ACTIVE),
    (ActionName.REBOOT, 'compute_reboot_instance',
     TaskState.REBOOT_STARTED_HARD, VMState.ERROR, VMState.ACTIVE),
    (ActionName.PAUSE, 'compute_pause_instance',
     TaskState.PAUSING, VMState.ACTIVE, VMState.PAUSED),
    (ActionName.UNPAUSE, 'compute_unpause_instance',
     TaskState.UNPAUSING, VMState.PAUSED, VMState.ACTIVE),
    (ActionName.SUSPEND, 'compute_suspend_instance',
     TaskState.SUSPENDING, VMState.ACTIVE, VMState.SUSPENDED),
    (ActionName.RESUME, 'compute_resume_instance',
     TaskState.RESUMING, VMState.SUSPENDED, VMState.ACTIVE),
    (ActionName.CREATE, 'compute__do_build_and_run_instance',
     TaskState.SPAWNING, VMState.BUILDING, VMState.ACTIVE),
    (ActionName.DELETE, 'compute_terminate_instance',
     TaskState.DELETING, VMState.ACTIVE, VMState.DELETED),
)  # fmt: skip

#: Likewise, and what becomes of a migration of a type; none is done again.
_NEVER = (
    (ActionName.MIGRATE, 'compute_resize_instance', TaskState.RESIZE_MIGRATING,
     VMState.ACTIVE, VMState.ACTIVE,
     MigrationType.MIGRATION, MigrationStatus.ERROR),
    (ActionName.MIGRATE, 'compute_resize_instance', TaskState.RESIZE_MIGRATED,
     VMState.ACTIVE, VMState.ERROR,
     MigrationType.MIGRATION, MigrationStatus.ERROR),
    (ActionName.RESIZE, 'compute_finish_resize', TaskState.RESIZE_FINISH,
     VMState.ACTIVE, VMState.ERROR,
     MigrationType.RESIZE, MigrationStatus.ERROR),
    (ActionName.RESIZE, 'compute_prep_resize', TaskState.RESIZE_PREP,
     VMState.ACTIVE, VMState.ACTIVE,
     MigrationType.RESIZE, MigrationStatus.ERROR),
    (ActionName.LIVE_MIGRATION, 'compute_live_migration', TaskState.MIGRATING,
     VMState.ACTIVE, VMState.ACTIVE,
     MigrationType.LIVE_MIGRATION, MigrationStatus.ERROR),
    (ActionName.EVACUATE, 'compute_rebuild_instance',
     TaskState.REBUILD_SPAWNING, VMState.ACTIVE, VMState.ERROR,
     MigrationType.EVACUATION, MigrationStatus.FAILED),
)  # fmt: skip


class RecoveryTestCase(base.MessagingTestCase):
    def begun(
        self, action: str, step: str, **columns: Any
    ) -> tuple[Instance, RequestContext]:
        """Return a server that host1 was working on when it died."""
        instance = servers.make_instance(**columns)
        request = servers.make_action(instance, action)
        action_events.Step(request, instance.uuid, step, 'host1').begin()
        return instance, request

    def start(self) -> ComputeManager:
        """Start host1 and wait until it has recovered all steps."""
        self.driver = FakeDriver(self.conf)
        manager = ComputeManager(
            self.conf, self.rpc.transport, self.driver, 'host1'
        )
        manager.init_host()
        manager._recovery._pool.shutdown()
        self.addCleanup(manager.cleanup_host)
        return manager

    def assertStep(
        self,
        result: str | None,
        step: str,
        instance: Instance,
        request: RequestContext,
    ) -> None:
        self.assertEqual(
            [(step, 'host1', result)], servers.steps(instance, request), step
        )


class AgainTestCase(RecoveryTestCase):
    def test_idempotent_steps_are_retried(self) -> None:
        begun = [
            self.begun(action, step, task_state=task, vm_state=before)
            for action, step, task, before, _after in _AGAIN
        ]
        self.start()
        for case, (instance, request) in zip(_AGAIN, begun, strict=True):
            _action, step, _task, _before, after = case
            self.assertStep('Success', step, instance, request)
            self.assertEqual((after, None), servers.state(instance), step)

    def test_what_was_done_is_not(self) -> None:
        instance, request = self.begun(
            ActionName.STOP,
            'compute_stop_instance',
            vm_state=VMState.STOPPED,
            metadata={'fake:fail': 'power_off'},
        )
        self.start()
        self.assertStep('Success', 'compute_stop_instance', instance, request)

    def test_failure_is_one(self) -> None:
        instance, request = self.begun(
            ActionName.STOP,
            'compute_stop_instance',
            task_state=TaskState.POWERING_OFF,
            metadata={'fake:fail': 'power_off'},
        )
        self.start()
        self.assertStep('Error', 'compute_stop_instance', instance, request)
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))

    def test_ends_of_moves_are_done_again(self) -> None:
        for action, step, task, status in (
            (ActionName.CONFIRM_RESIZE, 'compute_confirm_resize', None,
             MigrationStatus.CONFIRMED),
            (ActionName.REVERT_RESIZE, 'compute_finish_revert_resize',
             TaskState.RESIZE_REVERTING, MigrationStatus.REVERTED),
        ):  # fmt: skip
            memory = {
                'instance_type_id': '1', 'memory_mb': '512', 'vcpus': '1',
                'root_gb': '1', 'ephemeral_gb': '0', 'vm_state': 'active',
            }  # fmt: skip
            instance, request = self.begun(
                action,
                step,
                vm_state=VMState.RESIZED,
                task_state=task,
                host='host2',
                system_metadata={f'old_{k}': v for k, v in memory.items()},
            )
            servers.make_migration(
                instance,
                status=(
                    MigrationStatus.REVERTING
                    if task
                    else MigrationStatus.CONFIRMING
                ),
            )
            self.start()
            self.assertStep('Success', step, instance, request)
            self.assertEqual((VMState.ACTIVE, None), servers.state(instance))
            self.assertEqual(
                status, servers.migrations(instance)[-1].status, step
            )


class NeverTestCase(RecoveryTestCase):
    def test_moves_end(self) -> None:
        for action, step, task, before, after, kind, status in _NEVER:
            instance, request = self.begun(
                action, step, task_state=task, vm_state=before
            )
            is_evacuation = kind == MigrationType.EVACUATION
            servers.make_migration(
                instance,
                migration_type=kind,
                source_compute='host2' if is_evacuation else 'host1',
            )
            self.start()
            self.assertStep('Error', step, instance, request)
            self.assertEqual((after, None), servers.state(instance), step)
            migration = servers.migrations(instance)[-1]
            self.assertEqual(status, migration.status, step)
            fault = servers.load(instance).fault
            assert fault is not None
            self.assertIn('host1 ended amid', str(fault.message))

    def test_rebuild_ends(self) -> None:
        instance, request = self.begun(
            ActionName.REBUILD,
            'compute_rebuild_instance',
            task_state=TaskState.REBUILDING,
        )
        self.start()
        self.assertStep('Error', 'compute_rebuild_instance', instance, request)
        self.assertEqual((VMState.ERROR, None), servers.state(instance))

    def test_steering_ends_with_the_live_migration(self) -> None:
        instance, _request = self.begun(
            ActionName.LIVE_MIGRATION,
            'compute_live_migration',
            task_state=TaskState.MIGRATING,
        )
        request = servers.make_action(
            instance, ActionName.LIVE_MIGRATION_CANCEL
        )
        self.start()
        self.assertStep(
            'Error', 'compute_live_migration_abort', instance, request
        )

    def test_live_migration_that_was_done_is_complete(self) -> None:
        instance, request = self.begun(
            ActionName.LIVE_MIGRATION, 'compute_live_migration', host='host2'
        )
        servers.make_migration(
            instance,
            migration_type=MigrationType.LIVE_MIGRATION,
            status=MigrationStatus.RUNNING,
        )
        self.start()
        self.assertStep('Success', 'compute_live_migration', instance, request)
        self.assertEqual(
            MigrationStatus.COMPLETED,
            servers.migrations(instance)[-1].status,
        )

    def test_resize_that_went_on_elsewhere_was_done_here(self) -> None:
        instance, request = self.begun(
            ActionName.MIGRATE,
            'compute_resize_instance',
            vm_state=VMState.RESIZED,
            host='host2',
        )
        self.start()
        self.assertStep(
            'Success', 'compute_resize_instance', instance, request
        )


class GoneTestCase(RecoveryTestCase):
    def test_deleted_server(self) -> None:
        stopped, request = self.begun(ActionName.STOP, 'compute_stop_instance')
        servers.load(stopped).destroy()
        deleted, deletion = self.begun(
            ActionName.DELETE, 'compute_terminate_instance'
        )
        servers.load(deleted).destroy()
        self.start()
        self.assertStep('Error', 'compute_stop_instance', stopped, request)
        self.assertStep(
            'Success', 'compute_terminate_instance', deleted, deletion
        )

    def test_evacuated_server_is_left_alone(self) -> None:
        instance, request = self.begun(
            ActionName.STOP, 'compute_stop_instance', host='host2'
        )
        servers.make_migration(
            instance,
            migration_type=MigrationType.EVACUATION,
            status=MigrationStatus.DONE,
        )
        self.start()
        self.assertStep('Error', 'compute_stop_instance', instance, request)
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))
        self.assertEqual([], self.driver.list_instance_uuids())
        self.assertEqual(
            MigrationStatus.COMPLETED,
            servers.migrations(instance)[-1].status,
        )

    def test_evacuation_that_runs_is_not_disturbed(self) -> None:
        instance, request = self.begun(
            ActionName.REBUILD,
            'compute_rebuild_instance',
            task_state=TaskState.REBUILDING,
        )
        servers.make_migration(
            instance,
            migration_type=MigrationType.EVACUATION,
            status=MigrationStatus.ACCEPTED,
        )
        self.start()
        self.assertStep('Error', 'compute_rebuild_instance', instance, request)
        self.assertEqual(
            (VMState.ACTIVE, TaskState.REBUILDING), servers.state(instance)
        )


class ServiceStartTestCase(RecoveryTestCase):
    def test_guests_run_again(self) -> None:
        instance = servers.make_instance()
        servers.make_instance(host='host2')
        self.start()
        self.assertEqual([instance.uuid], self.driver.list_instance_uuids())

    def test_what_was_not_begun_is_left_to_others(self) -> None:
        instance = servers.make_instance(task_state=TaskState.POWERING_OFF)
        request = servers.make_action(instance, ActionName.STOP)
        self.start()
        self.assertEqual([], servers.steps(instance, request))
        self.assertEqual(
            (VMState.ACTIVE, TaskState.POWERING_OFF), servers.state(instance)
        )

    def test_what_runs_is_left_alone(self) -> None:
        manager = self.start()
        instance, request = self.begun(
            ActionName.REBUILD, 'compute_rebuild_instance'
        )
        with manager.host.running.step(
            instance.uuid, 'compute_rebuild_instance'
        ):
            manager._recovery.recover()
        self.assertStep(None, 'compute_rebuild_instance', instance, request)
        manager._recovery.recover()
        self.assertEqual(
            ['Success'], [r for _s, _h, r in servers.steps(instance, request)]
        )
