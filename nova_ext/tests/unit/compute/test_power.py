# SPDX-License-Identifier: Apache-2.0
"""Operations that change how a server runs."""

from typing import Any

from nova_ext import exception
from nova_ext.compute.power import PowerStateSync
from nova_ext.compute.power import PowerSteps
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import rows
from nova_ext.tests.unit import servers
from nova_ext.tests.unit.compute import base

#: Method, driver's method, task, state before, state after, power after.
_OPERATIONS = (
    ('start', 'power_on', TaskState.POWERING_ON,
     VMState.STOPPED, VMState.ACTIVE, PowerState.RUNNING),
    ('stop', 'power_off', TaskState.POWERING_OFF,
     VMState.ACTIVE, VMState.STOPPED, PowerState.SHUTDOWN),
    ('pause', 'pause', TaskState.PAUSING,
     VMState.ACTIVE, VMState.PAUSED, PowerState.PAUSED),
    ('unpause', 'unpause', TaskState.UNPAUSING,
     VMState.PAUSED, VMState.ACTIVE, PowerState.RUNNING),
    ('suspend', 'suspend', TaskState.SUSPENDING,
     VMState.ACTIVE, VMState.SUSPENDED, PowerState.SUSPENDED),
    ('resume', 'resume', TaskState.RESUMING,
     VMState.SUSPENDED, VMState.ACTIVE, PowerState.RUNNING),
)  # fmt: skip

#: What a failure of these leaves is not certain.
_BREAKING = ('suspend', 'resume')


class PowerTestCase(base.HostTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.power = PowerSteps(self.host)

    def run_it(self, name: str, instance: Instance, **kwargs: Any) -> str:
        request = servers.make_action(instance)
        method = getattr(self.power, f'{name}_instance')
        try:
            method(request, instance=instance, **kwargs)
        except exception.VirtDriverError:
            pass
        ((step, host, result),) = servers.steps(instance, request)
        self.assertEqual((f'compute_{name}_instance', 'host1'), (step, host))
        return str(result)

    def test_operations_end_in_their_states(self) -> None:
        for name, _method, task, before, after, power in _OPERATIONS:
            instance = servers.make_instance(vm_state=before, task_state=task)
            self.assertEqual('Success', self.run_it(name, instance), name)
            now = servers.load(instance)
            self.assertEqual(
                (after, None, power),
                (now.vm_state, now.task_state, now.power_state),
                name,
            )

    def test_failures_end_the_task(self) -> None:
        for name, method, task, before, _after, _power in _OPERATIONS:
            instance = servers.make_instance(
                vm_state=before,
                task_state=task,
                metadata={'fake:fail': method},
            )
            self.assertEqual('Error', self.run_it(name, instance), name)
            after = VMState.ERROR if name in _BREAKING else before
            self.assertEqual((after, None), servers.state(instance), name)


class RebootTestCase(PowerTestCase):
    def reboot(self, instance: Instance, reboot_type: str) -> str:
        return self.run_it('reboot', instance, reboot_type=reboot_type)

    def test_soft(self) -> None:
        instance = servers.make_instance(task_state=TaskState.REBOOTING)
        self.assertEqual('Success', self.reboot(instance, 'SOFT'))
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))

    def test_hard_brings_a_server_back(self) -> None:
        instance = servers.make_instance(
            vm_state=VMState.ERROR, task_state=TaskState.REBOOTING_HARD
        )
        self.assertEqual('Success', self.reboot(instance, 'HARD'))
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))

    def test_hard_ends_what_it_cut_short(self) -> None:
        instance = servers.make_instance(task_state=TaskState.REBOOTING_HARD)
        paused = servers.make_action(instance, ActionName.PAUSE)
        self.reboot(instance, 'HARD')
        self.assertEqual(
            [('compute_pause_instance', 'host1', 'Error')],
            servers.steps(instance, paused),
        )

    def test_failure_leaves_a_guest_that_runs(self) -> None:
        instance = servers.make_instance(
            task_state=TaskState.REBOOTING, metadata={'fake:fail': 'reboot'}
        )
        self.driver.init_host([instance])
        self.assertEqual('Error', self.reboot(instance, 'SOFT'))
        self.assertEqual((VMState.ACTIVE, None), servers.state(instance))

    def test_failure_breaks_a_guest_that_does_not(self) -> None:
        instance = servers.make_instance(
            vm_state=VMState.STOPPED,
            task_state=TaskState.REBOOTING_HARD,
            metadata={'fake:fail': 'reboot'},
        )
        self.assertEqual('Error', self.reboot(instance, 'HARD'))
        self.assertEqual((VMState.ERROR, None), servers.state(instance))


class TestPowerStateSync(base.HostTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.context = servers.new_request(is_admin=True)
        self.sync = PowerStateSync(self.host).sync

    def add(self, **columns: object) -> Instance:
        row = rows.server(host='host1', **columns)
        return Instance.from_row(
            self.context, tests_base.add(self.context, row)
        )

    def stored(self, instance: Instance) -> int | None:
        found = Instance.get_by_uuid(self.context, instance.uuid)
        state: int | None = found.power_state
        return state

    def test_states(self) -> None:
        same, stopped, busy = (
            self.add(),
            self.add(),
            self.add(task_state=TaskState.REBOOTING),
        )
        self.driver.init_host([same, stopped, busy])
        for instance in (stopped, busy):
            self.driver.power_off(self.context, instance)
        self.sync()
        self.assertEqual(
            [PowerState.RUNNING, PowerState.SHUTDOWN, PowerState.RUNNING],
            [self.stored(instance) for instance in (same, stopped, busy)],
        )

    def test_a_guest_that_is_gone(self) -> None:
        instance = self.add()
        self.sync()
        self.assertEqual(PowerState.NOSTATE, self.stored(instance))
