# SPDX-License-Identifier: Apache-2.0
"""Servers to log in to, as users get them from a running service."""

import subprocess

import fixtures

from ext_lib.testing import allinone
from ext_lib.testing import polling
from nova_ext.tests import base
from nova_ext.tests.functional import user
from nova_ext.tests.functional.backends import database
from nova_ext.tests.functional.backends import deployment
from nova_ext.tests.functional.namespace.machine import Machine

_KEY = 'mine'
_PAUSED, _SHUTDOWN, _CRASHED = 3, 4, 6


class ServiceTestCase(base.TestCase):
    """A test of servers that one user creates and logs in to."""

    admin: user.User

    def prepare(self):
        self.machine = self.useFixture(Machine())
        self.servers = []

    def import_key(self):
        key = {'name': _KEY, 'public_key': self.machine.public_key}
        self.admin.do('POST', '/os-keypairs', {'keypair': key})

    def create(self, **properties):
        server_id = self.admin.create('one', key_name=_KEY, **properties)
        self.servers.append(server_id)
        return self.admin.wait_for(server_id, 'ACTIVE')

    def ssh(self, server, command):
        ((entry,),) = server['addresses'].values()
        return self.machine.ssh(entry['addr'], command)

    def act(self, server, action, argument, status):
        self.admin.act(server['id'], action, argument)
        return self.admin.wait_for(server['id'], status)

    def delete_all(self):
        """Delete all servers, and check that nothing of them is left."""
        for server_id in self.servers:
            self.admin.delete(server_id)
        for server_id in self.servers:
            self.wait_until_gone(server_id)
        self.assertNothingLeft()

    def wait_until_gone(self, server_id):
        polling.wait_until(
            lambda: self.admin.is_gone(server_id), 'the deletion'
        )

    def assertNothingLeft(self):
        self.assertEqual({}, self.machine.changes())
        self.assertEqual([], self.machine.find_left(self.servers))

    def wait_for_power(self, server, state):
        polling.wait_until(
            lambda: (
                self.admin.server(server['id'])['OS-EXT-STS:power_state']
                == state
            ),
            f'the power state {state}',
        )


class TestAllInOne(ServiceTestCase):
    def setUp(self):
        super().setUp()
        self.prepare()
        self.state = self.useFixture(fixtures.TempDir()).path
        self.start()
        self.import_key()

    def start(self):
        variables = self.machine.variables()
        variables['OS_COMPUTE__SYNC_POWER_STATE_INTERVAL'] = '1'
        self.service = self.useFixture(
            allinone.AllInOne(self.state, **variables)
        )
        self.admin = user.User(self.service.url)

    def test_life(self):
        server = self.create()
        self.assertEqual(_KEY, server['key_name'])
        ((name, (address,)),) = server['addresses'].items()
        self.assertEqual('private', name)
        self.assertEqual(4, address['version'])
        self.assertEqual('fixed', address['OS-EXT-IPS:type'])
        self.assertEqual('', server['accessIPv4'])
        for pattern, expected in (
            (f'^{address["addr"]}$', [server['id']]),
            ('^192.0.2.', []),
        ):
            found = self.admin.get(f'/servers?ip={pattern}')['servers']
            self.assertEqual(expected, [one['id'] for one in found])
        mac = self.ssh(server, 'cat /sys/class/net/eth0/address').strip()
        self.assertEqual(mac, address['OS-EXT-IPS-MAC:mac_addr'])
        self.ssh(server, 'echo text >kept')
        for action, argument, status, power in (
            ('os-stop', None, 'SHUTOFF', _SHUTDOWN),
            ('os-start', None, 'ACTIVE', 1),
            ('reboot', {'type': 'SOFT'}, 'ACTIVE', 1),
            ('pause', None, 'PAUSED', _PAUSED),
            ('unpause', None, 'ACTIVE', 1),
            ('suspend', None, 'SUSPENDED', 7),
            ('resume', None, 'ACTIVE', 1),
        ):
            shown = self.act(server, action, argument, status)
            self.assertEqual(power, shown['OS-EXT-STS:power_state'], action)
            self.assertEqual(server['addresses'], shown['addresses'])
        self.assertEqual('text\n', self.ssh(server, 'cat kept'))
        self.delete_all()

    def test_moves(self):
        server = self.create()
        host = server['OS-EXT-SRV-ATTR:host']
        self.ssh(server, 'echo text >kept')
        self.act(server, 'migrate', None, 'VERIFY_RESIZE')
        moved = self.act(server, 'confirmResize', None, 'ACTIVE')
        self.assertNotEqual(host, moved['OS-EXT-SRV-ATTR:host'])
        self.assertEqual(server['addresses'], moved['addresses'])
        self.assertEqual('text\n', self.ssh(server, 'cat kept'))
        self.act(server, 'resize', {'flavorRef': '2'}, 'VERIFY_RESIZE')
        self.act(server, 'revertResize', None, 'ACTIVE')
        self.ssh(server, 'nohup sleep 600 >/dev/null 2>&1 &')
        live = {'host': None, 'block_migration': 'auto'}
        back = self.act(server, 'os-migrateLive', live, 'ACTIVE')
        self.assertEqual(host, back['OS-EXT-SRV-ATTR:host'])
        self.assertIn('sleep', self.ssh(server, 'ps -ef'))
        self.act(server, 'migrate', None, 'VERIFY_RESIZE')
        self.delete_all()

    def test_a_crash_leaves_servers_running(self):
        server = self.create()
        self.ssh(server, 'nohup sleep 600 >/dev/null 2>&1 &')
        stopped = self.create()
        self.act(stopped, 'os-stop', None, 'SHUTOFF')
        self.service.kill()
        self.assertIn('sleep', self.ssh(server, 'ps -ef'))
        self.start()
        self.assertIn('sleep', self.ssh(server, 'ps -ef'))
        self.act(server, 'reboot', {'type': 'HARD'}, 'ACTIVE')
        self.assertNotIn('sleep', self.ssh(server, 'ps -ef'))
        self.act(stopped, 'os-start', None, 'ACTIVE')
        self.ssh(stopped, 'true')
        self.delete_all()

    def test_an_ended_server_shows_as_crashed(self):
        server = self.create()
        name = f'nova-ext-{server["id"]}'
        subprocess.run(['ip', 'netns', 'delete', name], check=True)
        self.wait_for_power(server, _CRASHED)
        self.act(server, 'reboot', {'type': 'HARD'}, 'ACTIVE')
        self.delete_all()

    def test_rebuild_takes_another_key(self):
        server = self.create()
        self.ssh(server, 'echo text >kept')
        self.admin.do('DELETE', f'/os-keypairs/{_KEY}')
        # A server has a copy of its key.
        body = {'imageRef': user.IMAGE}
        self.act(server, 'rebuild', body, 'ACTIVE')
        (self.machine.path / 'known_hosts').unlink()
        self.assertEqual('', self.ssh(server, 'ls'))
        shown = self.act(
            server, 'rebuild', {**body, 'key_name': None}, 'ACTIVE'
        )
        self.assertIsNone(shown['key_name'])
        (self.machine.path / 'known_hosts').unlink()
        self.assertRaises(
            subprocess.CalledProcessError, self.ssh, server, 'ls'
        )
        self.delete_all()


class TestCompute(deployment.DeploymentTestCase, ServiceTestCase):
    """A compute service of its own, over a broker; MariaDB will do."""

    scenarios = database.ServerTestCase.scenarios[:1]

    def setUp(self):
        self.prepare()
        self.options = {
            'compute': {'driver': 'namespace'},
            'namespace': self.machine.options,
        }
        super().setUp()
        self.import_key()

    def test_killed_compute_services(self):
        """They find their servers again, and remove those deleted since."""
        server, gone = (self.create(host=node) for node in deployment.NODES)
        self.ssh(server, 'nohup sleep 600 >/dev/null 2>&1 &')
        for node in deployment.NODES:
            self.computes[node].kill()
        self.assertIn('sleep', self.ssh(server, 'ps -ef'))
        node = gone['OS-EXT-SRV-ATTR:host']
        self.admin.force_down(node, True)
        self.admin.delete(gone['id'])
        self.servers.remove(gone['id'])
        self.assertTrue(self.machine.find_left([gone['id']]))
        self.admin.force_down(node, False)
        for node in deployment.NODES:
            self.deployment.restart(node)
        polling.wait_until(
            lambda: not self.machine.find_left([gone['id']]),
            'the deleted server to be removed',
        )
        self.assertIn('sleep', self.ssh(server, 'ps -ef'))
        self.act(server, 'migrate', None, 'VERIFY_RESIZE')
        self.act(server, 'confirmResize', None, 'ACTIVE')
        self.ssh(server, 'true')
        self.delete_all()


load_tests = database.load_tests
