# SPDX-License-Identifier: Apache-2.0
"""Every operation runs once, alone, on the present server, and ends."""

import threading

from oslo_db import exception as db_exception
import oslo_messaging as messaging

from ext_lib import indirection
from ext_lib.context import RequestContext
from nova_ext import action_events
from nova_ext import exception
from nova_ext import step_types
from nova_ext.compute import host_step
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.tests.unit import servers
from nova_ext.tests.unit.compute import base
from nova_ext.virt.driver import Interrupted


class _Steps:
    def __init__(self, host: host_step.Host) -> None:
        self.host = host
        self.seen: list[Instance] = []
        self.error: BaseException | None = None
        self.refused: list[str] = []

    def _refuse(failure: host_step.Failure) -> None:  # type: ignore[misc]
        failure.arguments['seen'].append('refused')

    @host_step.host_step(step_types.STOP, host_step.set_error, _refuse)
    def stop_instance(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        seen: list[str],
    ) -> str:
        self.seen.append(instance)
        if self.error is not None:
            raise self.error
        return 'result'


class OperationTestCase(base.HostTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.operations = _Steps(self.host)
        self.instance = servers.make_instance(
            task_state=TaskState.POWERING_OFF
        )
        self.request = servers.make_action(self.instance)
        self.seen: list[str] = []

    def run_it(self) -> object:
        return self.operations.stop_instance(
            self.request, instance=self.instance, seen=self.seen
        )

    def resume_it(self) -> object:
        step = action_events.Step(
            self.request,
            self.instance.uuid,
            'compute_stop_instance',
            'host1',
            is_resumed=True,
        )
        return self.operations.stop_instance(
            self.request, instance=self.instance, step=step, seen=self.seen
        )

    def assertStep(self, result: str | None) -> None:
        self.assertEqual(
            [('compute_stop_instance', 'host1', result)],
            servers.steps(self.instance, self.request),
        )

    def test_it_gets_the_server_as_it_is_now(self) -> None:
        now = servers.load(self.instance)
        now.display_name = 'renamed'
        now.save()
        self.assertEqual('result', self.run_it())
        self.assertEqual('renamed', self.operations.seen[0].display_name)
        self.assertStep('Success')

    def test_redelivered_message_is_carried_out_once(self) -> None:
        self.run_it()
        self.assertIsNone(self.run_it())
        self.assertEqual(1, len(self.operations.seen))
        self.assertStep('Success')

    def test_failure_is_told_before_the_task_ends(self) -> None:
        self.operations.error = exception.VirtDriverError(method='power_off')
        self.assertRaises(exception.VirtDriverError, self.run_it)
        self.assertStep('Error')
        now = servers.load(self.instance)
        self.assertEqual((VMState.ERROR, None), servers.state(self.instance))
        assert now.fault is not None
        self.assertIn('power_off', str(now.fault.message))
        self.assertEqual('host1', now.fault.host)
        self.assertEqual([], self.seen)

    def test_outage_is_no_failure(self) -> None:
        for error in (
            db_exception.DBConnectionError(),
            messaging.RemoteError('DBConnectionError', 'gone away'),
            indirection.NoAnswer('the conductor died amid its answer'),
        ):
            with self.subTest(error=error):
                self.operations.error = error
                self.assertRaises(type(error), self.run_it)
                self.assertStep(None)
                self.assertIsNone(servers.load(self.instance).fault)
                self.assertEqual(
                    (VMState.ACTIVE, TaskState.POWERING_OFF),
                    servers.state(self.instance),
                )
                # What it was is known, once the host has seen to it.
                self.operations.error = None
                self.assertEqual('result', self.resume_it())
                self.assertStep('Success')
            self.request = servers.make_action(self.instance)

    def test_it_is_one_the_second_time(self) -> None:
        self.operations.error = db_exception.DBConnectionError()
        self.assertRaises(db_exception.DBConnectionError, self.run_it)
        self.assertRaises(db_exception.DBConnectionError, self.resume_it)
        self.assertStep('Error')
        self.assertEqual((VMState.ERROR, None), servers.state(self.instance))

    def test_another_task_is_left_alone(self) -> None:
        now = servers.load(self.instance)
        now.task_state = TaskState.DELETING
        now.save()
        self.assertRaises(exception.UnexpectedTaskStateError, self.run_it)
        self.assertStep('Error')
        self.assertEqual([], self.operations.seen)
        self.assertEqual(['refused'], self.seen)
        self.assertEqual(
            (VMState.ACTIVE, TaskState.DELETING), servers.state(self.instance)
        )

    def test_server_that_went_elsewhere_is_left_alone(self) -> None:
        now = servers.load(self.instance)
        now.host = 'host2'
        now.save()
        self.assertRaises(exception.HostEvacuated, self.run_it)
        self.assertStep('Error')
        self.assertEqual([], self.operations.seen)
        self.assertEqual(
            (VMState.ACTIVE, TaskState.POWERING_OFF),
            servers.state(self.instance),
        )

    def test_task_that_began_meanwhile_is_left_alone(self) -> None:
        def fail() -> None:
            now = servers.load(self.instance)
            now.task_state = TaskState.DELETING
            now.save()

        self.operations.seen = _Trigger(fail)
        self.operations.error = exception.VirtDriverError(method='power_off')
        self.assertRaises(exception.VirtDriverError, self.run_it)
        self.assertEqual(
            (VMState.ACTIVE, TaskState.DELETING), servers.state(self.instance)
        )

    def test_server_that_is_gone_ends_in_an_error(self) -> None:
        servers.load(self.instance).destroy()
        self.assertRaises(exception.InstanceNotFound, self.run_it)
        self.assertStep('Error')
        self.assertEqual(['refused'], self.seen)

    def test_end_of_the_process_leaves_everything_as_it_is(self) -> None:
        self.operations.error = Interrupted()
        self.assertRaises(Interrupted, self.run_it)
        self.assertStep(None)
        self.assertEqual(
            (VMState.ACTIVE, TaskState.POWERING_OFF),
            servers.state(self.instance),
        )


class _Trigger(list[Instance]):
    """A list that does something when something is added."""

    def __init__(self, act: object) -> None:
        super().__init__()
        self._act = act

    def append(self, instance: Instance) -> None:
        self._act()  # type: ignore[operator]


class LocksTestCase(base.HostTestCase):
    def test_second_thread_waits(self) -> None:
        locks, order = host_step.Locks(), []

        def second() -> None:
            with locks.hold('uuid'):
                order.append('second')

        thread = threading.Thread(target=second)
        with locks.hold('uuid'), locks.hold('uuid'):
            thread.start()
            order.append('first')
        thread.join()
        self.assertEqual(['first', 'second'], order)

    def test_servers_do_not_wait_for_each_other(self) -> None:
        locks, done = host_step.Locks(), threading.Event()

        def other() -> None:
            with locks.hold('other'):
                done.set()

        with locks.hold('uuid'):
            thread = threading.Thread(target=other)
            thread.start()
            self.assertTrue(done.wait(60))
            thread.join()

    def test_released_lock_is_removed(self) -> None:
        locks = host_step.Locks()
        with locks.hold('uuid'):
            pass
        self.assertEqual({}, locks._locks)


class RunningTestCase(base.HostTestCase):
    def has(
        self, running: host_step.RunningSteps, uuid: str, name: str
    ) -> bool:
        with running.watched() as steps:
            return (uuid, name) in steps

    def test_step_runs_until_all_who_take_it_are_done(self) -> None:
        running = host_step.RunningSteps()
        with running.step('uuid', 'name'):
            with running.step('uuid', 'name'):
                self.assertTrue(self.has(running, 'uuid', 'name'))
            self.assertTrue(self.has(running, 'uuid', 'name'))
            self.assertFalse(self.has(running, 'uuid', 'another'))
        self.assertFalse(self.has(running, 'uuid', 'name'))

    def test_step_that_came_and_went_meanwhile_ran(self) -> None:
        running = host_step.RunningSteps()
        with running.watched() as steps, running.step('uuid', 'name'):
            pass
        self.assertEqual({('uuid', 'name')}, steps)
        self.assertFalse(self.has(running, 'uuid', 'name'))
