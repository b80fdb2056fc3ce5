# SPDX-License-Identifier: Apache-2.0
"""The compute driver against a compute API that loses answers."""

import socket
from typing import Any

from oslo_utils import uuidutils

from ext_lib import context
from sahara_ext import exception
from sahara_ext.infra import compute
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.tests import base
from sahara_ext.tests import compute_api

_IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'


class Enough(BaseException):
    """The wait has become needless."""


def go_on(waiting: str = '') -> None:
    """Be a checkpoint that has nothing against it."""


def leave(waiting: str = '') -> None:
    """Be a checkpoint that ends the work."""
    raise Enough()


class DriverTestCase(base.TestCase):
    """A driver, a compute API, and an instance to launch."""

    KNOWS_TASKS = True

    def setUp(self) -> None:
        super().setUp()
        self.api = self.useFixture(compute_api.ComputeAPI(self.KNOWS_TASKS))
        self.settings.set(
            'infra_compute',
            endpoint_override=self.api.url,
            poll_interval=0.01,
            launch_timeout=10,
            address_timeout=10,
            ssh_timeout=10,
            delete_timeout=10,
        )
        self.driver = compute.ComputeDriver(self.conf)
        self.context = context.get_admin_context()
        self.cluster = Cluster(
            self.context,
            id=uuidutils.generate_uuid(),
            user_id='jo',
            project_id='demo',
            default_image_id=_IMAGE,
            neutron_management_network=None,
            user_keypair_id=None,
            management_public_key=None,
            anti_affinity=[],
            operation_id=uuidutils.generate_uuid(),
        )
        self.group = NodeGroup(self.context, flavor_id='1', image_id=None)
        self.group.obj_set_defaults()
        self.group.availability_zone = None
        self.group.floating_ip_pool = None
        self.instance = self.new_instance()

    def new_instance(self) -> ClusterInstance:
        return ClusterInstance(
            self.context,
            id=uuidutils.generate_uuid(),
            instance_name='one-worker-0',
            instance_id=None,
            management_ip=None,
        )

    def new_driver(self) -> compute.ComputeDriver:
        """Return the driver of an engine that has just been started."""
        return compute.ComputeDriver(self.conf)

    def launch(
        self,
        instance: ClusterInstance | None = None,
        driver: compute.ComputeDriver | None = None,
        checkpoint: Any = go_on,
    ) -> str:
        return (driver or self.driver).launch(
            self.context,
            self.cluster,
            self.group,
            instance or self.instance,
            checkpoint,
        )

    def delete(self, checkpoint: Any = go_on) -> None:
        self.driver.delete(
            self.context, self.cluster, self.instance, checkpoint
        )

    def assertOneServer(self, server_id: str) -> None:
        self.assertEqual([server_id], list(self.api.servers))

    def tag(self) -> str:
        return f'{self.cluster.id}-{self.instance.id}'


class TestLaunch(DriverTestCase):
    def test_requests_tell_on_whose_behalf(self) -> None:
        self.launch()
        told = zip(self.api.requests, self.api.request_ids, strict=True)
        self.assertEqual(
            {f'req-{self.cluster.operation_id}'},
            # The first asks what the API can do, for all who follow.
            {said for (_, path), said in told if path},
        )

    def test_what_a_server_is_made_with(self) -> None:
        self.cluster.neutron_management_network = 'net'
        self.cluster.user_keypair_id = 'key'
        self.group.availability_zone = 'nova:host1'
        self.group.security_groups = ['web', 'db']
        server_id = self.launch()
        self.assertEqual(
            {
                'id': server_id,
                'name': 'one-worker-0',
                'flavorRef': '1',
                'imageRef': _IMAGE,
                'networks': [{'uuid': 'net'}],
                'key_name': 'key',
                'availability_zone': 'nova:host1',
                'security_groups': [{'name': 'web'}, {'name': 'db'}],
                'metadata': {'sahara-ext:instance': self.tag()},
            },
            self.api.servers[server_id],
        )

    def test_what_is_not_specified_is_left_out(self) -> None:
        server = self.api.servers[self.launch()]
        self.assertEqual('auto', server['networks'])
        for key in ('key_name', 'availability_zone', 'security_groups'):
            self.assertNotIn(key, server)

    def test_network_of_the_configuration(self) -> None:
        for word, wanted in (('none', 'none'), ('net', [{'uuid': 'net'}])):
            self.settings.set('infra_compute', network=word)
            server = self.api.servers[self.launch(self.new_instance())]
            self.assertEqual(wanted, server['networks'])

    def test_image_of_the_group_comes_first(self) -> None:
        self.group.image_id = 'other'
        self.assertEqual('other', self.api.servers[self.launch()]['imageRef'])

    def test_servers_are_those_of_the_user(self) -> None:
        self.launch()
        # None is sent to ask what versions there are.
        self.assertEqual({'jo:demo'}, set(self.api.tokens) - {''})

    def test_again_is_not_another(self) -> None:
        server_id = self.launch()
        self.assertEqual(server_id, self.launch())
        self.assertEqual(server_id, self.launch(driver=self.new_driver()))
        self.assertOneServer(server_id)

    def test_another_instance_is_another(self) -> None:
        # Of the same name, as in two clusters.
        self.assertNotEqual(self.launch(), self.launch(self.new_instance()))

    def test_what_has_changed_since_makes_no_other(self) -> None:
        server_id = self.launch()
        self.group.flavor_id = '2'
        self.settings.set('infra_compute', network='none')
        self.assertEqual(server_id, self.launch(driver=self.new_driver()))
        self.assertOneServer(server_id)

    def test_answers_that_say_nothing(self) -> None:
        self.api.accidents += [
            compute_api.UNAVAILABLE,
            compute_api.OVERLOADED,
            compute_api.LOST,
        ]
        self.assertOneServer(self.launch())
        self.assertEqual([], self.api.accidents)

    def test_a_launch_with_an_unknown_outcome(self) -> None:
        self.api.accidents.append(compute_api.DROPPED)
        looks = []

        def decide_later(waiting: str = '') -> None:
            looks.append(1)
            if len(looks) == 5:
                self.api.decide(self.tag(), 'error')

        self.assertOneServer(self.launch(checkpoint=decide_later))
        creates = [m for m, _path in self.api.requests if m == 'POST']
        self.assertEqual(2, len(creates))

    def test_it_does_not_take_for_ever(self) -> None:
        self.settings.set('infra_compute', launch_timeout=1)
        self.api.accidents.append(compute_api.DROPPED)
        error = self.assertRaises(exception.InfraTimeout, self.launch)
        self.assertIn('one-worker-0', str(error))
        self.assertEqual({}, self.api.servers)

    def test_no_answer(self) -> None:
        with socket.create_server(('127.0.0.1', 0)) as unused:
            port = unused.getsockname()[1]
        self.settings.set(
            'infra_compute',
            launch_timeout=1,
            endpoint_override=f'http://127.0.0.1:{port}/v2.1',
        )
        error = self.assertRaises(
            exception.InfraTimeout, self.launch, driver=self.new_driver()
        )
        self.assertIn(str(port), str(error))

    def test_refusals_are_raised_and_may_be_overcome(self) -> None:
        self.api.accidents.append(compute_api.REFUSED)
        error = self.assertRaises(exception.ServerRefused, self.launch)
        self.assertIn('No valid host was found. (403)', str(error))
        self.assertOneServer(self.launch())

    def test_it_can_be_left(self) -> None:
        self.api.accidents += [compute_api.UNAVAILABLE] * 100
        self.assertRaises(Enough, self.launch, checkpoint=leave)
        self.assertEqual({}, self.api.servers)

    def test_what_it_cannot_give(self) -> None:
        for thing, name, value in (
            (self.group, 'volumes_per_node', 1),
            (self.group, 'boot_from_volume', True),
            (self.group, 'floating_ip_pool', 'public'),
            (self.group, 'auto_security_group', True),
            (self.cluster, 'anti_affinity', ['datanode']),
        ):
            before = getattr(thing, name)
            setattr(thing, name, value)
            error = self.assertRaises(exception.InfraUnsupported, self.launch)
            self.assertIn(name, str(error))
            setattr(thing, name, before)
        self.assertEqual({}, self.api.servers)


class TestLaunchWithoutTasks(DriverTestCase):
    KNOWS_TASKS = False

    def test_again_is_not_another(self) -> None:
        server_id = self.launch()
        self.assertEqual(server_id, self.launch(driver=self.new_driver()))
        self.assertOneServer(server_id)

    def test_lost_answers(self) -> None:
        self.api.accidents.append(compute_api.LOST)
        self.assertOneServer(self.launch())

    def test_another_of_the_same_name(self) -> None:
        first = self.launch(self.new_instance())
        second = self.launch(self.new_instance())
        third = self.launch()
        self.assertEqual(3, len({first, second, third}))
        self.assertEqual(third, self.launch(driver=self.new_driver()))

    def test_it_says_what_is_not_promised(self) -> None:
        self.launch()
        self.launch(self.new_instance())
        self.assertEqual(1, self.log.output.count('does not know of tasks'))

    def test_refusing(self) -> None:
        self.settings.set('infra_compute', without_tasks='refuse')
        self.assertRaises(exception.InfraWithoutTasks, self.launch)
        self.assertEqual({}, self.api.servers)

    def test_delete_what_was_never_recorded(self) -> None:
        self.settings.set('infra_compute', without_tasks='search')
        self.launch()
        self.settings.set('infra_compute', without_tasks='refuse')
        self.delete()
        self.assertEqual({}, self.api.servers)


class TestWaiting(DriverTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.instance.instance_id = self.launch()

    def wait_for_address(self, checkpoint: Any = go_on) -> Any:
        return self.driver.wait_for_address(
            self.context, self.cluster, self.instance, checkpoint
        )

    def show(self, status: str, *addresses: tuple[str, str]) -> None:
        found = [
            {'OS-EXT-IPS:type': kind, 'addr': address}
            for kind, address in addresses
        ]
        self.api.shown = {'status': status, 'addresses': {'net': found}}

    def test_addresses(self) -> None:
        for addresses, internal, management in (
            ([('fixed', '192.0.2.1')], '192.0.2.1', '192.0.2.1'),
            (
                [('fixed', '192.0.2.1'), ('fixed', '192.0.2.2')],
                '192.0.2.1',
                '192.0.2.1',
            ),
            (
                [('floating', '203.0.113.1'), ('fixed', '192.0.2.1')],
                '192.0.2.1',
                '203.0.113.1',
            ),
        ):
            self.show('ACTIVE', *addresses)
            found = self.wait_for_address()
            self.assertEqual(internal, found.internal_ip)
            self.assertEqual(management, found.management_ip)

    def test_until_there_is_one(self) -> None:
        address = ('fixed', '192.0.2.1')
        shown = [
            lambda: self.show('BUILD', address),
            lambda: self.show('ACTIVE'),
            lambda: self.show('ACTIVE', address),
        ]
        self.show('BUILD')

        def show_next(waiting: str = '') -> None:
            if shown and waiting:
                shown.pop(0)()

        found = self.wait_for_address(show_next)
        self.assertEqual('192.0.2.1', found.internal_ip)
        self.assertEqual([], shown)

    def test_it_says_what_it_waits_for(self) -> None:
        said: list[str] = []

        def listen(waiting: str = '') -> None:
            if waiting:
                said.append(waiting)
                shown.pop(0)()

        down = {
            'status': 'BUILD',
            'OS-EXT-STS:task_state': 'spawning',
            'host_status': 'DOWN',
        }
        shown = [
            lambda: self.api.shown.update(down),
            lambda: self.show('ACTIVE'),
            lambda: self.show('ACTIVE', ('fixed', '192.0.2.1')),
        ]
        self.show('BUILD')
        self.wait_for_address(listen)
        self.assertEqual(
            [
                f'one-worker-0 to be up. {reason}'
                for reason in (
                    'Its status is BUILD.',
                    'Its status is BUILD (spawning). Its host is down.',
                    'It has no address.',
                )
            ],
            said,
        )

    def test_servers_that_never_have_one(self) -> None:
        self.settings.set('infra_compute', wait_for='active')
        found = self.wait_for_address()
        self.assertEqual((None, None), (found.internal_ip, found.internal_ip))

    def test_servers_in_error(self) -> None:
        fault = {'message': 'No valid host was found.'}
        self.api.shown = {'status': 'ERROR', 'fault': fault}
        error = self.assertRaises(
            exception.ServerFailed, self.wait_for_address
        )
        self.assertIn('one-worker-0', str(error))
        self.assertIn('No valid host was found.', str(error))

    def test_servers_that_are_gone(self) -> None:
        self.api.servers.clear()
        error = self.assertRaises(
            exception.ServerFailed, self.wait_for_address
        )
        self.assertIn('gone', str(error))

    def test_it_does_not_take_for_ever(self) -> None:
        self.settings.set('infra_compute', address_timeout=1)
        self.show('BUILD')
        error = self.assertRaises(
            exception.InfraTimeout, self.wait_for_address
        )
        self.assertIn('Its status is BUILD.', str(error))

    def test_it_can_be_left(self) -> None:
        self.show('BUILD')
        self.assertRaises(Enough, self.wait_for_address, leave)


class TestSSH(DriverTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.instance.management_ip = '127.0.0.1'
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(self.listener.close)
        port = self.listener.getsockname()[1]
        self.settings.set('infra_compute', ssh_port=port)

    def wait_for_ssh(self, checkpoint: Any = go_on) -> None:
        self.driver.wait_for_ssh(
            self.context, self.cluster, self.instance, checkpoint
        )

    def test_an_open_port(self) -> None:
        self.wait_for_ssh()
        self.listener.accept()[0].close()

    def test_a_closed_port(self) -> None:
        self.listener.close()
        self.settings.set('infra_compute', ssh_timeout=1)
        error = self.assertRaises(exception.InfraTimeout, self.wait_for_ssh)
        self.assertIn('127.0.0.1', str(error))
        self.assertRaises(Enough, self.wait_for_ssh, leave)

    def test_where_it_is_not_waited_for(self) -> None:
        self.listener.close()
        for wait_for in ('address', 'active'):
            self.settings.set('infra_compute', wait_for=wait_for)
            self.wait_for_ssh(leave)


class TestDelete(DriverTestCase):
    def test_by_id(self) -> None:
        self.instance.instance_id = self.launch()
        self.delete()
        self.assertEqual({}, self.api.servers)
        self.delete()

    def test_what_was_launched_and_never_recorded(self) -> None:
        self.launch()
        self.delete()
        self.assertEqual({}, self.api.servers)

    def test_what_was_never_launched(self) -> None:
        other = self.launch(self.new_instance())
        self.delete()
        self.assertOneServer(other)

    def test_it_does_not_take_for_ever(self) -> None:
        self.launch()
        self.settings.set('infra_compute', delete_timeout=1)
        self.api.is_stubborn = True
        self.assertRaises(exception.InfraTimeout, self.delete)
        self.assertRaises(Enough, self.delete, leave)
