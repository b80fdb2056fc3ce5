# SPDX-License-Identifier: Apache-2.0
"""Load balancers learn when a database server goes and comes back."""

import time

import sqlalchemy as sa
import webob

from ext_lib.testing import polling
from ext_lib.testing import relay
from ext_lib.wsgi import healthcheck
from nova_ext.tests.functional.backends import database

load_tests = database.load_tests

#: Seconds that a load balancer waits at most: for an answer over a
#: connection that is lost, for another connection, and for this machine.
_LONG = 10


class TestHealthcheck(database.ServerTestCase):
    """One process, a server, and a way between them."""

    def setUp(self):
        super().setUp()
        url = sa.engine.make_url(self.url)
        ports = {'mysql': 3306, 'postgresql': 5432}
        port = url.port or ports[url.get_backend_name()]
        self.relay = self.useFixture(relay.Relay(port))
        way = url.set(host='127.0.0.1', port=self.relay.port)
        self.settings.set(
            'database', connection=way.render_as_string(hide_password=False)
        )
        self.application = healthcheck.application(self.conf)
        self.assertEqual(200, self.ask())

    def ask(self):
        """Return the status of an answer that came soon enough."""
        began = time.monotonic()
        request = webob.Request.blank('/healthcheck')
        status = request.get_response(self.application).status_int
        self.assertLess(time.monotonic() - began, _LONG)
        return status

    def test_the_server_starts_again(self):
        self.relay.close_all()
        self.assertEqual(200, self.ask())

    def test_nothing_gets_through_for_a_while(self):
        self.relay.swallow()
        if self.url.startswith('postgresql'):
            # On an open connection libpq waits until packets get lost, and
            # the relay acknowledges what it swallows.
            self.relay.close_all()
        for _ in range(5):
            self.assertEqual(503, self.ask())
        self.relay.recover()
        polling.wait_until(lambda: self.ask() == 200, 'it to recover')

    def test_it_connects_once(self):
        before = self.relay.connections
        for _ in range(5):
            self.assertEqual(200, self.ask())
        self.assertEqual(before, self.relay.connections)
