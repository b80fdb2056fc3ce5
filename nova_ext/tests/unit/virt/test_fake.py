# SPDX-License-Identifier: Apache-2.0
"""The fake hypervisor keeps guests, and is slow and fails on request."""

import dataclasses
import threading
import time

from ext_lib.testing.polling import wait_until
from nova_ext import exception
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.tests import base
from nova_ext.tests.unit import servers
from nova_ext.virt import driver
from nova_ext.virt.fake import FakeDriver

_UUID = '5d65f001-3524-453f-af6d-a6a370db2c5c'
_LONG = '600'


def _instance(**metadata: str) -> Instance:
    return Instance(
        uuid=_UUID,
        vm_state=VMState.ACTIVE,
        power_state=PowerState.RUNNING,
        memory_mb=512,
        root_gb=1,
        metadata={f'fake:{key}': value for key, value in metadata.items()},
    )


class FakeDriverTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.driver = FakeDriver(self.conf)
        self.context = servers.new_request()

    def power_state(self) -> int:
        return self.driver.get_power_state(_instance())


class GuestsTestCase(FakeDriverTestCase):
    def test_guest_does_what_it_is_told(self) -> None:
        instance = _instance()
        for method, state in (
            ('spawn', PowerState.RUNNING),
            ('power_off', PowerState.SHUTDOWN),
            ('power_on', PowerState.RUNNING),
            ('pause', PowerState.PAUSED),
            ('unpause', PowerState.RUNNING),
            ('suspend', PowerState.SUSPENDED),
            ('resume', PowerState.RUNNING),
            ('rebuild', PowerState.RUNNING),
            ('destroy', PowerState.NOSTATE),
        ):
            getattr(self.driver, method)(self.context, instance)
            self.assertEqual(state, self.power_state(), method)

    def test_guests_run_again_after_a_restart(self) -> None:
        self.driver.init_host([_instance()])
        self.assertEqual([_UUID], self.driver.list_instance_uuids())
        self.assertEqual(PowerState.RUNNING, self.power_state())

    def test_stopped_guest_stays_off_while_it_moves(self) -> None:
        instance = _instance()
        self.driver.finish_migration(self.context, instance, power_on=False)
        self.assertEqual(PowerState.SHUTDOWN, self.power_state())
        self.driver.finish_revert_migration(
            self.context, instance, power_on=True
        )
        self.assertEqual(PowerState.RUNNING, self.power_state())
        self.driver.confirm_migration(self.context, instance)
        self.assertEqual([], self.driver.list_instance_uuids())

    def test_guest_that_arrives_paused_stays_paused(self) -> None:
        instance = _instance()
        instance.vm_state = VMState.PAUSED
        self.driver.post_live_migration_at_destination(self.context, instance)
        self.assertEqual(PowerState.PAUSED, self.power_state())
        self.driver.rollback_live_migration_at_destination(
            self.context, instance
        )
        self.assertEqual(PowerState.NOSTATE, self.power_state())


class FailuresTestCase(FakeDriverTestCase):
    def test_method_named_by_metadata_fails(self) -> None:
        instance = _instance(fail='reboot, power_off')
        self.driver.spawn(self.context, instance)
        error = self.assertRaises(
            exception.VirtDriverError,
            self.driver.power_off,
            self.context,
            instance,
        )
        self.assertIn('power_off', error.message)
        self.assertEqual(PowerState.RUNNING, self.power_state())

    def test_migrate_is_short_for_what_a_host_calls(self) -> None:
        self.assertRaises(
            exception.VirtDriverError,
            self.driver.migrate_disk_and_power_off,
            self.context,
            _instance(fail='migrate'),
            'host2',
        )

    def test_method_named_by_an_option_fails_for_all(self) -> None:
        self.settings.set('fake', fail=['spawn'])
        self.assertRaises(
            exception.VirtDriverError,
            self.driver.spawn,
            self.context,
            _instance(),
        )

    def test_checks_fail_too(self) -> None:
        for method in (
            'check_can_live_migrate_destination',
            'check_can_live_migrate_source',
            'pre_live_migration',
        ):
            self.assertRaises(
                exception.VirtDriverError,
                getattr(self.driver, method),
                self.context,
                _instance(fail=method),
            )


class SecondsTestCase(FakeDriverTestCase):
    def test_metadata_makes_a_method_slow(self) -> None:
        begin = time.monotonic()
        self.driver.spawn(self.context, _instance(seconds='0.05'))
        self.assertGreaterEqual(time.monotonic() - begin, 0.05)

    def test_nonsense_takes_no_time(self) -> None:
        for text in ('', 'soon', '-1', 'nan', 'inf', '1e300'):
            self.driver.spawn(self.context, _instance(seconds=text))

    def test_work_ends_when_the_process_does(self) -> None:
        raised: list[BaseException] = []

        def work() -> None:
            try:
                self.driver.spawn(self.context, _instance(seconds=_LONG))
            except BaseException as error:
                raised.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        self.driver.interrupt()
        thread.join()
        self.assertIsInstance(raised[0], driver.Interrupted)
        self.assertEqual(PowerState.NOSTATE, self.power_state())


class LiveMigrationTestCase(FakeDriverTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.reports: list[driver.LiveMigrationProgress] = []
        self.errors: list[BaseException] = []
        self.driver.init_host([_instance()])

    def migrate(self, instance: Instance) -> None:
        try:
            self.driver.live_migration(
                self.context, instance, 'host2', self.reports.append
            )
        except BaseException as error:
            self.errors.append(error)

    def migrate_while(self, act: object) -> None:
        """Begin a migration that would take long, and interfere."""
        thread = threading.Thread(
            target=self.migrate, args=[_instance(seconds=_LONG)]
        )
        thread.start()
        wait_until(lambda: self.reports, 'the first report')
        act(_instance())  # type: ignore[operator]
        thread.join()

    def test_progress_goes_from_nothing_to_all(self) -> None:
        self.migrate(_instance(seconds='0.1'))
        first, last = self.reports[0], self.reports[-1]
        memory, disk = 512 * 1024**2, 1024**3
        self.assertEqual(
            (memory, 1, memory - 1, disk, 1, disk - 1),
            dataclasses.astuple(first),
        )
        self.assertEqual(
            (memory, memory - 1, 1, disk, disk - 1, 1),
            dataclasses.astuple(last),
        )
        self.assertGreater(len(self.reports), 2)
        self.assertEqual([], self.driver.list_instance_uuids())

    def test_forced_it_ends_at_once(self) -> None:
        self.migrate_while(self.driver.live_migration_force_complete)
        self.assertEqual(1, self.reports[-1].memory_remaining)
        self.assertEqual([], self.errors)

    def test_what_there_is_not_is_not_counted(self) -> None:
        instance = _instance(seconds='0.1')
        instance.root_gb = 0
        self.migrate(instance)
        for report in self.reports:
            self.assertEqual(
                (None, None, None), dataclasses.astuple(report)[3:]
            )

    def test_aborted_it_leaves_the_guest(self) -> None:
        self.migrate_while(self.driver.live_migration_abort)
        self.assertIsInstance(self.errors[0], driver.LiveMigrationAborted)
        self.assertEqual([_UUID], self.driver.list_instance_uuids())

    def test_it_ends_when_the_process_does(self) -> None:
        self.migrate_while(lambda instance: self.driver.interrupt())
        self.assertIsInstance(self.errors[0], driver.Interrupted)

    def test_it_fails_on_request(self) -> None:
        self.migrate(_instance(fail='live_migration'))
        self.assertIsInstance(self.errors[0], exception.VirtDriverError)
        self.assertEqual([_UUID], self.driver.list_instance_uuids())

    def test_steering_what_does_not_run_does_nothing(self) -> None:
        self.driver.live_migration_abort(_instance())
        self.driver.live_migration_force_complete(_instance())
