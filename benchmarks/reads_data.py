# SPDX-License-Identifier: Apache-2.0
"""Databases of a nova: made by nova's programs, filled by MariaDB itself.

Each row is a function of its number, so that any two that are filled have the
same rows. As in a cloud that has run for long, rows are in the order of time:
the actions of a server are spread over the table.
"""

import dataclasses
import hashlib

HOSTS = 200
ACTIONS = 20
_BEGIN = "TIMESTAMP '2025-01-01 00:00:00'"
_NAMES = (
    'create', 'stop', 'start', 'reboot', 'live-migration', 'resize',
    'confirmResize', 'attach_volume', 'detach_volume', 'pause', 'unpause',
    'rebuild', 'lock', 'unlock', 'migrate', 'attach_interface',
    'detach_interface', 'suspend', 'resume', 'evacuate',
)  # fmt: skip
_TYPES = ('live-migration', 'resize', 'migration', 'evacuation')
_TRACEBACK = 'Traceback (most recent call last):\n' + ''.join(
    f'  File "manager.py", line {n}, in step_{n}\n' for n in range(8)
)
#: Of a user, a project and a server that are not there.
ROOT = hashlib.md5(b'root', usedforsecurity=False).hexdigest()


@dataclasses.dataclass(frozen=True)
class Size:
    """Numbers of rows.

    A user has as many servers as any other, and all of them are deleted or
    none.
    """

    name: str
    servers: int
    migrations: int
    users: int
    projects: int


SIZES = {
    size.name: size
    for size in (
        Size('small', 1_000, 10_000, 200, 50),
        Size('large', 50_000, 1_000_000, 2_000, 500),
    )
}


def digest(kind: str, number: int) -> str:
    """Return what stands for a user or a project."""
    text = f'{kind}{number}'.encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def uuid(kind: str, number: int) -> str:
    """Return the uuid of a row."""
    found = digest(kind, number)
    parts = (found[:8], found[8:12], found[12:16], found[16:20], found[20:])
    return '-'.join(parts)


def is_deleted(server: int) -> bool:
    """Return whether a server is deleted, and so its migrations."""
    return server % 10 == 3


def is_moving(server: int) -> bool:
    """Return whether a server has a live migration that runs."""
    return server % 5 == 0


def _digest(kind: str, number: str) -> str:
    return f"MD5(CONCAT('{kind}', {number}))"


def _uuid(kind: str, number: str) -> str:
    text = _digest(kind, number)
    for place in (9, 14, 19, 24):
        text = f"INSERT({text}, {place}, 0, '-')"
    return text


def _time(seconds: str) -> str:
    return f'{_BEGIN} + INTERVAL {seconds} SECOND'


def _names(words: tuple[str, ...]) -> str:
    return ', '.join(f"'{word}'" for word in words)


class Filling:
    """Rows of one size, as columns and expressions of SQL."""

    def __init__(self, size: Size) -> None:
        self._size = size

    def _owner(self, server: str) -> dict[str, str]:
        user = f'({server}) % {self._size.users}'
        return {
            'user_id': _digest('user', user),
            'project_id': _digest(
                'project', f'({user}) % {self._size.projects}'
            ),
        }

    def _of_server(self, server: str, is_row: str) -> dict[str, str]:
        is_gone = f'({server}) % 10 = 3'
        return {
            'created_at': _time(server),
            'updated_at': _time(server),
            'deleted_at': f'IF({is_gone}, {_time("50000000")}, NULL)',
            'deleted': f'IF({is_gone}, {is_row}, 0)',
        }

    def statements(self) -> list[str]:
        """Return the statements that fill the database of a cell."""
        servers = self._size.servers
        actions = ACTIONS * servers
        return [
            _insert('instances', self._instances(), servers),
            _insert('instance_info_caches', self._caches(), servers),
            _insert(
                'instance_system_metadata', self._labels(10), 10 * servers
            ),
            _insert('instance_metadata', self._labels(2), 2 * servers),
            _insert('instance_actions', self._actions(), actions),
            _insert('instance_actions_events', self._events('seq'), actions),
            _insert(
                'instance_actions_events',
                self._events('(2 * seq)', "'conductor_step'"),
                actions // 2,
            ),
            _insert('migrations', self._migrations(), self._size.migrations),
        ]

    def mappings(self) -> str:
        """Return the statement that fills the database of the API."""
        server = '(seq - 1)'
        columns = {
            'created_at': _time(server),
            'instance_uuid': _uuid('server', server),
            'cell_id': "(SELECT id FROM cell_mappings WHERE name = 'cell1')",
            'queued_for_delete': f'({server} % 10 = 3)',
            **self._owner(server),
        }
        return _insert('instance_mappings', columns, self._size.servers)

    def _instances(self) -> dict[str, str]:
        server = '(seq - 1)'
        host = f"CONCAT('host', ({server} * 13) % {HOSTS})"
        return {
            **self._of_server(server, 'seq'),
            **self._owner(server),
            'id': 'seq',
            'uuid': _uuid('server', server),
            'image_ref': _uuid('image', f'{server} % 50'),
            'display_name': f"CONCAT('server', {server})",
            'hostname': f"CONCAT('server', {server})",
            'host': host,
            'node': host,
            'launched_on': host,
            'vm_state': f"IF({server} % 10 = 3, 'deleted', 'active')",
            'power_state': '1',
            'memory_mb': '4096',
            'vcpus': '2',
            'root_gb': '20',
            'ephemeral_gb': '0',
            'instance_type_id': '1',
            'reservation_id': "CONCAT('r-', seq)",
            'launched_at': _time(server),
            'availability_zone': "'nova'",
            'locked': '0',
            'cleaned': '0',
            'hidden': '0',
            'launch_index': '0',
            'root_device_name': "'/dev/vda'",
        }

    def _caches(self) -> dict[str, str]:
        server = '(seq - 1)'
        return {
            **self._of_server(server, 'seq'),
            'instance_uuid': _uuid('server', server),
            'network_info': "'[]'",
        }

    def _labels(self, count: int) -> dict[str, str]:
        server = f'((seq - 1) DIV {count})'
        return {
            **self._of_server(server, 'seq'),
            'instance_uuid': _uuid('server', server),
            '`key`': f"CONCAT('key', (seq - 1) % {count})",
            'value': "'value'",
        }

    def _actions(self) -> dict[str, str]:
        servers = self._size.servers
        server = f'((seq - 1) % {servers})'
        # Two neighbours have the same time.
        time = _time('(3 * (seq DIV 2))')
        return {
            **self._owner(server),
            'id': 'seq',
            'created_at': time,
            'updated_at': f'{time} + INTERVAL 30 SECOND',
            'deleted': '0',
            'action': f'ELT(1 + (seq - 1) DIV {servers}, {_names(_NAMES)})',
            'instance_uuid': _uuid('server', server),
            'request_id': f"CONCAT('req-', {_uuid('request', 'seq')})",
            'start_time': time,
            'finish_time': f'{time} + INTERVAL 30 SECOND',
            'message': "IF(seq % 50 = 0, 'Error', NULL)",
        }

    def _events(
        self, action: str, name: str = "'compute_step'"
    ) -> dict[str, str]:
        server = f'(({action} - 1) % {self._size.servers})'
        time = _time(f'(3 * ({action} DIV 2))')
        return {
            'created_at': time,
            'updated_at': f'{time} + INTERVAL 30 SECOND',
            'deleted': '0',
            'event': name,
            'action_id': action,
            'start_time': time,
            'finish_time': f'{time} + INTERVAL 30 SECOND',
            'result': f"IF({action} % 50 = 0, 'Error', 'Success')",
            'traceback': f"IF({action} % 50 = 0, '{_TRACEBACK}', NULL)",
            'details': f"IF({action} % 50 = 0, 'It failed.', NULL)",
            'host': f"CONCAT('host', ({server} * 13) % {HOSTS})",
        }

    def _migrations(self) -> dict[str, str]:
        size = self._size
        server = f'((seq - 1) % {size.servers})'
        turn = f'((seq - 1) DIV {size.servers})'
        last = size.migrations // size.servers - 1
        is_moving = f'({turn} = {last} AND {server} % 5 = 0)'
        time = _time('(3 * (seq DIV 2))')
        progress = {
            f'{what}_{kind}': f'IF({is_moving}, {value}, NULL)'
            for what in ('memory', 'disk')
            for kind, value in (
                ('total', 4096),
                ('processed', 1024),
                ('remaining', 3072),
            )
        }
        return {
            **self._owner(server),
            **self._of_server(server, 'seq'),
            **progress,
            'id': 'seq',
            'uuid': _uuid('migration', 'seq'),
            'created_at': time,
            'updated_at': f'{time} + INTERVAL 45 SECOND',
            'instance_uuid': _uuid('server', server),
            **_way(server, turn),
            'status': (
                f"IF({is_moving}, 'running',"
                " IF(seq % 10 = 0, 'error', 'completed'))"
            ),
            'migration_type': (
                f"IF({is_moving}, 'live-migration',"
                f' ELT(1 + seq % 4, {_names(_TYPES)}))'
            ),
            'old_instance_type_id': '1',
            'new_instance_type_id': '1',
            'hidden': '0',
            'cross_cell_move': '0',
        }


def _way(server: str, turn: str) -> dict[str, str]:
    source, dest = (
        f"CONCAT('host', ({server} * 13 + {turn} + {more}) % {HOSTS})"
        for more in (0, 1)
    )
    return {
        'source_compute': source,
        'source_node': source,
        'dest_compute': dest,
        'dest_node': dest,
        'dest_host': "'192.0.2.1'",
    }


def _insert(table: str, columns: dict[str, str], count: int) -> str:
    names, values = ', '.join(columns), ', '.join(columns.values())
    source = f'seq_1_to_{count}'
    return f'INSERT INTO {table} ({names}) SELECT {values} FROM {source}'  # noqa: S608
