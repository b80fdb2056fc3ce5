# SPDX-License-Identifier: Apache-2.0
"""Recovery of requests that were accepted without a broker."""

import time
import urllib.parse

from ext_lib.testing import polling
from ext_lib.testing import relay
from nova_ext.tests.functional.backends import database
from nova_ext.tests.functional.backends import deployment

load_tests = database.load_tests

NODE1, _NODE2 = deployment.NODES
#: Two attempts at a broker that refuses, a second between them; the rest is
#: for a busy machine.
SECONDS = 15
RABBITMQ = 5672


class TestNoBroker(deployment.DeploymentTestCase):
    """The broker goes and comes back; the API answers all the time."""

    # What the API does without a broker is the same on any database.
    scenarios = deployment.DeploymentTestCase.scenarios[:1]
    options = {
        # Hosts are not to be taken for dead: they cannot beat meanwhile.
        'DEFAULT': {'service_down_time': '600', 'rpc_response_timeout': '5'},
        'conductor': {'lost_after': '5'},
    }

    def find_broker(self):
        broker = urllib.parse.urlsplit(super().find_broker())
        self.relay = self.useFixture(relay.Relay(broker.port or RABBITMQ))
        login, _, _address = broker.netloc.rpartition('@')
        address = f'{login}@127.0.0.1:{self.relay.port}'
        return broker._replace(netloc=address).geturl()

    def quickly(self, method, *args, **kwargs):
        """Return what a method of the administrator does, if it is quick."""
        begin = time.monotonic()
        result = getattr(self.admin, method)(*args, **kwargs)
        self.assertLess(time.monotonic() - begin, SECONDS)
        return result

    def wait_until_gone(self, server_id):
        polling.wait_until(
            lambda: self.admin.is_gone(server_id), f'the end of {server_id}'
        )

    def test_outage(self):
        names = ('stopping', 'leaving', 'resized', 'dying')
        ids = [self.create_on(NODE1, name) for name in names]
        stopping, leaving, resized, dying = ids
        self.admin.act(resized, 'migrate')
        self.admin.wait_for(resized, 'VERIFY_RESIZE')
        self.relay.refuse()
        stop = self.quickly('act', stopping, 'os-stop')
        move = self.quickly('act', leaving, 'migrate')
        delete = self.quickly('delete', dying)
        # Asks a host to clean up, and does without.
        self.quickly('delete', resized)
        created = self.quickly('create', 'created')
        self.relay.recover()
        self.admin.wait_for(stopping, 'SHUTOFF')
        self.admin.wait_for(created, 'ACTIVE')
        # A move is not idempotent, so its message is not sent again.
        self.admin.wait_for(leaving, 'ACTIVE')
        for server_id in (dying, resized):
            self.wait_until_gone(server_id)
        for server_id, request, result in (
            (stopping, stop, 'Success'),
            (dying, delete, 'Success'),
            (leaving, move, 'Error'),
        ):
            steps = self.admin.wait_for_end(server_id, request)
            self.assertEqual([result], [found for *_, found in steps])
        for action in self.admin.actions(resized):
            self.admin.wait_for_end(resized, action['request_id'])
