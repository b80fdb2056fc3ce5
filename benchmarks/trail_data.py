# SPDX-License-Identifier: Apache-2.0
"""A trail with many records, which MariaDB makes up itself.

Each row is a function of its number. Rows are in the order of time.
"""

import datetime
from typing import Any

import sqlalchemy as sa

from nova_ext.db.trail import models

SERVERS, ACTIONS, EVENTS, MIGRATIONS = 50_000, 1_000_000, 1_500_000, 1_000_000
USERS, PROJECTS, HOSTS, NAMES = 2_000, 500, 200, 500
BEGIN = datetime.datetime(2026, 1, 1)  # noqa: DTZ001
_WORDS = (
    'create', 'stop', 'start', 'reboot', 'live-migration', 'resize',
    'confirmResize', 'attach_volume', 'detach_volume', 'pause', 'unpause',
    'rebuild', 'lock', 'unlock', 'migrate', 'attach_interface',
    'detach_interface', 'suspend', 'resume', 'delete',
)  # fmt: skip
_TRACEBACK = 'Traceback (most recent call last):\n' + ''.join(
    f'  File "manager.py", line {n}, in step_{n}\n' for n in range(8)
)


def uuid(kind: str, number: int) -> str:
    """Return the uuid of a server or a migration."""
    return f'{kind}-0000-4000-8000-{number:012d}'


#: Of servers, and of migrations.
SERVER, MIGRATION = '5e5e5e5e', '3a3a3a3a'


def moment(second: int) -> datetime.datetime:
    """Return the time of what happens in a second."""
    return BEGIN + datetime.timedelta(seconds=second)


def _time(second: str) -> str:
    return f"TIMESTAMP '{BEGIN:%Y-%m-%d %H:%M:%S}' + INTERVAL {second} SECOND"


def _uuid(kind: str, number: str) -> str:
    return f"CONCAT('{kind}-0000-4000-8000-', LPAD({number}, 12, '0'))"


def _owner(server: str) -> dict[str, str]:
    return {
        'user_id': f"CONCAT('user', ({server}) % {USERS})",
        'project_id': f"CONCAT('project', ({server}) % {PROJECTS})",
    }


def _rows(share: float) -> dict[Any, tuple[int, dict[str, str]]]:
    """Return columns of each table, and how many rows it gets."""
    servers, actions, events, migrations = (
        max(int(count * share), 20)
        for count in (SERVERS, ACTIONS, EVENTS, MIGRATIONS)
    )
    fixed = {'source_id': '1', 'id': 'seq', 'is_superseded': '0'}
    server = f'((seq - 1) % {servers})'
    action = f'(1 + (seq - 1) % {actions})'
    of_event = f'(({action} - 1) % {servers})'
    place = f"CONCAT('host', ({of_event} * 13) % {HOSTS})"
    way = f"CONCAT('host', ({server} * 13) % {HOSTS})"
    return {
        models.servers: (
            servers,
            {
                **fixed,
                **_owner('seq - 1'),
                'uuid': _uuid(SERVER, 'seq - 1'),
                'display_name': f"CONCAT('web-', (seq - 1) % {NAMES})",
                'created_at': _time('seq'),
                'deleted_at': _time('30000000'),
                'deleted': 'seq',
                'hidden': '0',
                'watch': '0',
            },
        ),
        models.actions: (
            actions,
            {
                **fixed,
                **_owner(server),
                'instance_uuid': _uuid(SERVER, server),
                'action': f'ELT(1 + (seq - 1) DIV {max(actions // 20, 1)}'
                f' % 20, {", ".join(map(repr, _WORDS))})',
                'request_id': "CONCAT('req-', MD5(seq))",
                'start_time': _time('(20 * seq)'),
                'created_at': _time('(20 * seq)'),
                'updated_at': _time('(20 * seq + 9)'),
                'message': "IF(seq % 50 = 0, 'Error', NULL)",
                'outcome': "IF(seq % 50 = 0, 'error', 'success')",
                'server_project_id': f"CONCAT('project', {server}"
                f' % {PROJECTS})',
                'server_name': f"CONCAT('web-', {server} % {NAMES})",
                'watch': '0',
            },
        ),
        models.events: (
            events,
            {
                **fixed,
                'event': "'compute_step'",
                'action_id': action,
                'start_time': _time(f'(20 * {action} + 1)'),
                'finish_time': _time(f'(20 * {action} + 9)'),
                'created_at': _time(f'(20 * {action} + 1)'),
                'result': f"IF({action} % 50 = 0, 'Error', 'Success')",
                'traceback': f"IF({action} % 50 = 0, '{_TRACEBACK}', NULL)",
                'host': place,
            },
        ),
        models.migrations: (
            migrations,
            {
                **fixed,
                **_owner(server),
                'uuid': _uuid(MIGRATION, 'seq'),
                'instance_uuid': _uuid(SERVER, server),
                'status': "IF(seq % 10 = 0, 'error', 'completed')",
                'migration_type': "ELT(1 + seq % 3, 'live-migration',"
                " 'resize', 'migration')",
                **dict.fromkeys(('source_compute', 'source_node'), way),
                **dict.fromkeys(('dest_compute', 'dest_node'), way),
                'dest_host': "'192.0.2.1'",
                'old_instance_type_id': '1',
                'new_instance_type_id': '1',
                'hidden': '0',
                'deleted': '0',
                'created_at': _time('(20 * seq)'),
                'updated_at': _time('(20 * seq + 9)'),
                'watch': '0',
            },
        ),
    }


def fill(engine: sa.engine.Engine, share: float) -> None:
    """Make the tables, and fill them.

    :param share: of the rows, 1 for all of them
    """
    # Indexes are made from all rows at once.
    indexes = {table: set(table.indexes) for table in _rows(share)}
    with engine.connect() as connection:
        for table in models.metadata.sorted_tables:
            connection.execute(sa.schema.CreateTable(table))
        connection.execute(
            sa.insert(models.sources),
            [{'id': 1, 'cell': 'cell1', 'life': 1, 'begun_at': BEGIN}],
        )
        for table, (count, columns) in _rows(share).items():
            connection.exec_driver_sql(_insert(table.name, columns, count))
            connection.exec_driver_sql(_indexing(table, indexes[table]))
            connection.exec_driver_sql(f'ANALYZE TABLE {table.name}')


def _insert(table: str, columns: dict[str, str], count: int) -> str:
    names, values = ', '.join(columns), ', '.join(columns.values())
    text = (
        f'INSERT INTO {table} ({names}) SELECT {values} FROM seq_1_to_{count}'  # noqa: S608
    )
    return text.replace('%', '%%')


def _indexing(table: sa.Table, indexes: Any) -> str:
    parts = (
        f'ADD INDEX {index.name} ({", ".join(index.columns.keys())})'
        for index in indexes
    )
    return f'ALTER TABLE {table.name} {", ".join(parts)}'
