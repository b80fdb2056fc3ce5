# SPDX-License-Identifier: Apache-2.0
"""Tests of questions across servers, of one kind of database."""

import datetime
import itertools
import socket
import urllib.parse

from oslo_db import options
from oslo_utils import uuidutils
import sqlalchemy as sa

from ext_lib.db import fixture
from ext_lib.testing import plans
from nova_ext.db import models
from nova_ext.db.facade import facade as database
from nova_ext.db.migration import schema
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import models as trail_models
from nova_ext.tests.functional import base as functional
from nova_ext.tests.functional.trail import base
from nova_ext.tests.functional.trail import records
from nova_ext.tests.functional.trail.records import id_of
from nova_ext.tests.functional.trail.records import key
from nova_ext.wsgi import loader

_AUDITOR = 'auditor:elsewhere:audit_reader'
_MEMBER = f'someone:{records.PROJECTS[0]}'
_COLUMNS = {
    'user': 'user_id',
    'project': 'server_project_id',
    'server': 'instance_uuid',
    'server_name': 'server_name',
    'action': 'action',
    'result': 'outcome',
    'request_id': 'request_id',
}
_NARROW = frozenset({'server', 'server_name', 'request_id'})
_RESULTS = {'success': 'Success', 'error': 'Error', 'unfinished': None}


class QuestionTestCase(base.TrailTestCase):
    """A trail with records that no cell has."""

    cell_names = ()

    def setUp(self):
        super().setUp()
        self.made = records.Records()

    def pages(self, path, name, limit, **kwargs):
        """Return what all pages of a list have."""
        found = []
        body = self.get(
            f'{path}{"&" if "?" in path else "?"}limit={limit}', **kwargs
        )
        while True:
            found += body[name]
            self.assertLessEqual(len(body[name]), limit)
            links = body.get(f'{name}_links')
            if not links:
                return found
            self.assertLess(len(found), 2000, 'The list has no end.')
            body = self.follow(links[0]['href'], **kwargs)

    def actions(self, limit=7, token=functional.ADMIN, **query):
        """Return the ids of all actions of a question."""
        path = f'/audit/actions?{urllib.parse.urlencode(query)}'
        found = self.pages(path, 'actions', limit, token=token)
        return [action['id'] for action in found]

    def refused(self, status, path, token=functional.ADMIN):
        """Return the message of a request that is refused."""
        response = self.request('GET', path, token=token)
        self.assertEqual(status, response.status_int, path)
        [fault] = response.json.values()
        return fault['message']


class QuestionCases(QuestionTestCase):
    """Answers are those found by looking through all records."""

    def setUp(self):
        super().setUp()
        self.made.fill(servers=9, actions=150)
        self.made.store()
        server = self.made.servers[4]
        self.values = {
            'user': records.USERS[1],
            'project': records.PROJECTS[1],
            'server': server['uuid'],
            'server_name': records.NAMES[1],
            'action': 'stop',
            'result': 'error',
            'request_id': 'req-30',
            'since': '2026-03-01T12:00:10',
            'before': '2026-03-01T12:00:40',
            'host': records.HOSTS[1],
        }

    def expected(self, query):
        """Return the ids of actions, found without any database."""
        by_key = {
            (a['source_id'], a['id']): a
            for a in self.made.actions
            if not a['is_superseded']
            and all(
                a[column] == query[name]
                for name, column in _COLUMNS.items()
                if name in query and not (name == 'result' and 'host' in query)
            )
        }
        if 'host' not in query:
            rows = [a for a in by_key.values() if self.is_in(a, query)]
            return [id_of(a) for a in sorted(rows, key=key, reverse=True)]
        order: dict[tuple[int, int], str] = {}
        for event in sorted(self.made.events, key=key, reverse=True):
            action = event['source_id'], event['action_id']
            if (
                action in by_key
                and not event['is_superseded']
                and event['host'] == query['host']
                and self.is_in(event, query)
                and (
                    'result' not in query
                    or event['result'] == _RESULTS[query['result']]
                )
            ):
                order.setdefault(action, id_of(by_key[action]))
        return list(order.values())

    @staticmethod
    def is_in(row, query):
        moment = row['created_at'].isoformat()
        is_late = moment >= query.get('since', '')
        return is_late and moment < query.get('before', '9')

    def assertAnswered(self, query):
        expected = self.expected(query)
        self.assertEqual(expected, self.actions(**query), query)
        return bool(expected)

    def test_each_filter_and_each_pair(self):
        self.assertTrue(self.assertAnswered({}))
        found = [
            self.assertAnswered({name: self.values[name] for name in names})
            for length in (1, 2)
            for names in itertools.combinations(self.values, length)
        ]
        # It is not that there are none.
        self.assertLess(40, found.count(True))

    def test_failures_on_a_host_in_a_span(self):
        for names in itertools.combinations(
            ('since', 'before', 'result', 'user', 'action'), 2
        ):
            for result in records.OUTCOMES:
                values = {**self.values, 'result': result}
                all_of = ('host', 'since', 'before', *names)
                self.assertAnswered({name: values[name] for name in all_of})

    def test_results(self):
        for outcome in records.OUTCOMES:
            for name in ('user', 'action', 'project', 'host'):
                query = {'result': outcome, name: self.values[name]}
                self.assertTrue(self.assertAnswered(query))

    def test_any_size_of_a_page(self):
        for query in ({}, {'host': self.values['host']}):
            expected = self.expected(query)
            for limit in (1, 2, 1000):
                self.assertEqual(expected, self.actions(limit, **query))

    def test_steps_come_along(self):
        for action in self.get('/audit/actions?events=1')['actions']:
            source, number = map(int, action['id'].split('-'))
            expected = [
                event['event']
                for event in sorted(self.made.events, key=key, reverse=True)
                if (event['source_id'], event['action_id']) == (source, number)
            ]
            found = [event['event'] for event in action['events']]
            self.assertEqual(expected, found)
        [first] = self.get('/audit/actions?limit=1')['actions']
        self.assertNotIn('events', first)

    def test_owners_see_those_of_their_servers(self):
        expected = self.expected({'project': records.PROJECTS[0]})
        self.assertEqual(expected, self.actions(token=_MEMBER))
        own = {'project': records.PROJECTS[0], 'user': records.USERS[1]}
        self.assertEqual(
            self.expected(own), self.actions(token=_MEMBER, **own)
        )
        self.assertEqual([], self.actions(token=functional.OTHER))

    def test_a_marker_of_others_is_unknown(self):
        [foreign] = [
            id_of(a)
            for a in self.made.actions
            if a['server_project_id'] == records.PROJECTS[1]
        ][:1]
        path = f'/audit/actions?marker={foreign}'
        self.assertIn(foreign, self.refused(400, path, _MEMBER))
        self.get(path)

    def test_auditors_see_all(self):
        self.assertEqual(self.expected({}), self.actions(50, token=_AUDITOR))
        query = {'host': records.HOSTS[0], 'result': 'error'}
        expected = self.expected(query)
        self.assertEqual(expected, self.actions(token=_AUDITOR, **query))

    def test_statements_do_not_grow_with_a_page(self):
        marker = self.actions()[60]
        at_host = self.actions(host=records.HOSTS[0])[5]
        uuid = self.made.servers[4]['uuid']
        after = f'host={records.HOSTS[0]}&marker={at_host}'
        counted = self.useFixture(fixture.Statements(trail.facade))
        for path, most in (
            ('/audit/actions', 1),
            (f'/audit/actions?marker={marker}', 1),
            (f'/audit/actions?marker={marker}&events=1', 2),
            (f'/audit/actions?host={records.HOSTS[0]}', 1),
            (f'/audit/actions?{after}&events=1', 3),
            (f'/audit/servers/{uuid}/timeline', 4),
            (f'/audit/servers/{uuid}/migrations', 2),
        ):
            counted.clear()
            self.get(path)
            self.assertEqual(most, len(counted), path)


class HistoryCases(QuestionTestCase):
    """All of one server, in the order of time."""

    def setUp(self):
        super().setUp()
        server = self.made.server(
            1,
            display_name='web-3',
            user_id='u',
            project_id=records.PROJECTS[0],
        )
        other = self.made.server(
            2,
            display_name='web-3',
            user_id='u',
            project_id=records.PROJECTS[1],
        )
        for number in range(1, 30):
            action = self.made.action(
                server if number % 3 else other, number, number // 4
            )
            for step in range(number % 4):
                moment = number // 4 + 2 * step
                self.made.event(action, 4 * number + step, moment)
            self.made.migration(
                server if number % 2 else other,
                number,
                number // 3,
                migration_type=('live-migration', 'resize')[number % 5 == 0],
                status=('completed', 'error')[number % 7 == 0],
            )
        self.made.actions[-1]['is_superseded'] = True
        self.made.migrations[-1]['is_superseded'] = True
        self.made.store()
        self.uuid = server['uuid']
        self.path = f'/audit/servers/{self.uuid}'

    def expected(self):
        """Return the ids of the entries, found without any database."""
        found = []
        own = set()
        for action in self.made.actions:
            is_shown = not action['is_superseded']
            if action['instance_uuid'] == self.uuid and is_shown:
                own.add((action['source_id'], action['id']))
                found.append((action, 'action'))
        for event in self.made.events:
            if (event['source_id'], event['action_id']) in own:
                found.append((event, 'event'))
        found += [(row, 'migration') for row in self.moves()]
        found.sort(
            key=lambda pair: (pair[0]['created_at'], pair[1], *key(pair[0]))
        )
        return [f'{kind}-{id_of(row)}' for row, kind in found]

    def moves(self, **columns):
        """Return the migrations of the server, newest first."""
        rows = [
            row
            for row in self.made.migrations
            if row['instance_uuid'] == self.uuid
            and not row['is_superseded']
            and all(row[name] == value for name, value in columns.items())
        ]
        return sorted(rows, key=key, reverse=True)

    def test_the_timeline_has_everything_in_order(self):
        expected = self.expected()
        self.assertLess(30, len(expected))
        for limit in (1, 3, 1000):
            for path in (self.path, f'/audit/servers/{self.uuid.upper()}'):
                found = self.pages(f'{path}/timeline', 'timeline', limit)
                self.assertEqual(expected, [entry['id'] for entry in found])
        for entry in found:
            self.assertIn(entry['type'], entry)

    def test_markers_of_a_timeline(self):
        found = self.get(f'{self.path}/timeline?limit=0')
        self.assertEqual([], found['timeline'])
        foreign = [
            id_of(a)
            for a in self.made.actions
            if a['instance_uuid'] != self.uuid
        ]
        for marker in (
            'x', '1-1', 'action-1-99', 'event-1', 'task-0-1', '',
            f'action-{foreign[0]}', 'migration-1-9999999999999999999',
            'action-1-1 ',
        ):  # fmt: skip
            quoted = urllib.parse.quote(marker)
            self.refused(400, f'{self.path}/timeline?marker={quoted}')

    def test_all_migrations(self):
        for query, columns in (
            ('', {}),
            ('?migration_type=resize', {'migration_type': 'resize'}),
            ('?status=error', {'status': 'error'}),
            (
                '?status=completed&migration_type=live-migration',
                {'status': 'completed', 'migration_type': 'live-migration'},
            ),
        ):
            path = f'{self.path}/migrations{query}'
            expected = [id_of(row) for row in self.moves(**columns)]
            self.assertTrue(expected)
            for limit in (2, 1000):
                found = self.pages(path, 'migrations', limit)
                self.assertEqual(expected, [one['id'] for one in found])
        for marker in ('x', '1-99', '2-1', '1-2'):
            path = f'{self.path}/migrations?marker={marker}'
            self.refused(400, path)

    def test_the_owner_sees_no_hosts_and_no_tracebacks(self):
        body = self.get(f'{self.path}/timeline', token=_MEMBER)
        by_type = {entry['type']: entry for entry in body['timeline']}
        event = by_type['event']['event']
        for name in ('host', 'traceback', 'details'):
            self.assertNotIn(name, event)
        self.assertEqual(56, len(event['hostId']))
        self.assertIsNone(by_type['migration']['migration']['dest_compute'])
        self.assertEqual('web-3', body['server']['name'])
        body = self.get(f'{self.path}/timeline', token=_AUDITOR)
        by_type = {entry['type']: entry for entry in body['timeline']}
        event = by_type['event']['event']
        self.assertEqual(records.HOSTS[0], event['host'])
        self.assertNotIn('traceback', event)
        self.assertNotIn('details', event)
        [move] = self.get(f'{self.path}/migrations?limit=1', token=_AUDITOR)[
            'migrations'
        ]
        self.assertEqual(records.HOSTS[1], move['dest_compute'])
        body = self.get(f'{self.path}/timeline')
        by_type = {entry['type']: entry for entry in body['timeline']}
        self.assertEqual('a traceback', by_type['event']['event']['traceback'])

    def store_tasks(self):
        """Store tasks of the server where those of a filter are."""
        url = self.make_url()
        self.settings.set('database', connection=url)
        self.settings.set('cells', databases=['cell'], retry_interval=0)
        self.conf.register_opts(options.database_opts, group='cell')
        self.settings.set('cell', connection=self.make_url())
        self.configure()
        schema.sync(database.get_engine())
        made = {
            'created_at': records.BEGIN, 'updated_at': records.BEGIN,
            'state': 'success', 'user_id': 'u', 'request_id': 'req-1',
        }  # fmt: skip
        owners = (*records.PROJECTS[:2], records.PROJECTS[0])
        tasks = [
            {
                **made,
                'id': number,
                'uuid': uuidutils.generate_uuid(),
                'task': 'update',
                'project_id': project,
                # The last one has made several servers.
                'instance_uuid': self.uuid if number < 3 else None,
            }
            for number, project in enumerate(owners, 1)
        ]
        others = {'task_id': 3, 'position': 1, 'instance_uuid': self.uuid}
        with database.get_engine().begin() as connection:
            connection.execute(sa.insert(models.Task.__table__), tasks)
            connection.execute(
                sa.insert(models.TaskInstance.__table__), [others]
            )

    def test_tasks_stand_beside_actions(self):
        self.assertEqual('absent', self.get(f'{self.path}/timeline')['tasks'])
        self.store_tasks()
        for token, numbers in (
            (functional.ADMIN, (1, 2, 3)),
            (_AUDITOR, (1, 2, 3)),
            (_MEMBER, (1, 3)),
        ):
            body = self.get(f'{self.path}/timeline', token=token)
            self.assertEqual('included', body['tasks'])
            expected = [f'task-0-{number}' for number in numbers]
            for limit in (1, 3, 1000):
                found = self.pages(
                    f'{self.path}/timeline', 'timeline', limit, token=token
                )
                ids = [entry['id'] for entry in found]
                tasks = [one for one in ids if one.startswith('task')]
                self.assertEqual(expected, tasks)
                rest = [one for one in ids if not one.startswith('task')]
                self.assertEqual(self.expected(), rest)
        self.refused(400, f'{self.path}/timeline?marker=task-0-2', _MEMBER)
        [task] = [e['task'] for e in found if e['id'] == 'task-0-1']
        self.assertEqual('update', task['task'])

    def test_tasks_end_with_their_actions(self):
        self.store_tasks()
        [action] = self.get(f'{self.path}/timeline?limit=1')['timeline']
        request_id = action['action']['request_id']
        t = models.Task.__table__
        for outcome in ('error', 'unfinished', 'success'):
            with trail.facade.get_engine().begin() as connection:
                connection.execute(
                    sa.update(trail_models.actions)
                    .where(trail_models.actions.c.request_id == request_id)
                    .values(outcome=outcome)
                )
            with database.get_engine().begin() as connection:
                connection.execute(
                    sa.update(t).values(state='running', request_id=request_id)
                )
            body = self.get(f'{self.path}/timeline')
            states = [
                entry['task']['state']
                for entry in body['timeline']
                if entry['type'] == 'task'
            ]
            one = 'running' if outcome == 'unfinished' else outcome
            self.assertEqual([one, one, 'running'], states)

    def test_the_store_of_tasks_is_out_of_reach(self):
        self.store_tasks()
        self.settings.set('database', connection=self.unreachable())
        self.configure()
        body = self.get(f'{self.path}/timeline')
        self.assertEqual('unreachable', body['tasks'])
        found = [entry['id'] for entry in body['timeline']]
        self.assertEqual(self.expected(), found)

    def unreachable(self):
        """Return the URL of a database that does not answer."""
        with socket.create_server(('127.0.0.1', 0)) as listener:
            port = listener.getsockname()[1]
        return f'mysql+pymysql://tasks@127.0.0.1:{port}/tasks'

    def test_the_trail_is_out_of_reach(self):
        self.settings.set(
            'trail', connection=self.unreachable(), max_retries=0
        )
        self.configure()
        for path in ('/audit/actions', f'{self.path}/timeline'):
            self.refused(503, path)

    def test_our_own_api_answers_too(self):
        self.settings.set('database', connection=self.make_url())
        self.app = loader.load(self.conf)
        schema.sync(database.get_engine())
        body = self.get(f'{self.path}/timeline', token=_MEMBER)
        self.assertEqual('included', body['tasks'])
        found = [entry['id'] for entry in body['timeline']]
        self.assertEqual(self.expected(), found)
        self.assertTrue(self.get('/audit/actions')['actions'])

    def test_others_find_no_server(self):
        for part in ('timeline', 'migrations'):
            for token in (functional.OTHER, functional.READER):
                self.refused(404, f'{self.path}/{part}', token)
            for server in (
                functional.UNKNOWN,
                'web-3',
                "'",
                '%00',
                '%F0%9F%98%80',
            ):
                self.refused(404, f'/audit/servers/{server}/{part}')

    def test_without_a_trail(self):
        self.settings.set('trail', connection=None)
        self.configure()
        for path in ('actions', 'servers/x/timeline', 'servers/x/migrations'):
            message = self.refused(404, f'/audit/{path}')
            self.assertIn('This service has no trail', message)

    def test_auditors_change_nothing(self):
        for method, path in (
            ('POST', '/servers'),
            ('DELETE', f'/servers/{self.uuid}'),
            ('POST', f'/servers/{self.uuid}/action'),
            ('PUT', self.path),
            ('DELETE', f'{self.path}/timeline'),
        ):
            response = self.request(method, path, token=_AUDITOR, body={})
            self.assertIn(response.status_int, (403, 404), path)


#: What clients may send by mistake, or on purpose, and as what.
STRANGE = (
    "o'brien", '"', '`', '\\', '%', '%%', '_', '\U0001f600', '\u2603' * 255,
    "' OR 1=1 --", '\n', '\x7f', 'x' * 255, '\ufffd', ' ', '\u0130',
)  # fmt: skip


class BadInputCases(QuestionTestCase):
    """Bad questions get 400 or an empty list."""

    def setUp(self):
        super().setUp()
        self.made.fill(servers=2, actions=10)
        names = [n for n in STRANGE if n.strip()]
        for number, name in enumerate(names, 100):
            server = self.made.server(
                number, display_name=name, user_id=name, project_id=name
            )
            action = self.made.action(server, number, 0, user_id=name)
            self.made.event(action, 100 + number, 0, host=name)
        self.made.store()

    def test_strange_texts(self):
        for name in (
            'user', 'project', 'server_name', 'host', 'action', 'request_id',
        ):  # fmt: skip
            for text in STRANGE:
                found = self.actions(**{name: text})
                is_stored = text.strip() and name not in (
                    'action',
                    'request_id',
                )
                self.assertEqual(
                    int(bool(is_stored)), len(found), f'{name} {text}'
                )

    def test_what_is_refused(self):
        for query in (
            'nonsense=1', 'limit=-1', 'limit=x', 'marker=x', 'marker=',
            'marker=1-1-1', 'marker=9-9', 'marker=1-99999999999999999999',
            'marker=%F0%9F%98%80', 'server=web-3', 'server=', "server='",
            'server_name=', 'host=', 'user=%00', 'server_name=a%00b',
            'project=%FF', 'result=Error', 'result=', 'since=yesterday',
            'since=2026-13-01', 'since=2026-02-30T00:00:00', 'before=',
            'before=%F0%9F%98%80', 'before=1e400', 'events=maybe',
            'since=2026-03-02&before=2026-03-01', 'user=a&user=b',
            f'server_name={"x" * 256}', f'host={"x" * 3000}',
            f'request_id={"%E2%98%83" * 256}', 'changes-since=2026-03-01',
        ):  # fmt: skip
            for version in ('2.1', '2.84'):
                path = f'/audit/actions?{query}'
                response = self.request('GET', path, version=version)
                self.assertEqual(400, response.status_int, query)
                self.assertIn('badRequest', response.json)
        for part in ('timeline', 'migrations'):
            uuid = self.made.servers[0]['uuid']
            for query in (
                'nonsense=1',
                'limit=x',
                'limit=1&limit=2',
                'user=x',
            ):
                self.refused(400, f'/audit/servers/{uuid}/{part}?{query}')

    def test_ends_of_the_calendar(self):
        for query in (
            {'since': '0001-01-01T00:00:00+14:00'},
            {'before': '9999-12-31T23:59:59-14:00'},
        ):
            self.assertLess(20, len(self.actions(50, **query)))
        for query in (
            {'before': '0001-01-01'},
            {'since': '9999-12-31'},
            {'since': '2026-03-01T12:00:00', 'before': '2026-03-01T12:00:00Z'},
        ):
            self.assertEqual([], self.actions(**query))
        shifted = {'since': '2026-03-01T13:00:03+01:00'}
        self.assertEqual(
            self.actions(since='2026-03-01T12:00:03'), self.actions(**shifted)
        )

    def test_no_rights(self):
        host = f'/audit/actions?host={records.HOSTS[0]}'
        self.assertIn('audit:hosts', self.refused(403, host, _MEMBER))
        other = '/audit/actions?project=another'
        self.assertIn('all_projects', self.refused(403, other, _MEMBER))
        guest = f'guest:{records.PROJECTS[0]}:guest'
        self.refused(403, '/audit/actions', guest)
        self.refused(
            403, f'/audit/servers/{functional.UNKNOWN}/timeline', guest
        )
        response = self.request('GET', '/audit/actions', token=None)
        self.assertEqual(401, response.status_int)


class DepthCases(QuestionTestCase):
    """A page deep in a list makes a database read what the first one does."""

    rows = 6000
    limit = 20

    def setUp(self):
        super().setUp()
        self.made.fill(servers=3, actions=self.rows)
        # Every action is of the same kind, and none is superseded.
        common = {
            'user_id': 'u', 'server_project_id': 'p', 'server_name': 'n',
            'action': 'stop', 'outcome': 'error', 'request_id': 'req-1',
            'instance_uuid': self.made.servers[0]['uuid'],
            'is_superseded': False,
        }  # fmt: skip
        for action in self.made.actions:
            action.update(common)
        for event in self.made.events:
            event.update(host='h', result='Error', is_superseded=False)
        self.common = common
        self.made.store()

    def questions(self):
        """Return questions that all actions answer."""
        values = {n: self.common[column] for n, column in _COLUMNS.items()}
        values['host'] = 'h'
        for length in (0, 1, 2):
            for names in itertools.combinations(values, length):
                # Actions of one server are few, and looked through.
                if 'host' not in names or _NARROW.isdisjoint(names):
                    yield {name: values[name] for name in names}
        yield {'project': 'p', 'action': 'stop', 'result': 'error'}
        begin = records.BEGIN.isoformat()
        end = (records.BEGIN + datetime.timedelta(days=9)).isoformat()
        span = {'since': begin, 'before': end}
        yield span
        yield {**span, 'host': 'h', 'result': 'error'}
        yield {**span, 'server_name': 'n'}

    def marker(self, query):
        """Return an action in the middle of all."""
        rows = sorted(self.made.actions, key=key)
        if 'host' not in query:
            return id_of(rows[len(rows) // 2])
        stepped = {(e['source_id'], e['action_id']) for e in self.made.events}
        return next(
            id_of(row)
            for row in rows[len(rows) // 2 :]
            if (row['source_id'], row['id']) in stepped
        )

    def path(self, query, **more):
        query = {**query, 'limit': self.limit, **more}
        return f'/audit/actions?{urllib.parse.urlencode(query)}'

    def assertCheap(self, query):
        """Check what the last question made a server look at."""
        # Of a host, events are compared with others of their actions.
        cost = 12 if 'host' in query else 1.5
        read = self.plans.rows_read()
        self.assertLessEqual(read, cost * self.limit, query)

    def assertEventsAreCheap(self):
        """Check that events are found by their actions."""
        self.assertLessEqual(self.plans.rows_read(), 5 * self.limit)

    def analyze(self):
        """Have the database count its rows."""
        word = {'mysql': 'ANALYZE TABLE {}', 'postgresql': 'ANALYZE {}'}
        engine = trail.facade.get_engine()
        with engine.begin() as connection:
            for table in trail_models.metadata.sorted_tables:
                text = word.get(engine.dialect.name, 'ANALYZE')
                connection.exec_driver_sql(text.format(table.name))

    def test_a_page_is_a_walk(self):
        self.analyze()
        self.get('/audit/actions')
        self.plans = self.useFixture(plans.Plans(trail.facade))
        for query in self.questions():
            marker = self.marker(query)
            for more in ({}, {'marker': marker}):
                body = self.get(self.path(query, **more))
                self.assertEqual(self.limit, len(body['actions']), query)
                self.assertCheap(query)
        self.get(self.path({}, marker=marker, events=1))
        self.assertEventsAreCheap()
