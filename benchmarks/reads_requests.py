# SPDX-License-Identifier: Apache-2.0
"""Reads that nova has, too, and their targets."""

from collections.abc import Iterator, Sequence
import dataclasses
import random
from typing import Any

from benchmarks import reads_data
from benchmarks import reads_meter
from benchmarks import reads_nova
from benchmarks import reads_servers

_SAMPLES = 20
_CELLS = 2
_PAGE = 50

# Targets.
POINT_NOVA, POINT_FLOOR = 12, 3
LIST_NOVA, LIST_FLOOR = 12, 2.5
#: Of a page of 50 and of 1,000, where nova walks through 1,000,000 rows.
BIG_NOVA = {50: 1000, 1000: 60}
BIG_NOVA_PLAIN, BIG_NOVA_FILTERED = 500, 10


@dataclasses.dataclass(frozen=True)
class Read:
    """A kind of request and its targets.

    :param nova: times nova's requests per second, at least
    :param floor: times the floor's CPU, at most
    :param commands: to all cells, at most
    :param shallow: name of the read whose CPU is compared
    """

    name: str
    requests: Sequence[bytes]
    nova: float | None = None
    floor: float | None = None
    commands: int | None = None
    shallow: str | None = None


class NovaReads:
    """The reads that nova has, too, on databases of one size."""

    def __init__(
        self, server: reads_servers.MariaDB, databases: Any, size: Any
    ) -> None:
        self._cell = databases.name('cell1')
        self._server = server
        self._size = size

    def all(self, is_indexed: bool) -> list[Read]:
        """Return all of them with their targets."""
        return [*self._points(), *self._lists(is_indexed)]

    def _points(self) -> Iterator[Read]:
        numbers = range(0, self._size.servers, self._size.servers // 100 or 1)
        some = random.Random(1).sample(range(self._size.servers), len(numbers))
        gone = [n for n in some if reads_data.is_deleted(n)] or [3]
        there = [n for n in some if not reads_data.is_deleted(n)]
        moving = [n for n in there if reads_data.is_moving(n)]
        # Another cell may have one that is not deleted.
        for suffix, servers, more in (
            ('', there, 0), (' of a deleted server', gone, _CELLS - 1),
        ):  # fmt: skip
            path = '/v2.1/servers/{}/os-instance-actions'
            yield _point(
                f'list {reads_data.ACTIONS} actions{suffix}',
                [
                    _request(path.format(_server(n)), self._owner(n))
                    for n in servers
                ],
                1 + more,
            )
            yield _point(
                f'show an action with its events{suffix}',
                [
                    _request(f'{path.format(_server(n))}/{self._action(n)}')
                    for n in servers
                ],
                2 + more,
            )
        yield _point(
            'migrations of a server',
            [
                _request(f'/v2.1/servers/{_server(n)}/migrations')
                for n in moving
            ],
            1,
        )

    def _owner(self, server: int) -> dict[str, str]:
        user = server % self._size.users
        return {
            'X-User-Id': reads_data.digest('user', user),
            'X-Project-Id': reads_data.digest(
                'project', user % self._size.projects
            ),
            'X-Roles': 'member,reader',
        }

    def _action(self, server: int) -> str:
        turn = server % reads_data.ACTIONS
        number = turn * self._size.servers + server + 1
        return f'req-{reads_data.uuid("request", number)}'

    def _lists(self, is_indexed: bool) -> Iterator[Read]:
        is_big = self._size.name == 'large'
        filters = {
            'user': [
                f'user_id={reads_data.digest("user", u)}'
                for u in self._users()
            ],
            'project': [
                f'project_id={reads_data.digest("project", u)}'
                for u in self._users()
            ],
            'host': [f'host=host{n}' for n in range(_SAMPLES)],
            'status': ['status=error'],
        }
        floor = LIST_FLOOR if is_indexed else None
        for limit in (_PAGE, 1000):
            name = f'os-migrations, {limit} of {self._size.migrations:,}'
            nova: float | None = LIST_NOVA if is_indexed else None
            if is_big:
                nova = BIG_NOVA[limit] if is_indexed else BIG_NOVA_PLAIN
                if limit != _PAGE and not is_indexed:
                    nova = None
            first = LIST_FLOOR if is_big and limit == _PAGE else floor
            yield _list(name, [f'limit={limit}'], nova, first)
        pages = self._size.migrations // _PAGE // 2
        deep_nova: float | None = LIST_NOVA if is_indexed else None
        if is_big:
            deep_nova = BIG_NOVA[_PAGE] if is_indexed else BIG_NOVA_PLAIN
        shallow = f'os-migrations, {_PAGE} of {self._size.migrations:,}'
        deep = _list(
            f'{shallow}, page {pages:,}',
            [f'limit={_PAGE}&marker={self._marker(pages)}'],
            deep_nova,
            floor,
        )
        yield dataclasses.replace(
            deep, shallow=shallow if is_indexed else None
        )
        for name, queries in filters.items():
            target: float | None = LIST_NOVA if is_indexed else None
            if is_big and not is_indexed and name == 'user':
                target = BIG_NOVA_FILTERED
            queries = [f'limit={_PAGE}&{query}' for query in queries]
            yield _list(f'{shallow}, by {name}', queries, target, floor)

    def _users(self) -> list[int]:
        """Return users whose servers are there."""
        return [n for n in range(2 * _SAMPLES) if not reads_data.is_deleted(n)]

    def _marker(self, pages: int) -> str:
        rows = (pages - 1) * _PAGE - 1
        [[uuid]] = reads_nova.execute(
            self._server,
            self._cell,
            'SELECT uuid FROM migrations WHERE deleted = 0'  # noqa: S608
            f' ORDER BY id DESC LIMIT 1 OFFSET {rows}',
        )
        return str(uuid)


def _point(name: str, requests: Sequence[bytes], commands: int) -> Read:
    return Read(name, requests, POINT_NOVA, POINT_FLOOR, commands)


def _list(
    name: str,
    queries: Sequence[str],
    nova: float | None,
    floor: float | None,
) -> Read:
    requests = [_request(f'/v2.1/os-migrations?{query}') for query in queries]
    return Read(name, requests, nova, floor, _CELLS)


def _server(number: int) -> str:
    return reads_data.uuid('server', number)


def _request(path: str, caller: Any = None) -> bytes:
    """Return a request of a caller, an administrator by default."""
    root = {
        'X-User-Id': reads_data.ROOT,
        'X-Project-Id': reads_data.ROOT,
        'X-Roles': 'admin,member,reader',
    }
    return reads_meter.request(
        path,
        {
            **(caller or root),
            # What names the user otherwise is left out for all.
            'X-Identity-Status': 'Confirmed',
            'X-Auth-Token': 'none',
            'Accept': 'application/json',
            'OpenStack-API-Version': 'compute 2.84',
        },
    )
