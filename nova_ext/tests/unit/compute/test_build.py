# SPDX-License-Identifier: Apache-2.0
"""Servers are built once, and removed whatever they are doing."""

from nova_ext import exception
from nova_ext.compute.build import BuildSteps
from nova_ext.compute.live_migration import LiveMigrationSteps
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.tests.unit import servers
from nova_ext.tests.unit.compute import base

_BUILD = 'compute__do_build_and_run_instance'
_TERMINATE = 'compute_terminate_instance'


class BuildTestCase(base.HostTestCase):
    def setUp(self) -> None:
        super().setUp()
        live = LiveMigrationSteps(self.host, 1)
        self.addCleanup(live.wait)
        self.build = BuildSteps(self.host, live)

    def make(self, **columns: object) -> Instance:
        return servers.make_instance(
            **{
                'vm_state': VMState.BUILDING,
                'task_state': TaskState.SCHEDULING,
                'power_state': PowerState.NOSTATE,
                'host': None,
                'node': None,
                'launched_at': None,
                **columns,
            }
        )

    def run_it(self, instance: Instance) -> list[servers.Step]:
        request = servers.make_action(instance, ActionName.CREATE)
        try:
            self.build.build_and_run_instance(request, instance=instance)
        except (
            exception.VirtDriverError,
            exception.UnexpectedTaskStateError,
        ):
            pass
        return servers.steps(instance, request)

    def test_server_runs_here(self) -> None:
        instance = self.make()
        self.assertEqual([(_BUILD, 'host1', 'Success')], self.run_it(instance))
        now = servers.load(instance)
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))
        self.assertEqual(
            ['host1', 'host1', 'host1', PowerState.RUNNING],
            [now.host, now.node, now.launched_on, now.power_state],
        )
        self.assertIsNotNone(now.launched_at)
        self.assertEqual([instance.uuid], self.driver.list_instance_uuids())

    def test_failure_leaves_it_on_no_host(self) -> None:
        instance = self.make(metadata={'fake:fail': 'spawn'})
        self.assertEqual([(_BUILD, 'host1', 'Error')], self.run_it(instance))
        now = servers.load(instance)
        self.assertEqual((VMState.ERROR, None), servers.state(instance))
        self.assertEqual((None, None), (now.host, now.node))
        assert now.fault is not None
        self.assertEqual(500, now.fault.code)

    def test_two_hosts_do_not_build_it_both(self) -> None:
        instance = self.make(task_state=TaskState.SPAWNING, host='host2')
        self.assertEqual([], self.run_it(instance))
        self.assertEqual([], self.driver.list_instance_uuids())

    def test_claim_of_a_lost_message_is_used(self) -> None:
        instance = self.make(task_state=TaskState.SPAWNING, host='host1')
        self.assertEqual([(_BUILD, 'host1', 'Success')], self.run_it(instance))

    def test_server_deleted_before_is_not_built(self) -> None:
        instance = self.make()
        servers.load(instance).destroy()
        self.assertEqual([], self.run_it(instance))

    def test_server_that_is_to_do_something_else_is_not_built(self) -> None:
        instance = self.make(task_state=None, vm_state=VMState.ERROR)
        self.assertEqual([(_BUILD, 'host1', 'Error')], self.run_it(instance))
        self.assertEqual((VMState.ERROR, None), servers.state(instance))


class TerminateTestCase(BuildTestCase):
    def terminate(self, instance: Instance) -> list[servers.Step]:
        request = servers.make_action(instance, ActionName.DELETE)
        try:
            self.build.terminate_instance(request, instance=instance)
        except exception.VirtDriverError:
            pass
        return servers.steps(instance, request)

    def test_server_is_gone(self) -> None:
        instance = servers.make_instance(task_state=TaskState.DELETING)
        self.driver.init_host([instance])
        self.assertEqual(
            [(_TERMINATE, 'host1', 'Success')], self.terminate(instance)
        )
        now = servers.load(instance)
        self.assertTrue(now.deleted)
        self.assertEqual((VMState.DELETED, None), servers.state(instance))
        self.assertEqual(PowerState.NOSTATE, now.power_state)
        self.assertIsNotNone(now.terminated_at)
        self.assertEqual([], self.driver.list_instance_uuids())

    def test_server_that_went_elsewhere_is_removed_there(self) -> None:
        instance = servers.make_instance(host='host2')
        self.assertEqual([], self.terminate(instance))
        self.assertEqual(['terminate_instance'], self.wire.sent)
        self.assertFalse(servers.load(instance).deleted)

    def test_that_it_is_gone_already_is_as_well(self) -> None:
        instance = servers.make_instance()
        servers.load(instance).destroy()
        self.assertEqual(
            [(_TERMINATE, 'host1', 'Success')], self.terminate(instance)
        )

    def test_failure_leaves_it_in_error(self) -> None:
        instance = servers.make_instance(
            task_state=TaskState.DELETING, metadata={'fake:fail': 'destroy'}
        )
        self.assertEqual(
            [(_TERMINATE, 'host1', 'Error')], self.terminate(instance)
        )
        self.assertEqual((VMState.ERROR, None), servers.state(instance))

    def test_what_it_overtook_ends(self) -> None:
        instance = servers.make_instance(task_state=TaskState.DELETING)
        request = servers.make_action(instance, ActionName.STOP)
        self.terminate(instance)
        self.assertEqual(
            [('compute_stop_instance', 'host1', 'Error')],
            servers.steps(instance, request),
        )
