# SPDX-License-Identifier: Apache-2.0
"""A conductor that comes back ends what it had begun."""

from ext_lib.context import RequestContext
from nova_ext import events
from nova_ext.conductor.recovery import Recovery
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.tests import base
from nova_ext.tests.unit import servers

#: Action, step, the next one, task, type of migration, state afterwards.
_STEPS = (
    (ActionName.MIGRATE, events.MIGRATE, 'compute_prep_resize',
     TaskState.RESIZE_PREP, MigrationType.MIGRATION, VMState.ACTIVE),
    (ActionName.LIVE_MIGRATION, events.LIVE_MIGRATE, 'compute_live_migration',
     TaskState.MIGRATING, MigrationType.LIVE_MIGRATION, VMState.ACTIVE),
    (ActionName.EVACUATE, events.REBUILD, 'compute_rebuild_instance',
     TaskState.REBUILDING, MigrationType.EVACUATION, VMState.ERROR),
)  # fmt: skip

_LONG = 3600


class RecoveryTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.recovery = Recovery('controller')

    def begun(
        self, action: str, step: str, task: str, kind: str
    ) -> tuple[Instance, RequestContext]:
        instance = servers.make_instance(task_state=task)
        request = servers.make_action(instance, action)
        events.begin(request, instance.uuid, step, 'controller')
        servers.make_migration(instance, migration_type=kind)
        return instance, request

    def test_move_that_no_host_began_ends(self) -> None:
        for action, step, _next, task, kind, after in _STEPS:
            instance, request = self.begun(action, step, task, kind)
            self.recovery.settle()
            self.assertEqual(
                [(step, 'controller', 'Error')],
                servers.steps(instance, request),
            )
            self.assertEqual((after, None), servers.state(instance))
            self.assertIn(
                servers.migrations(instance)[0].status,
                (MigrationStatus.ERROR, MigrationStatus.FAILED),
            )

    def test_move_that_a_host_began_goes_on(self) -> None:
        for action, step, following, task, kind, _after in _STEPS:
            instance, request = self.begun(action, step, task, kind)
            events.begin(request, instance.uuid, following, 'host2')
            self.recovery.settle()
            self.assertEqual(
                [(step, 'controller', 'Success'), (following, 'host2', None)],
                servers.steps(instance, request),
            )
            self.assertEqual((VMState.ACTIVE, task), servers.state(instance))

    def test_what_may_still_run_is_left_alone(self) -> None:
        action, step, _next, task, kind, _after = _STEPS[0]
        instance, request = self.begun(action, step, task, kind)
        self.recovery.settle(patience=_LONG)
        self.assertEqual(
            [(step, 'controller', None)], servers.steps(instance, request)
        )

    def test_other_services_are_left_alone(self) -> None:
        action, step, _next, task, kind, _after = _STEPS[0]
        instance, request = self.begun(action, step, task, kind)
        Recovery('another').settle()
        self.assertEqual(
            [(step, 'controller', None)], servers.steps(instance, request)
        )

    def test_migration_of_a_deleted_server_ends(self) -> None:
        action, step, _next, task, kind, _after = _STEPS[0]
        instance, request = self.begun(action, step, task, kind)
        servers.load(instance).destroy()
        servers.make_migration(instance, migration_type=kind)
        self.recovery.settle()
        self.assertEqual(
            [(step, 'controller', 'Error')], servers.steps(instance, request)
        )
        self.assertEqual(
            [MigrationStatus.ERROR],
            [migration.status for migration in servers.migrations(instance)],
        )
