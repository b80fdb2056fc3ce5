# SPDX-License-Identifier: Apache-2.0
"""Records in a trail without any cell that they were copied from."""

import datetime
import random

import fixtures
from oslo_utils import uuidutils
import sqlalchemy as sa

from nova_ext.db import migration
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.wsgi import loader

BEGIN = datetime.datetime(2026, 3, 1, 12)  # noqa: DTZ001
#: In the order of the filters that they are values of.
USERS, PROJECTS, NAMES, HOSTS = (
    tuple(f'{word}{n}' for n in range(3))
    for word in ('user', 'project', 'web-', 'host')
)
ACTIONS = ('create', 'stop', 'delete')
OUTCOMES = ('success', 'error', 'unfinished')
_RESULTS = {'success': 'Success', 'error': 'Error', 'unfinished': None}


class Records:
    """Rows as dictionaries, that a test stores and looks through itself."""

    def __init__(self, seed=1):
        self.random = random.Random(seed)
        self.servers, self.actions = [], []
        self.events, self.migrations = [], []

    def fill(self, servers, actions):
        """Make up records; many have the same time."""
        choose = self.random.choice
        for number in range(servers):
            self.server(
                number + 1,
                display_name=choose(NAMES),
                user_id=choose(USERS),
                project_id=choose(PROJECTS),
            )
        for number in range(actions):
            action = self.action(
                choose(self.servers),
                number + 1,
                number // 3,
                action=choose(ACTIONS),
                outcome=choose(OUTCOMES),
                user_id=choose(USERS),
                is_superseded=self.random.random() < 0.1,
            )
            for step in range(self.random.randrange(4)):
                self.event(
                    action,
                    len(self.events) + 1,
                    number // 3 + step,
                    host=choose(HOSTS),
                    result=_RESULTS[choose(OUTCOMES)],
                    is_superseded=self.random.random() < 0.1,
                )

    def server(self, number, **columns):
        """Make up a server."""
        server = {
            'source_id': 1,
            'id': number,
            'uuid': uuidutils.generate_uuid(),
            'created_at': BEGIN,
            'watch': record_kinds.NEVER,
            'is_superseded': False,
            'hidden': False,
            'deleted': number,
            'deleted_at': BEGIN,
            **columns,
        }
        self.servers.append(server)
        return server

    def action(self, server, number, seconds, **columns):
        """Make up an action of a server."""
        moment = BEGIN + datetime.timedelta(seconds=seconds)
        action = {
            'source_id': number % 2 + 1,
            'id': number,
            'action': 'stop',
            'instance_uuid': server['uuid'],
            'request_id': f'req-{number // 2}',
            'user_id': USERS[0],
            'project_id': 'of-the-caller',
            'start_time': moment,
            'created_at': moment,
            'updated_at': moment,
            'server_project_id': server['project_id'],
            'server_name': server['display_name'],
            'outcome': 'success',
            'watch': record_kinds.NEVER,
            'is_superseded': False,
            **columns,
        }
        self.actions.append(action)
        return action

    def event(self, action, number, seconds, **columns):
        """Make up an event of an action."""
        moment = BEGIN + datetime.timedelta(seconds=seconds)
        event = {
            'source_id': action['source_id'],
            'id': number,
            'event': f'step-{number}',
            'action_id': action['id'],
            'start_time': moment,
            'created_at': moment,
            'result': 'Success',
            'traceback': 'a traceback',
            'details': 'the details',
            'host': HOSTS[0],
            'is_superseded': False,
            **columns,
        }
        self.events.append(event)
        return event

    def migration(self, server, number, seconds, **columns):
        """Make up a migration of a server."""
        moment = BEGIN + datetime.timedelta(seconds=seconds)
        migration = {
            'source_id': 1,
            'id': number,
            'uuid': uuidutils.generate_uuid(),
            'instance_uuid': server['uuid'],
            'status': 'completed',
            'migration_type': 'live-migration',
            'source_compute': HOSTS[0],
            'dest_compute': HOSTS[1],
            'user_id': USERS[0],
            'project_id': PROJECTS[0],
            'created_at': moment,
            'hidden': False,
            'deleted': 0,
            'watch': record_kinds.NEVER,
            'is_superseded': False,
            **columns,
        }
        self.migrations.append(migration)
        return migration

    def store(self):
        """Store all of them, as those of two cells."""
        sources = [
            {'id': n, 'cell': cell, 'life': 1, 'begun_at': BEGIN}
            for n, cell in ((1, 'one'), (2, 'two'))
        ]
        tables = {
            models.sources: sources,
            models.servers: self.servers,
            models.actions: self.actions,
            models.events: self.events,
            models.migrations: self.migrations,
        }
        with trail.facade.get_engine().begin() as connection:
            for table, rows in tables.items():
                for first in range(0, len(rows), 1000):
                    some = rows[first : first + 1000]
                    connection.execute(sa.insert(table), some)


def use_trail(case):
    """Have the application of a test read a trail that is empty."""
    directory = case.useFixture(fixtures.TempDir())
    url = f'sqlite:///{directory.join("trail.db")}'
    case.settings.set('trail', connection=url)
    case.app = loader.load(case.conf)
    case.addCleanup(trail.facade.reset)
    migration.trail.sync(trail.facade.get_engine())


def key(row):
    """Return by what records are ordered."""
    return row['created_at'], row['source_id'], row['id']


def id_of(row):
    """Return the id of a record in answers."""
    return f'{row["source_id"]}-{row["id"]}'


def of_two_servers(owner, user, other):
    """Return records of two servers of one name, and their ids by names.

    The first was created by its user, failed to be resized, was moved, and
    was deleted by an administrator of another project.

    :param owner: project of the first
    :param user: of both
    :param other: project of the second
    """
    made = Records()
    columns = {'display_name': 'web-3', 'user_id': user}
    server = made.server(1, project_id=owner, **columns)
    second = made.server(2, project_id=other, **columns)
    done = (
        (server, 'create', 'success', user, owner),
        (server, 'resize', 'error', user, owner),
        (server, 'live-migration', 'success', 'root', 'e' * 32),
        (server, 'delete', 'success', 'root', 'e' * 32),
        (second, 'stop', 'unfinished', user, other),
    )
    found = {'SERVER': server['uuid'], 'SECOND': second['uuid']}
    for number, (of, name, outcome, who, project) in enumerate(done, 1):
        moment = BEGIN + datetime.timedelta(minutes=number)
        action = made.action(
            of, number, 60 * number, source_id=1, action=name, outcome=outcome,
            user_id=who, project_id=project, request_id=f'req-{name}',
            message='Error' if outcome == 'error' else None,
        )  # fmt: skip
        is_open = outcome == 'unfinished'
        failure: dict[str, str | None] = {'traceback': None, 'details': None}
        if outcome == 'error':
            failure = {
                'traceback': 'Traceback (most recent call last): ...',
                'details': 'No valid host was found.',
            }
        made.event(
            action, number, 60 * number + 1, event=f'compute_{name}',
            result=_RESULTS[outcome], host=HOSTS[number % 2],
            finish_time=None if is_open else moment, **failure,
        )  # fmt: skip
        found[name.upper().replace('-', '_')] = id_of(action)
    for number, kind in enumerate(('resize', 'live-migration'), 1):
        move = made.migration(
            server, number, 60 * number + 90, migration_type=kind,
            status=('error', 'completed')[number - 1],
            project_id=owner, user_id=user, source_node=HOSTS[0],
            dest_node=HOSTS[1], dest_host='192.0.2.1',
            old_instance_type_id=1, new_instance_type_id=number,
        )  # fmt: skip
        found[f'MOVE_{number}'] = id_of(move)
    return made, found
