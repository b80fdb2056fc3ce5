# SPDX-License-Identifier: Apache-2.0
"""Power states that change without a request are stored."""

from nova_ext.compute.power_states import PowerStateSync
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import TaskState
from nova_ext.objects.instance import Instance
from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import rows
from nova_ext.tests.unit import servers
from nova_ext.tests.unit.compute import base


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
