# SPDX-License-Identifier: Apache-2.0
"""Redelivery or failure of operations that have not begun."""

from typing import Any

import fixtures
from oslo_db import exception as db_exception

from ext_lib.context import RequestContext
from nova_ext import action_events
from nova_ext import exception
from nova_ext import step_types
from nova_ext.conductor.redelivery import Backoff
from nova_ext.conductor.redelivery import Redelivery
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.tests import base
from nova_ext.tests.unit import servers
from nova_ext.tests.unit.wire import Wire

_AGAIN = (
    (ActionName.CREATE, TaskState.SCHEDULING, 'schedule_and_build_instances'),
    (ActionName.CREATE, TaskState.SPAWNING, 'build_and_run_instance'),
    (ActionName.START, TaskState.POWERING_ON, 'start_instance'),
    (ActionName.STOP, TaskState.POWERING_OFF, 'stop_instance'),
    (ActionName.REBOOT, TaskState.REBOOTING, 'reboot_instance'),
    (ActionName.REBOOT, TaskState.REBOOTING_HARD, 'reboot_instance'),
    (ActionName.PAUSE, TaskState.PAUSING, 'pause_instance'),
    (ActionName.UNPAUSE, TaskState.UNPAUSING, 'unpause_instance'),
    (ActionName.SUSPEND, TaskState.SUSPENDING, 'suspend_instance'),
    (ActionName.RESUME, TaskState.RESUMING, 'resume_instance'),
    (ActionName.DELETE, TaskState.DELETING, 'terminate_instance'),
)

#: Action, task, first step, type of migration, state afterwards.
_NEVER: tuple[tuple[str, str, str, str, str], ...] = (
    (ActionName.MIGRATE, TaskState.RESIZE_PREP, step_types.MIGRATE.event,
     MigrationType.MIGRATION, VMState.ACTIVE),
    (ActionName.RESIZE, TaskState.RESIZE_MIGRATED, step_types.MIGRATE.event,
     MigrationType.RESIZE, VMState.ERROR),
    (ActionName.LIVE_MIGRATION, TaskState.MIGRATING,
     step_types.LIVE_MIGRATE.event,
     MigrationType.LIVE_MIGRATION, VMState.ACTIVE),
    (ActionName.REBUILD, TaskState.REBUILDING, step_types.REBUILD_SERVER.event,
     MigrationType.EVACUATION, VMState.ERROR),
)  # fmt: skip

_LONG = 3600


class LostTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.wire = Wire()
        self.redelivery = Redelivery(
            'controller',
            self.wire,  # type: ignore[arg-type]
            self.wire,  # type: ignore[arg-type]
        )

    def accepted(
        self, action: str, task: str | None, **columns: Any
    ) -> tuple[Instance, RequestContext]:
        instance = servers.make_instance(task_state=task, **columns)
        return instance, servers.make_action(instance, action)

    def sent(self, lost_after: float = 0) -> list[str]:
        """Look, and return what was sent again."""
        self.redelivery.run(lost_after)
        sent, self.wire.sent = self.wire.sent, []
        return sent


class AgainTestCase(LostTestCase):
    def test_idempotent_messages_are_redelivered(self) -> None:
        for action, task, message in _AGAIN:
            instance, request = self.accepted(action, task)
            self.assertEqual([message], self.sent(), task)
            self.assertEqual([], self.sent(), task)
            self.assertEqual([], servers.steps(instance, request))
            self.assertEqual((VMState.ACTIVE, task), servers.state(instance))
            servers.load(instance).destroy()

    def test_message_that_may_be_on_its_way_is_waited_for(self) -> None:
        for action, task, _message in _AGAIN:
            self.accepted(action, task)
        self.assertEqual([], self.sent(_LONG))

    def test_what_runs_is_waited_for(self) -> None:
        instance, request = self.accepted(
            ActionName.STOP, TaskState.POWERING_OFF
        )
        action_events.Step(
            request, instance.uuid, 'compute_stop_instance', 'host1'
        ).begin()
        self.assertEqual([], self.sent())

    def test_second_half_of_a_move_back(self) -> None:
        instance, request = self.accepted(
            ActionName.REVERT_RESIZE,
            TaskState.RESIZE_REVERTING,
            vm_state=VMState.RESIZED,
            host='host2',
        )
        servers.make_migration(instance, status=MigrationStatus.REVERTING)
        self.assertEqual(['revert_resize'], self.sent())
        with action_events.Step(
            request, instance.uuid, 'compute_revert_resize', 'host2'
        ).recorded():
            pass
        self.redelivery._backoff = Backoff()
        self.assertEqual(['finish_revert_resize'], self.sent())

    def test_confirmation(self) -> None:
        instance, _request = self.accepted(
            ActionName.CONFIRM_RESIZE, None, vm_state=VMState.RESIZED
        )
        servers.make_migration(instance, status=MigrationStatus.CONFIRMING)
        self.assertEqual([], self.sent(_LONG))
        self.assertEqual(['confirm_resize'], self.sent())


class NeverTestCase(LostTestCase):
    def test_no_host_to_send_to(self) -> None:
        for name, task, step in (
            (ActionName.REBOOT, TaskState.REBOOTING, step_types.REBOOT),
            (ActionName.DELETE, TaskState.DELETING, step_types.TERMINATE),
        ):
            instance, request = self.accepted(name, task, host=None)
            self.assertEqual([], self.sent())
            self.assertEqual(
                [(step.event, 'controller', 'Error')],
                servers.steps(instance, request),
            )

    def test_moves_end(self) -> None:
        for action, task, step, kind, after in _NEVER:
            instance, request = self.accepted(action, task)
            servers.make_migration(instance, migration_type=kind)
            self.assertEqual([], self.sent(_LONG))
            self.assertEqual([], servers.steps(instance, request))
            self.assertEqual([], self.sent())
            self.assertEqual(
                [(step, 'controller', 'Error')],
                servers.steps(instance, request),
            )
            self.assertEqual((after, None), servers.state(instance), task)
            self.assertIn(
                servers.migrations(instance)[0].status, MigrationStatus.ENDED
            )

    def test_task_whose_action_has_failed_is_dropped(self) -> None:
        for action, task, after in (
            (ActionName.STOP, TaskState.POWERING_OFF, VMState.ACTIVE),
            (ActionName.CREATE, TaskState.SPAWNING, VMState.ERROR),
            (ActionName.MIGRATE, TaskState.RESIZE_PREP, VMState.ACTIVE),
        ):
            instance, request = self.accepted(action, task)
            error = exception.VirtDriverError(method='power_off')
            action_events.Step(request, instance.uuid, 'a_step', 'host1').fail(
                error
            )
            self.assertEqual([], self.sent())
            self.assertEqual((after, None), servers.state(instance))

    def test_task_without_an_action_is_dropped(self) -> None:
        instance = servers.make_instance(task_state=TaskState.POWERING_OFF)
        self.assertEqual([], self.sent(_LONG))
        self.assertEqual(
            (VMState.ACTIVE, TaskState.POWERING_OFF), servers.state(instance)
        )
        self.assertEqual([], self.sent())
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))

    def test_abandoned_migration_ends(self) -> None:
        instance = servers.make_instance()
        servers.make_migration(instance)
        gone = servers.make_instance()
        servers.make_migration(gone)
        self.assertEqual([], self.sent())
        self.assertEqual(
            [MigrationStatus.ERROR],
            [migration.status for migration in servers.migrations(instance)],
        )

    def test_live_migration_that_has_arrived_is_complete(self) -> None:
        instance = servers.make_instance(host='host2')
        servers.make_migration(
            instance,
            migration_type=MigrationType.LIVE_MIGRATION,
            status=MigrationStatus.RUNNING,
        )
        self.assertEqual([], self.sent())
        self.assertEqual(
            MigrationStatus.COMPLETED,
            servers.migrations(instance)[0].status,
        )

    def test_finished_move_waits_for_the_user(self) -> None:
        instance = servers.make_instance(vm_state=VMState.RESIZED)
        servers.make_migration(instance, status=MigrationStatus.FINISHED)
        self.assertEqual([], self.sent())
        self.assertEqual(
            MigrationStatus.FINISHED, servers.migrations(instance)[0].status
        )

    def test_what_was_overtaken_ends(self) -> None:
        instance, paused = self.accepted(
            ActionName.PAUSE, TaskState.REBOOTING_HARD
        )
        servers.make_action(instance, ActionName.REBOOT)
        self.assertEqual(['reboot_instance'], self.sent())
        self.assertEqual(
            [('compute_pause_instance', 'controller', 'Error')],
            servers.steps(instance, paused),
        )


class SweepTestCase(LostTestCase):
    def test_failure_for_one_server_does_not_end_the_sweep(self) -> None:
        broken, _request = self.accepted(
            ActionName.STOP, TaskState.POWERING_OFF
        )
        self.accepted(ActionName.START, TaskState.POWERING_ON)
        get = InstanceActionList.get_by_instance_uuid

        def fail_for_one(context: Any, uuid: str, **kwargs: Any) -> Any:
            if uuid == broken.uuid:
                raise db_exception.DBError()
            return get(context, uuid, **kwargs)

        self.useFixture(
            fixtures.MonkeyPatch(
                'nova_ext.objects.instance_action.InstanceActionList'
                '.get_by_instance_uuid',
                staticmethod(fail_for_one),
            )
        )
        log = self.useFixture(fixtures.FakeLogger())
        self.assertEqual(['start_instance'], self.sent())
        self.assertIn(f'Instance {broken.uuid}: redelivery failed', log.output)
