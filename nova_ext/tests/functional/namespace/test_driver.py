# SPDX-License-Identifier: Apache-2.0
"""The driver runs servers that one can log in to, on the machine itself."""

import os
import pathlib
import signal
import subprocess

from oslo_utils import uuidutils

from ext_lib.startup_errors import Misconfigured
from ext_lib.testing.polling import wait_until
from nova_ext import exception
from nova_ext.objects import system_metadata
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import TaskState
from nova_ext.objects.instance import Instance
from nova_ext.tests import base
from nova_ext.tests.functional.namespace.machine import Machine
from nova_ext.tests.unit import servers
from nova_ext.virt.namespace.driver import NamespaceDriver

_MARK = 'kept'


class DriverTestCase(base.TestCase):
    """A test with two hosts of one machine."""

    def setUp(self):
        super().setUp()
        self.machine = self.useFixture(Machine())
        for name, value in self.machine.options.items():
            self.conf.set_override(name, value, 'namespace')
        self.context = servers.new_request()
        self.first = self.new_driver('host1')
        self.second = self.new_driver('host2')
        self.instances = []
        self.addCleanup(self.destroy_all)

    def new_driver(self, host):
        return NamespaceDriver(self.conf, host)

    def destroy_all(self):
        """Remove all servers, and check that nothing of them is left."""
        for instance in self.instances:
            for driver in (self.first, self.second):
                driver.destroy(self.context, instance)
        self.assertEqual({}, self.machine.changes())
        uuids = [instance.uuid for instance in self.instances]
        self.assertEqual([], self.machine.find_left(uuids))

    def new_instance(self, name='one'):
        instance = Instance(
            uuid=uuidutils.generate_uuid(),
            hostname=name,
            task_state=None,
            system_metadata=system_metadata.with_key_data(
                {}, self.machine.public_key
            ),
        )
        self.instances.append(instance)
        return instance

    def spawn(self, name='one'):
        instance = self.new_instance(name)
        self.first.spawn(self.context, instance)
        return instance

    def do(self, method, instance, *arguments, driver=None, **named):
        getattr(driver or self.first, method)(
            self.context, instance, *arguments, **named
        )

    def address(self, instance):
        ((_, address, _),) = self.first.get_network_info(instance)
        return address

    def ssh(self, instance, command):
        return self.machine.ssh(self.address(instance), command)

    def host_key(self, instance):
        path = f'servers/{instance.uuid}/etc/ssh_host_ed25519_key.pub'
        return pathlib.Path(self.machine.state, path).read_text()

    def processes(self, instance):
        """Return the numbers of the processes of a server."""
        names = subprocess.run(
            ['ip', 'netns', 'pids', f'nova-ext-{instance.uuid}'],
            capture_output=True,
            text=True,
            check=True,
        )
        return [int(pid) for pid in names.stdout.split()]

    def assertPower(self, state, instance, driver=None):
        driver = driver or self.first
        self.assertEqual(state, driver.get_power_state(instance))

    def assertRefused(self, instance):
        self.assertRaises(
            subprocess.CalledProcessError, self.ssh, instance, 'true'
        )


class TestLogin(DriverTestCase):
    def test_a_server_is_a_place_of_its_own(self):
        one, two = self.spawn('one'), self.spawn('two')
        self.assertEqual('one\n', self.ssh(one, 'hostname'))
        self.assertEqual('cloud-user\n', self.ssh(one, 'whoami'))
        self.assertEqual('/srv\n', self.ssh(one, 'pwd'))
        self.assertIn(self.address(one), self.ssh(one, 'hostname -I'))
        self.assertIn(self.address(one), self.ssh(one, 'getent hosts one'))
        self.ssh(one, f'echo text >{_MARK}')
        self.assertEqual('', self.ssh(two, 'ls'))
        self.assertNotIn('two', self.ssh(one, 'ps -ef'))
        # Servers reach each other, and nothing beyond.
        probe = f'exec 3<>/dev/tcp/{self.address(two)}/22 && head -c 4 <&3'
        self.assertEqual('SSH-', self.ssh(one, f'bash -c "{probe}"'))
        self.assertNotIn('default', self.ssh(one, 'ip route'))
        self.assertNotIn('fe80', self.ssh(one, 'ip -6 address'))

    def test_a_login_takes_the_key(self):
        instance = self.new_instance()
        instance.system_metadata = {}
        self.first.spawn(self.context, instance)
        self.assertRefused(instance)
        other = self.spawn()
        self.assertRaises(
            subprocess.CalledProcessError,
            self.machine.ssh, self.address(other), 'true', 'root',
        )  # fmt: skip

    def test_addresses_differ_and_are_free_again(self):
        one, two = self.spawn(), self.spawn()
        before = self.address(one)
        self.assertNotEqual(before, self.address(two))
        self.first.destroy(self.context, one)
        self.assertEqual([two.uuid], self.first.list_instance_uuids())
        self.assertEqual(before, self.address(self.spawn()))

    def test_a_failed_start_leaves_nothing(self):
        home = self.machine.path / 'home'
        home.mkdir()
        self.conf.set_override('home', str(home), 'namespace')
        driver = self.new_driver('host1')
        home.rmdir()
        instance = self.new_instance()
        error = self.assertRaises(
            exception.GuestFailed, driver.spawn, self.context, instance
        )
        self.assertIn('mount point does not exist', str(error))
        self.assertEqual([], driver.list_instance_uuids())
        self.assertEqual({}, self.machine.changes())


class TestPower(DriverTestCase):
    def test_power(self):
        instance = self.spawn()
        self.ssh(instance, f'echo text >{_MARK}')
        self.ssh(instance, 'nohup sleep 600 >/dev/null 2>&1 &')
        key = self.host_key(instance)
        self.do('power_off', instance)
        self.assertPower(PowerState.SHUTDOWN, instance)
        self.assertEqual([], self.processes(instance))
        self.do('power_off', instance)
        self.do('power_on', instance)
        self.do('power_on', instance)
        self.assertPower(PowerState.RUNNING, instance)
        self.assertEqual('text\n', self.ssh(instance, f'cat {_MARK}'))
        self.assertNotIn('sleep', self.ssh(instance, 'ps -ef'))
        self.assertEqual(key, self.host_key(instance))

    def test_reboot(self):
        instance = self.spawn()
        for kind in ('SOFT', 'HARD'):
            self.ssh(instance, 'nohup sleep 600 >/dev/null 2>&1 &')
            self.do('reboot', instance, kind)
            self.assertPower(PowerState.RUNNING, instance)
            self.assertNotIn('sleep', self.ssh(instance, 'ps -ef'))

    def test_a_soft_stop_lets_processes_end(self):
        instance = self.spawn()
        trap = (
            'trap "echo ended >end; exit" TERM; while true; do sleep 0.1; done'
        )
        self.ssh(instance, f"nohup bash -c '{trap}' >/dev/null 2>&1 &")
        self.do('reboot', instance, 'SOFT')
        self.assertEqual('ended\n', self.ssh(instance, 'cat end'))

    def test_processes_that_are_stopped_run_on(self):
        instance = self.spawn()
        self.ssh(
            instance,
            'nohup sh -c "while echo x; do sleep 0.05; done" >out 2>&1 &',
        )
        for stop, go_on, state in (
            ('pause', 'unpause', PowerState.PAUSED),
            ('suspend', 'resume', PowerState.SUSPENDED),
        ):
            self.do(stop, instance)
            self.do(stop, instance)
            self.assertPower(state, instance)
            before = self.output(instance)
            self.do(go_on, instance)
            self.assertPower(PowerState.RUNNING, instance)
            self.wait_for_output(instance, before)
            self.assertIn('x', self.ssh(instance, 'tail -n 1 out'))

    def wait_for_output(self, instance, before):
        wait_until(
            lambda: self.output(instance) > before, 'a process to run on'
        )

    def output(self, instance):
        path = f'servers/{instance.uuid}/home/out'
        return pathlib.Path(self.machine.state, path).stat().st_size

    def test_a_paused_server_is_rebooted_hard(self):
        instance = self.spawn()
        self.do('pause', instance)
        self.do('reboot', instance, 'HARD')
        self.assertPower(PowerState.RUNNING, instance)
        self.ssh(instance, 'true')

    def test_rebuild(self):
        instance = self.spawn()
        self.ssh(instance, f'echo text >{_MARK}')
        address, key = self.address(instance), self.host_key(instance)
        self.do('rebuild', instance)
        self.assertNotEqual(key, self.host_key(instance))
        self.assertEqual(address, self.address(instance))
        pathlib.Path(self.machine.path, 'known_hosts').unlink()
        self.assertEqual('', self.ssh(instance, 'ls'))


class TestBehindItsBack(DriverTestCase):
    def test_a_killed_ssh_server(self):
        instance = self.spawn()
        for pid in self.processes(instance):
            if b'sshd' in pathlib.Path(f'/proc/{pid}/cmdline').read_bytes():
                os.kill(pid, signal.SIGKILL)
        wait_until(
            lambda: self.first.get_power_state(instance) == PowerState.CRASHED,
            'the server to crash',
        )
        self.assertRaises(
            exception.GuestFailed, self.first.pause, self.context, instance
        )
        self.do('reboot', instance, 'HARD')
        self.ssh(instance, 'true')

    def test_a_removed_namespace(self):
        instance = self.spawn()
        pids = self.processes(instance)
        name = f'nova-ext-{instance.uuid}'
        subprocess.run(['ip', 'netns', 'delete', name], check=True)
        self.assertPower(PowerState.CRASHED, instance)
        self.do('reboot', instance, 'HARD')
        self.ssh(instance, 'true')
        self.assertFalse(set(pids) & set(self.processes(instance)))

    def test_a_removed_bridge(self):
        instance = self.spawn()
        link = ['ip', 'link', 'delete', self.machine.bridge]
        subprocess.run(link, check=True)
        self.do('reboot', instance, 'HARD')
        self.ssh(instance, 'true')


class TestMoves(DriverTestCase):
    def test_confirmed_migration(self):
        instance = self.spawn()
        self.ssh(instance, f'echo text >{_MARK}')
        address = self.address(instance)
        self.do('migrate_disk_and_power_off', instance, 'host2')
        self.assertPower(PowerState.SHUTDOWN, instance)
        for _ in range(2):
            self.do(
                'finish_migration', instance, power_on=True, driver=self.second
            )
        self.do('confirm_migration', instance)
        self.assertPower(PowerState.NOSTATE, instance)
        self.assertPower(PowerState.RUNNING, instance, self.second)
        self.assertEqual(address, self.address(instance))
        self.assertEqual('text\n', self.ssh(instance, f'cat {_MARK}'))
        # What is left at the source is not its to remove.
        self.do('destroy', instance)
        self.assertPower(PowerState.RUNNING, instance, self.second)

    def test_reverted_migration(self):
        instance = self.spawn()
        self.ssh(instance, f'echo text >{_MARK}')
        self.do('migrate_disk_and_power_off', instance, 'host2')
        self.do(
            'finish_migration', instance, power_on=True, driver=self.second
        )
        instance.task_state = TaskState.RESIZE_REVERTING
        for _ in range(2):
            self.do('destroy', instance, driver=self.second)
        self.do('finish_revert_migration', instance, power_on=True)
        instance.task_state = None
        self.assertPower(PowerState.RUNNING, instance)
        self.assertPower(PowerState.NOSTATE, instance, self.second)
        self.assertEqual('text\n', self.ssh(instance, f'cat {_MARK}'))

    def test_live_migration_ends_no_process(self):
        instance = self.spawn()
        before = self.processes(instance)
        progress: list[object] = []
        self.second.check_can_live_migrate_destination(self.context, instance)
        self.first.check_can_live_migrate_source(self.context, instance)
        self.second.pre_live_migration(self.context, instance)
        self.first.live_migration(
            self.context, instance, 'host2', progress.append
        )
        self.second.post_live_migration_at_destination(self.context, instance)
        self.assertEqual(before, self.processes(instance))
        self.assertPower(PowerState.RUNNING, instance, self.second)
        self.assertPower(PowerState.NOSTATE, instance)
        self.assertEqual(1, len(progress))

    def test_a_server_of_another_machine_is_refused(self):
        instance = self.new_instance()
        for method in (
            'check_can_live_migrate_destination',
            'pre_live_migration',
        ):
            self.assertRaises(
                exception.GuestNotHere, self.do, method, instance
            )

    def test_an_evacuated_server_is_not_removed_by_its_old_host(self):
        instance = self.spawn()
        self.do('rebuild', instance, driver=self.second)
        self.do('destroy', instance)
        self.assertPower(PowerState.RUNNING, instance, self.second)


class TestRefusals(DriverTestCase):
    def test_a_bridge_of_others(self):
        bridge = f'{self.machine.bridge}x'
        link = ['ip', 'link', 'add', bridge, 'up', 'type', 'bridge']
        subprocess.run(link, check=True)
        try:
            self.assertMisconfigured('is not the bridge', bridge=bridge)
        finally:
            subprocess.run(['ip', 'link', 'delete', bridge], check=True)

    def test_a_network_in_use(self):
        self.spawn()
        self.assertMisconfigured('overlaps', bridge='nxtother')
        self.assertMisconfigured('not a private network', network='8.8.8.0/24')
        self.assertMisconfigured('network:', network='10.0.0.1/24')

    def test_a_login_of_others(self):
        self.assertMisconfigured('overlaps', network='127.0.0.0/8')
        self.assertMisconfigured('not a directory', home='/no/such')
        self.assertMisconfigured('is below /run', state_path='/run/servers')

    def assertMisconfigured(self, words, **options):
        for name, value in options.items():
            before = self.conf.namespace[name]
            self.conf.set_override(name, value, 'namespace')
            error = self.assertRaises(Misconfigured, self.new_driver, 'host1')
            self.assertIn(words, str(error))
            self.conf.set_override(name, before, 'namespace')
