# SPDX-License-Identifier: Apache-2.0
"""Messages arrive as they were sent."""

import queue
import socket

from oslo_config import cfg
import oslo_messaging as messaging
from oslo_messaging import conffixture
from oslotest import base as test_base

from ext_lib import context
from ext_lib import exception
from ext_lib import fixture
from ext_lib import rpc
from ext_lib import service

#: Seconds until a test gives up; nothing takes long.
TIMEOUT = 30


class Unknown(exception.Error):
    msg_fmt = 'A module the caller does not trust.'


class Manager(service.Manager):
    target = messaging.Target(version='1.2')

    def whoami(self, context):
        return context.to_dict()

    def echo(self, context, value):
        return value

    def fail(self, context, known):
        if known:
            raise exception.MarkerNotFound(marker='m1')
        raise Unknown


class TestRPC(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        conf([])
        self.rpc = self.useFixture(fixture.RPC(conf))
        self.rpc.serve(Manager(), self.rpc.topic)
        self.client = self.rpc.client(self.rpc.topic)
        self.context = context.RequestContext(
            user_id='jo',
            project_id='demo',
            roles=['member', 'reader'],
            global_request_id='req-8c6ab0bc-09ff-4df0-8a8a-a3ebbd2bcb9c',
            auth_token='secret',
        )

    def call(self, method, **values):
        return self.client.call(self.context, method, **values)

    def test_values_arrive(self):
        value = {'list': [1, None, 'ü'], 'float': 1.5, 'bool': True}
        self.assertEqual(value, self.call('echo', value=value))

    def test_the_caller_arrives(self):
        sent = self.context.to_dict()
        self.assertEqual(sent | {'auth_token': None}, self.call('whoami'))

    def test_an_administrator_arrives(self):
        self.context = context.get_admin_context()
        arrived = self.call('whoami')
        self.assertIs(True, arrived['is_admin'])
        self.assertIsNone(arrived['project_id'])

    def test_an_error_arrives(self):
        error = self.assertRaises(
            exception.MarkerNotFound, self.call, 'fail', known=True
        )
        self.assertEqual({'marker': 'm1'}, error.kwargs)
        self.assertIn('Marker m1 could not be found.', str(error))

    def test_a_newer_interface_is_not_found(self):
        client = self.client.prepare(version='1.3')
        self.assertRaises(
            (messaging.UnsupportedVersion, messaging.RemoteError),
            *(client.call, self.context, 'echo'),
            value=1,
        )

    def test_a_capped_client_does_not_send_more(self):
        client = rpc.get_client(
            self.rpc.transport,
            messaging.Target(topic=self.rpc.topic, version='1.0'),
            messaging.NoOpSerializer(),
            version_cap='1.1',
        )
        self.assertTrue(client.can_send_version('1.1'))
        self.assertFalse(client.can_send_version('1.2'))
        self.assertRaises(
            messaging.RPCVersionCapError,
            *(client.prepare(version='1.2').call, self.context, 'echo'),
            value=1,
        )


class TestTransport(test_base.BaseTestCase):
    def test_any_configuration_will_do(self):
        """Not only the one for which the library registers all options."""
        conf = cfg.ConfigOpts()
        conf([])
        messaging.TransportURL.parse(conf)
        conf.set_override('transport_url', 'fake://')
        transport = rpc.get_transport(conf)
        self.addCleanup(transport.cleanup)
        serializer = messaging.NoOpSerializer()
        target = messaging.Target(topic='unheard')
        client = rpc.get_client(transport, target, serializer)
        client.cast(context.RequestContext(), 'echo', value=1)


class TestSender(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        self.conf([])
        self.context = context.get_admin_context()

    def sender(self, transport, **options):
        target = messaging.Target(topic='topic')
        client = rpc.get_client(transport, target, messaging.NoOpSerializer())
        return rpc.Sender(client, **options)

    def test_a_best_effort_one_waits_for_no_broker(self):
        with socket.create_server(('127.0.0.1', 0)) as listener:
            port = listener.getsockname()[1]
        self.useFixture(
            conffixture.ConfFixture(self.conf)
        ).transport_url = f'rabbit://127.0.0.1:{port}/'
        transport = rpc.get_transport(self.conf)
        self.addCleanup(transport.cleanup)
        sender = self.sender(transport, best_effort=True)
        for server in (None, 'host1'):
            self.assertFalse(sender.cast(self.context, 'work', server))

    def test_messages_arrive(self):
        channel = self.useFixture(fixture.RPC(self.conf))
        manager = Worker()
        channel.serve(manager, 'topic')
        for best_effort in (False, True):
            sender = self.sender(channel.transport, best_effort=best_effort)
            for server in (None, 'host1'):
                sent = sender.cast(self.context, 'work', server, value=1)
                self.assertTrue(sent)
                self.assertEqual(1, manager.done.get(timeout=TIMEOUT))


class Worker(service.Manager):
    def __init__(self):
        self.done: queue.Queue[int] = queue.Queue()

    def work(self, context, value):
        self.done.put(value)
