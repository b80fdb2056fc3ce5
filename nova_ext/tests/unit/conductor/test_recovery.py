# SPDX-License-Identifier: Apache-2.0
"""A conductor ends what it had begun, and others do if it is gone."""

import datetime
from typing import Any

import fixtures
from oslo_utils import fixture as utils_fixture
from oslo_utils import timeutils

from ext_lib.context import RequestContext
from nova_ext import action_events
from nova_ext import step_types
from nova_ext.conductor.recovery import ConductorRecovery
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.service import Service
from nova_ext.tests import base
from nova_ext.tests.unit import servers

#: Action, step, the next one, task, type of migration, state afterwards.
_STEPS = (
    (ActionName.MIGRATE, step_types.MIGRATE.event, 'compute_prep_resize',
     TaskState.RESIZE_PREP, MigrationType.MIGRATION, VMState.ACTIVE),
    (ActionName.LIVE_MIGRATION,
     step_types.LIVE_MIGRATE.event, 'compute_live_migration',
     TaskState.MIGRATING, MigrationType.LIVE_MIGRATION, VMState.ACTIVE),
    (ActionName.EVACUATE,
     step_types.REBUILD_SERVER.event, 'compute_rebuild_instance',
     TaskState.REBUILDING, MigrationType.EVACUATION, VMState.ERROR),
)  # fmt: skip

_LONG = 3600
_SHORT = 60


def _ago(seconds: float) -> datetime.datetime:
    return timeutils.utcnow() - datetime.timedelta(seconds=seconds)


class BegunTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.recovery = ConductorRecovery('controller')

    def begun(
        self, action: str, step: str, task: str, kind: str
    ) -> tuple[Instance, RequestContext]:
        instance = servers.make_instance(task_state=task)
        request = servers.make_action(instance, action)
        action_events.Step(request, instance.uuid, step, 'controller').begin()
        servers.make_migration(instance, migration_type=kind)
        return instance, request


class RecoveryTestCase(BegunTestCase):
    def test_move_that_no_host_began_ends(self) -> None:
        for action, step, _next, task, kind, after in _STEPS:
            instance, request = self.begun(action, step, task, kind)
            self.recovery.recover()
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
            action_events.Step(
                request, instance.uuid, following, 'host2'
            ).begin()
            self.recovery.recover()
            self.assertEqual(
                [(step, 'controller', 'Success'), (following, 'host2', None)],
                servers.steps(instance, request),
            )
            self.assertEqual((VMState.ACTIVE, task), servers.state(instance))

    def test_what_may_still_run_is_left_alone(self) -> None:
        action, step, _next, task, kind, _after = _STEPS[0]
        instance, request = self.begun(action, step, task, kind)
        self.recovery.recover(min_age=_LONG)
        self.assertEqual(
            [(step, 'controller', None)], servers.steps(instance, request)
        )

    def test_other_services_are_left_alone(self) -> None:
        action, step, _next, task, kind, _after = _STEPS[0]
        instance, request = self.begun(action, step, task, kind)
        ConductorRecovery('another').recover()
        self.assertEqual(
            [(step, 'controller', None)], servers.steps(instance, request)
        )

    def test_migration_of_a_deleted_server_ends(self) -> None:
        action, step, _next, task, kind, _after = _STEPS[0]
        instance, request = self.begun(action, step, task, kind)
        servers.load(instance).destroy()
        servers.make_migration(instance, migration_type=kind)
        self.recovery.recover()
        self.assertEqual(
            [(step, 'controller', 'Error')], servers.steps(instance, request)
        )
        self.assertEqual(
            [MigrationStatus.ERROR],
            [migration.status for migration in servers.migrations(instance)],
        )

    def test_steps_of_a_compute_host_of_the_same_name_are_its_own(
        self,
    ) -> None:
        servers.make_service('controller')
        action, step, _next, task, kind, _after = _STEPS[0]
        instance, request = self.begun(action, step, task, kind)
        action_events.Step(
            request, instance.uuid, 'compute_stop', 'controller'
        ).begin()
        self.recovery.recover()
        self.assertEqual(
            [
                (step, 'controller', 'Error'),
                ('compute_stop', 'controller', None),
            ],
            servers.steps(instance, request),
        )

    def test_what_came_after_is_left_alone(self) -> None:
        action, step, _next, task, kind, _after = _STEPS[0]
        instance, request = self.begun(action, step, task, kind)
        finish = action_events.Step.finish

        def finish_too_late(step: action_events.Step, error: Any) -> bool:
            # Another conductor is faster, and so is the user.
            finish(step)
            return finish(step, error)

        self.useFixture(
            fixtures.MonkeyPatch(
                'nova_ext.action_events.Step.finish', finish_too_late
            )
        )
        self.recovery.recover()
        self.assertEqual(
            [(step, 'controller', 'Success')],
            servers.steps(instance, request),
        )
        self.assertEqual((VMState.ACTIVE, task), servers.state(instance))


class OthersTestCase(BegunTestCase):
    """Recovery by another conductor of steps that this one has begun."""

    def setUp(self) -> None:
        super().setUp()
        self.useFixture(utils_fixture.TimeFixture(_ago(_LONG)))
        action, self.step, _next, task, kind, _after = _STEPS[0]
        self.instance, self.request = self.begun(action, self.step, task, kind)
        timeutils.clear_time_override()
        self.another = ConductorRecovery('another')

    def record(self, host: str, silent: float, **columns: Any) -> Service:
        return servers.make_service(
            host,
            binary='nova-conductor',
            topic='conductor',
            last_seen_up=_ago(silent),
            **columns,
        )

    def result(self) -> str | None:
        """Look, and return what became of the step."""
        self.another.recover_others(_SHORT)
        ((_name, _host, result),) = servers.steps(self.instance, self.request)
        return result

    def assertEnded(self) -> None:
        self.assertEqual('Error', self.result())
        self.assertEqual((VMState.ACTIVE, None), servers.state(self.instance))
        self.assertEqual(
            MigrationStatus.ERROR, servers.migrations(self.instance)[0].status
        )

    def test_silent_conductor(self) -> None:
        self.record('controller', _LONG)
        self.assertEnded()

    def test_deleted_conductor(self) -> None:
        self.record('controller', _LONG).destroy()
        self.assertEnded()

    def test_conductor_that_lives(self) -> None:
        self.record('controller', 0)
        self.assertIsNone(self.result())

    def test_conductor_that_was_deleted_and_lives(self) -> None:
        self.record('controller', _LONG).destroy()
        self.record('controller', 0)
        self.assertIsNone(self.result())

    def test_conductor_that_is_silent_for_short(self) -> None:
        self.record('controller', _SHORT / 2)
        self.assertIsNone(self.result())

    def test_oneself(self) -> None:
        self.record('controller', _LONG)
        self.recovery.recover_others(_SHORT)
        self.assertIsNone(servers.steps(self.instance, self.request)[0][-1])

    def test_step_that_has_only_begun(self) -> None:
        self.record('controller', _LONG)
        action_events.Step(
            self.request,
            self.instance.uuid,
            step_types.COLD_MIGRATE.event,
            'controller',
        ).begin()
        self.another.recover_others(_SHORT)
        self.assertEqual(
            [
                (self.step, 'controller', 'Error'),
                (step_types.COLD_MIGRATE.event, 'controller', None),
            ],
            servers.steps(self.instance, self.request),
        )
