# SPDX-License-Identifier: Apache-2.0
"""The all-in-one is killed at any point, and every open step ends."""

from concurrent import futures
import dataclasses
import os
import random
import threading
import time
from typing import Any

import requests
from testtools import content

from ext_lib.testing import polling
from nova_ext.tests.functional import census
from nova_ext.tests.functional import test_restart
from nova_ext.tests.functional import user

HOST1, HOST2 = 'host1', 'host2'
LIVE = {'host': None, 'block_migration': 'auto'}

#: How often the service is killed at a random point.
ROUNDS = int(os.environ.get('NOVA_EXT_CRASH_ROUNDS', '2'))
SEED = os.environ.get('NOVA_EXT_CRASH_SEED')


@dataclasses.dataclass(frozen=True)
class Case:
    """An operation that is under way when the service is killed.

    :param step: the one that is under way, on ``host``
    :param status: of the server in the end
    :param result: of the step in the end
    :param needs: what is done to the server before
    """

    name: str
    argument: Any
    step: str
    status: str
    result: str = 'Success'
    needs: tuple[str, str] | None = None
    host: str = HOST1


CASES = (
    Case('os-stop', None, 'stop_instance', 'SHUTOFF'),
    Case(
        'os-start',
        None,
        'start_instance',
        'ACTIVE',
        needs=('os-stop', 'SHUTOFF'),
    ),
    Case('reboot', {'type': 'SOFT'}, 'reboot_instance', 'ACTIVE'),
    Case('reboot', {'type': 'HARD'}, 'reboot_instance', 'ACTIVE'),
    Case('pause', None, 'pause_instance', 'PAUSED'),
    Case('suspend', None, 'suspend_instance', 'SUSPENDED'),
    Case('migrate', None, 'resize_instance', 'ACTIVE', 'Error'),
    Case('resize', {'flavorRef': '2'}, 'resize_instance', 'ACTIVE', 'Error'),
    Case('os-migrateLive', LIVE, 'live_migration', 'ACTIVE', 'Error'),
    Case(
        'confirmResize',
        None,
        'confirm_resize',
        'ACTIVE',
        needs=('migrate', 'VERIFY_RESIZE'),
    ),
    Case(
        'revertResize',
        None,
        'revert_resize',
        'ACTIVE',
        needs=('migrate', 'VERIFY_RESIZE'),
        host=HOST2,
    ),
    Case(
        'rebuild',
        {'imageRef': user.IMAGE},
        'rebuild_instance',
        'ERROR',
        'Error',
    ),
)


class TestCrash(test_restart.RestartTestCase):
    """Everything is under way when the service is killed."""

    def setUp(self):
        super().setUp()
        self.start()
        self.servers = [self.admin.create(c.name, host=HOST1) for c in CASES]
        self.dying = self.admin.create('dying', host=HOST1)
        self.stranded = self.admin.create('stranded', host=HOST1)
        for server_id in (*self.servers, self.dying, self.stranded):
            self.admin.wait_for(server_id, 'ACTIVE')
        for server_id, case in zip(self.servers, CASES, strict=True):
            if case.needs:
                self.admin.act(server_id, case.needs[0])
        for server_id, case in zip(self.servers, CASES, strict=True):
            if case.needs:
                self.admin.wait_for(server_id, case.needs[1])
        self.service.kill()
        # From now on, nothing that is begun ends.
        self.start(OS_FAKE__SECONDS='600')

    def test_every_operation_is_finished(self):
        begun = [
            self.admin.act(server_id, case.name, case.argument)
            for server_id, case in zip(self.servers, CASES, strict=True)
        ]
        deletion = self.admin.delete(self.dying)
        building = self.admin.create('building', host=HOST1)
        build = self.admin.actions(building)[0]['request_id']
        steps = [
            (server_id, request, f'compute_{case.step}', case.host)
            for server_id, request, case in zip(
                self.servers, begun, CASES, strict=True
            )
        ]
        steps += [
            (self.dying, deletion, 'compute_terminate_instance', HOST1),
            (building, build, 'compute__do_build_and_run_instance', HOST1),
        ]
        for step in steps:
            self.admin.wait_for_step(*step)
        steps.append(self.begin_evacuation())
        self.service.kill()
        self.start()
        found = census.final(self.admin)
        self.check_records(found, steps)
        self.check_ends(found)
        self.admin.wait_for(building, 'ACTIVE')
        self.assertTrue(self.admin.is_gone(self.dying))
        self.check_usable()

    def begin_evacuation(self):
        self.admin.force_down(HOST1, True)
        request = self.admin.act(self.stranded, 'evacuate', {})
        step = (self.stranded, request, 'compute_rebuild_instance', HOST2)
        self.admin.wait_for_step(*step)
        return step

    def check_records(self, found, steps):
        """Each action has one record, and each step of it, too."""
        results = {server_id: 'Success' for server_id, *_ in steps}
        for server_id, case in zip(self.servers, CASES, strict=True):
            results[server_id] = case.result
        results[self.stranded] = 'Error'
        for server_id, request, name, host in steps:
            (action,) = [
                action
                for action in found.actions[server_id]
                if action['request_id'] == request
            ]
            (event,) = [e for e in action['events'] if e['event'] == name]
            wanted = (host, results[server_id])
            self.assertEqual(wanted, (event['host'], event['result']), name)
            message = 'Error' if results[server_id] == 'Error' else None
            self.assertEqual(message, action['message'])

    def check_ends(self, found):
        """Each server is what it was to be, or was before."""
        statuses = {s['id']: s['status'] for s in found.alive}
        self.assertEqual(
            {
                server_id: case.status
                for server_id, case in zip(self.servers, CASES, strict=True)
            },
            {server_id: statuses[server_id] for server_id in self.servers},
        )
        self.assertEqual('ERROR', statuses[self.stranded])

    def check_usable(self):
        """Requests can be repeated after a failure."""
        again = self.admin.act(self.stranded, 'evacuate', {})
        self.admin.wait_for(self.stranded, 'ACTIVE')
        self.admin.wait_for_end(self.stranded, again)
        # Only a restart removes what the host still has of the server.
        self.service.kill()
        self.start()
        polling.wait_until(
            lambda: (
                self.admin.migrations(self.stranded)[-1]['status']
                == 'completed'
            ),
            'the old host to remove the server',
        )
        self.admin.force_down(HOST1, False)
        for server_id, case in zip(self.servers, CASES, strict=True):
            if case.name in ('migrate', 'os-migrateLive'):
                self.admin.act(server_id, case.name, case.argument)
        census.final(self.admin)


class TestRandomCrash(test_restart.RestartTestCase):
    """Users ask for all kinds of things while the service is killed."""

    def setUp(self):
        super().setUp()
        seed = SEED or str(time.time_ns())
        self.addDetail('seed', content.text_content(seed))
        self.random = random.Random(seed)

    def test_rounds(self):
        names = []
        for number in range(ROUNDS):
            self.start(OS_FAKE__SECONDS='0.05')
            crowd = Crowd(self.service.url, self.random, number)
            with futures.ThreadPoolExecutor(len(crowd.members)) as pool:
                for member in crowd.members:
                    pool.submit(crowd.live, member)
                deadline = self.random.uniform(0.2, 4)
                crowd.wait(deadline)
                self.service.kill()
                crowd.end()
            self.start()
            found = census.final(self.admin)
            names += crowd.created
            self.check(found, names, crowd)
            self.service.kill()

    def check(self, found, names, crowd):
        """Nothing that was acknowledged is missing, or there twice."""
        exist = [server['name'] for server in found.servers]
        for name in names:
            self.assertEqual(1, exist.count(name), name)
        for server_id, request in crowd.acknowledged:
            records = [
                action['action']
                for action in found.actions[server_id]
                if action['request_id'] == request
            ]
            # Deleting a server that was moved confirms the move.
            self.assertEqual(len(set(records)), len(records), str(records))
            self.assertIn(len(records), (1, 2), request)
        for server_id in crowd.deleted:
            self.assertTrue(self.admin.is_gone(server_id), server_id)


class Crowd:
    """Users that send one request after the other until none is answered.

    :param number: of the round, for names of servers
    """

    members = range(4)

    def __init__(self, url: str, dice: random.Random, number: int) -> None:
        self._url = url
        self._seeds = [dice.random() for _ in self.members]
        self._number = number
        self._ended = threading.Event()
        self.created: list[str] = []
        self.deleted: list[str] = []
        self.acknowledged: list[tuple[str, str]] = []

    def wait(self, seconds: float) -> None:
        """Let them continue for a while."""
        self._ended.wait(seconds)

    def end(self) -> None:
        """Send them home."""
        self._ended.set()

    def live(self, member: int) -> None:
        """Be one of them."""
        admin = user.User(self._url)
        dice = random.Random(self._seeds[member])
        servers: list[str] = []
        while not self._ended.is_set():
            try:
                self._ask(admin, dice, member, servers)
            except requests.HTTPError:
                # Busy with something else, or in the wrong state for it.
                continue
            except requests.RequestException:
                return

    def _ask(
        self,
        admin: user.User,
        dice: random.Random,
        member: int,
        servers: list[str],
    ) -> None:
        if len(servers) < 3:
            name = f'{self._number}-{member}-{len(self.created)}'
            servers.append(admin.create(name))
            self.created.append(name)
            return
        server_id = dice.choice(servers)
        if dice.random() < 0.05:
            request = admin.delete(server_id)
            servers.remove(server_id)
            self.deleted.append(server_id)
        else:
            case = dice.choice(CASES)
            request = admin.act(server_id, case.name, case.argument)
        self.acknowledged.append((server_id, request))
