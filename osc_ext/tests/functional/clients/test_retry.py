# SPDX-License-Identifier: Apache-2.0
"""Calls of openstacksdk that survive resets, kills and silence."""

import concurrent.futures
import tempfile
import threading
from typing import Any

from openstack import exceptions
import testscenarios
import testtools

from ext_lib.testing import allinone
from ext_lib.testing import polling
from ext_lib.testing import relay
from osc_ext import sdk
from osc_ext.tests.functional import base

load_tests = testscenarios.load_tests_apply_scenarios

_MORTAL = 'nova_ext.tests.functional.tasks.mortal_allinone'
#: How long a call may take while the API starts again.
_SECONDS = 240
#: How many resets the test injects, and how many threads suffer them.
_RESETS, _THREADS = 100, 10


class TestRetry(base.FunctionalTestCase):
    """A service that continues, behind a connection that does not."""

    def setUp(self) -> None:
        super().setUp()
        port = base.port_of(self.service)
        self.relay = self.useFixture(relay.Relay(port))
        self.connection = self.connect(self.relay.port, connect_retries=0)
        self.plain = self.connect()

    def servers(self, tag: str) -> list[str]:
        """Return the servers of all tasks with a tag.

        A task without one is that of a request that was not carried out.
        """
        tasks = sdk.register(self.plain).compute.server_tasks(tag)
        return [task.server_id for task in tasks if task.server_id]

    def test_resets(self) -> None:
        """One server for each call, whatever is cut."""
        with sdk.retry_safe(self.connection):
            pass
        before = len(list(self.plain.compute.servers(details=False)))
        numbers = range(_RESETS)
        with concurrent.futures.ThreadPoolExecutor(_THREADS) as threads:
            made = list(threads.map(self._create_with_a_reset, numbers))
        after = len(list(self.plain.compute.servers(details=False)))
        self.assertEqual(_RESETS, len({server for _, server in made}))
        self.assertEqual(_RESETS, after - before)
        for tag, server in made:
            self.assertEqual([server], self.servers(tag))

    def _create_with_a_reset(self, number: int) -> tuple[str, str]:
        cut = (self.relay.cut_next_request, self.relay.cut_next_answer)
        with sdk.retry_safe(self.connection) as tag:
            cut[number % 2]()
            server = self.connection.compute.create_server(**base.SERVER)
        return tag, server.id

    def test_every_change(self) -> None:
        """Its answer is lost, and it is carried out once."""
        compute = self.connection.compute
        with sdk.retry_safe(self.connection) as tag:
            server = self.lose(lambda: compute.create_server(**base.SERVER))
            self.wait(server)
            self.lose(lambda: compute.stop_server(server))
            self.wait(server, 'SHUTOFF')
            self.lose(lambda: compute.start_server(server))
            self.wait(server)
            self.lose(lambda: compute.delete_server(server))
            compute.wait_for_delete(server, interval=0.1)
        tasks = sdk.register(self.plain).compute.wait_for_task(tag)
        self.assertEqual(
            ['delete', 'start', 'stop', 'create'],
            [task.task for task in tasks],
        )
        self.assertEqual({'success'}, {task.state for task in tasks})

    def lose(self, call: Any) -> Any:
        """Make a call without its first answer."""
        self.relay.cut_next_answer()
        return call()

    def wait(self, server: Any, status: str = 'ACTIVE') -> None:
        """Wait until a server has a status."""
        self.plain.compute.wait_for_server(
            self.plain.compute.get_server(server.id),
            status=status,
            interval=0.1,
        )

    def test_silence(self) -> None:
        """Nothing is answered for a while."""
        with sdk.retry_safe(self.connection, answer_timeout=1) as tag:
            self.relay.swallow()
            timer = threading.Timer(2, self.relay.recover)
            timer.start()
            self.addCleanup(timer.join)
            server = self.connection.compute.create_server(**base.SERVER)
        self.assertEqual([server.id], self.servers(tag))

    def test_a_repeat_in_another_process(self) -> None:
        """The same tag, later, through another connection."""
        made = set()
        for connection in (self.connection, self.plain):
            with sdk.retry_safe(connection, f'again-{id(self)}'):
                server = connection.compute.create_server(**base.SERVER)
            made.add(server.id)
        self.assertEqual(1, len(made))

    def test_refused(self) -> None:
        """The request's own errors are raised."""
        with sdk.retry_safe(self.connection):
            self.assertRaises(
                exceptions.BadRequestException,
                self.connection.compute.create_server,
                **{**base.SERVER, 'flavor_id': 'none'},
            )

    def test_a_rename(self) -> None:
        """A change that is recorded nowhere is carried out once, too."""
        compute = self.connection.compute
        with sdk.retry_safe(self.connection) as tag:
            server = compute.create_server(**base.SERVER)
            self.wait(server)
            changed = self.lose(
                lambda: compute.update_server(server, name='two')
            )
        self.assertEqual('two', changed.name)
        tasks = sdk.register(self.plain).compute.server_tasks(tag)
        self.assertEqual(
            [('update', 'success'), ('create', 'success')],
            [(task.task, task.state) for task in tasks],
        )


class TestKill(testtools.TestCase):
    """The API is killed amid a request, and started again."""

    scenarios = [
        (point, {'point': point})
        for point in ('reserved', 'answered', 'recorded')
    ]
    point: str

    def test_one_server(self) -> None:
        state = tempfile.TemporaryDirectory()
        self.addCleanup(state.cleanup)
        first = self.useFixture(
            allinone.AllInOne(
                state.name, _MORTAL, EXT_TEST_CRASH_POINT=self.point
            )
        )
        leads = self.useFixture(relay.Relay(base.port_of(first)))
        connection = base.connect(self, first, leads.port)
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            created = threads.submit(self._create, connection)
            polling.wait_until(lambda: first.status, 'the API to be killed')
            self.assertEqual(-9, first.status)
            second = self.useFixture(allinone.AllInOne(state.name))
            leads.lead_to(base.port_of(second))
            tag, server = created.result(timeout=_SECONDS)
        compute = sdk.register(connection).compute
        tasks = compute.wait_for_task(tag, timeout=120)
        self.assertEqual(
            [server], [t.server_id for t in tasks if t.state == 'success']
        )
        self.assertEqual(
            [(server, 'ACTIVE')], [(s.id, s.status) for s in compute.servers()]
        )

    def _create(self, connection: Any) -> tuple[str, str]:
        with sdk.retry_safe(connection, timeout=_SECONDS) as tag:
            server = connection.compute.create_server(**base.SERVER)
        return tag, server.id
