# SPDX-License-Identifier: Apache-2.0
"""A history in a real nova: all that can be done to servers, and can fail."""

from collections.abc import Iterator
from concurrent import futures
import contextlib
import functools
import os
import signal
from typing import Any

from ext_lib.testing import polling
from nova_ext.tests.realcloud import base

_VERSION = '2.80'
_HOSTS = ('host1', 'host2')
#: How often a live migration is begun, until one is caught on its way.
_ATTEMPTS = 20
_HOST = 'OS-EXT-SRV-ATTR:host'
_TASK = 'OS-EXT-STS:task_state'
#: More than any host has, in what no quota limits.
_HUGE = {'name': 'huge', 'id': 'huge', 'ram': 64, 'vcpus': 1, 'disk': 10**6}


class History:
    """Has it made by the users of the cloud.

    ``servers`` are the ids of all servers, deleted ones included.

    :param nova: a test that asks nova
    """

    def __init__(self, nova: base.TestCase) -> None:
        self._nova = nova
        self.servers: list[str] = []

    def make(self, *names: str) -> None:
        """Make it; what need not be in order is done at once.

        :param names: of some of its stories; all are made without
        """
        self._ask('POST', '/flavors', {'flavor': _HUGE}, 'admin')
        all_stories = {
            'power': self._power,
            'cold': self._cold,
            'live': self._live,
            'resized': self._resized,
            'deleted': self._deleted,
            'waiting': self._waiting,
            'nowhere': self._nowhere,
        }
        stories = [all_stories[name] for name in names or all_stories]
        try:
            with futures.ThreadPoolExecutor(3) as pool:
                for future in [pool.submit(story) for story in stories]:
                    future.result()
        finally:
            self._ask('DELETE', '/flavors/huge', None, 'admin')

    def _power(self) -> None:
        server = self._boot('demo')
        for action, status in (
            ('os-stop', 'SHUTOFF'),
            ('os-start', 'ACTIVE'),
            ('pause', 'PAUSED'),
            ('unpause', 'ACTIVE'),
            ('suspend', 'SUSPENDED'),
            ('resume', 'ACTIVE'),
        ):
            self._act(server, {action: None}, status)
        self._act(server, {'reboot': {'type': 'HARD'}}, 'ACTIVE')
        self._act(server, {'lock': None}, 'ACTIVE')
        self._act(server, {'unlock': None}, 'ACTIVE', 'admin')

    def _cold(self) -> None:
        server = self._boot('demo')
        for end in 'confirmResize', 'revertResize':
            self._act(server, {'migrate': None}, 'VERIFY_RESIZE', 'admin')
            self._act(server, {end: None}, 'ACTIVE')

    def _live(self) -> None:
        server = self._boot('alt')
        self._migrate_live(server, None)
        # To where it is already: this fails, and says so.
        self._migrate_live(server, self._show(server)[_HOST])

    def _migrate_live(self, server: str, host: str | None) -> None:
        body = {'host': host, 'block_migration': 'auto'}
        self._act(server, {'os-migrateLive': body}, 'ACTIVE', 'admin')

    def _resized(self) -> None:
        server = self._boot('demo')
        body = {'resize': {'flavorRef': self._nova.BIGGER}}
        self._act(server, body, 'VERIFY_RESIZE')
        self._act(server, {'confirmResize': None}, 'ACTIVE')

    def _deleted(self) -> None:
        for user in 'demo', 'alt':
            server = self._boot(user)
            self._act(server, {'migrate': None}, 'VERIFY_RESIZE', 'admin')
            self._act(server, {'confirmResize': None}, 'ACTIVE', 'admin')
            self._ask('DELETE', f'/servers/{server}', None, user)
            is_gone = functools.partial(self._is_gone, server)
            polling.wait_until(is_gone, f'{server} to go')

    def _waiting(self) -> None:
        """Leave a resize that is not confirmed."""
        server = self._boot('alt')
        self._act(server, {'migrate': None}, 'VERIFY_RESIZE', 'admin')

    def _nowhere(self) -> None:
        """Ask for what no host has: it stays in cell0."""
        for user in 'demo', 'alt':
            server = self._create(user, flavorRef='huge')
            self._wait(server, 'ERROR')

    @contextlib.contextmanager
    def moving(self) -> Iterator[str]:
        """Have a live migration under way; yields the id of its server."""
        server = self._boot('demo')
        body = {'host': None, 'block_migration': 'auto'}
        for _ in range(_ATTEMPTS):
            path = f'/servers/{server}/action'
            self._ask('POST', path, {'os-migrateLive': body}, 'admin')
            polling.wait_until(
                lambda: self._migrations(server) or self._is_idle(server),
                f'{server} to move',
            )
            with self._frozen():
                is_caught = bool(self._migrations(server))
                if is_caught:
                    yield server
            self._wait(server, 'ACTIVE')
            if is_caught:
                return
        raise AssertionError('Each live migration was too quick')

    @contextlib.contextmanager
    def _frozen(self) -> Iterator[None]:
        """Let both hosts stand still, so that nothing ends or fails."""
        run = self._nova.cloud.home / 'run'
        files = [run / f'nova-compute-{host}.pid' for host in _HOSTS]
        pids = [int(file.read_text().split()[0]) for file in files]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def _is_idle(self, server: str) -> bool:
        return self._show(server)[_TASK] is None

    def _migrations(self, server: str) -> Any:
        path = f'/servers/{server}/migrations'
        return self._ask('GET', path, None, 'admin').json['migrations']

    def _boot(self, user: str) -> str:
        server = self._create(user)
        self._wait(server, 'ACTIVE')
        return server

    def _create(self, user: str, **values: Any) -> str:
        body = self._nova.server_body(self._nova.new_tag(), **values)
        answer = self._ask('POST', '/servers', body, user)
        server = str(answer.json['server']['id'])
        self.servers.append(server)
        return server

    def _act(
        self, server: str, body: Any, status: str, user: str | None = None
    ) -> None:
        """Have something done to a server; return when it has a status.

        :param user: who asks for it; the owner unless given
        """
        user = user or self._owner(server)
        self._ask('POST', f'/servers/{server}/action', body, user)
        self._wait(server, status)

    def _owner(self, server: str) -> str:
        path = f'/servers/{server}'
        is_demos = self._nova.ask('GET', path, token='demo').status == 200
        return 'demo' if is_demos else 'alt'

    def _show(self, server: str) -> Any:
        return self._ask('GET', f'/servers/{server}', None, 'admin').json[
            'server'
        ]

    def _is_gone(self, server: str) -> bool:
        answer = self._nova.ask('GET', f'/servers/{server}', token='admin')
        return answer.status == 404

    def _wait(self, server: str, status: str) -> None:
        def has_it() -> bool:
            found = self._show(server)
            return found['status'] == status and found[_TASK] is None

        polling.wait_until(has_it, f'{server} to be {status}')

    def _ask(self, method: str, path: str, body: Any, user: str) -> Any:
        answer = self._nova.ask(
            method, path, body, token=user, version=_VERSION
        )
        if answer.status >= 400:
            raise AssertionError((method, path, body, answer))
        return answer
