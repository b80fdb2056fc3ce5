# SPDX-License-Identifier: Apache-2.0
"""A database goes from sqlalchemy-migrate to alembic with all that is in it.

Programs of the default line leave it, those of the current line take it over;
each line runs in an environment of its own.
"""

import requests

from ext_lib.testing import schemas
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.db.legacy_migrations import tables
from nova_ext.db.migration import schema
from nova_ext.db.migrations import task_tables
from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.backends import handover

HEAD = f'{schema.head}\n'
_SECONDS = 60
_HEADERS = {
    'X-Auth-Token': base.ADMIN,
    'OpenStack-API-Version': 'compute 2.80',
    # So that links do not tell one process from another.
    'Host': 'compute.example.org',
    'Connection': 'close',
}
_LISTS = (
    '/os-migrations',
    '/os-migrations?status=error',
    '/os-migrations?migration_type=resize',
    '/os-migrations?host=host1',
    '/os-migrations?source_compute=host2',
    f'/os-migrations?user_id={tests_base.USER}',
    f'/os-migrations?project_id={tests_base.PROJECT}&limit=2',
    '/os-migrations?changes-since=2020-01-01T12:00:01Z',
    '/os-services',
    '/servers/detail?all_tenants=1',
    f'/servers/{handover.TAG}/tasks',
    f'/servers/{handover.OTHER_TAG}/tasks',
)
#: Tables and indexes that only later revisions make.
_LATER = set(models.Base.metadata.tables).difference(
    tables.base().tables, tables.tasks().tables
)
_LATER_INDEXES = {
    index.name for index in task_tables.task_lists().tables['tasks'].indexes
}
#: What a server has, under which name and by which id.
_PARTS = (
    ('os-instance-actions', 'instanceActions', 'request_id'),
    ('migrations', 'migrations', 'id'),
    ('tasks', 'tasks', 'uuid'),
)


def send(url, method, path, body=None, headers=None):
    """Return the answer of the API at ``url``."""
    return requests.request(
        method,
        f'{url}{path}',
        json=body,
        headers={**_HEADERS, **(headers or {})},
        timeout=_SECONDS,
    )


class LastNumber(handover.LinesTestCase):
    """A database that has come as far as sqlalchemy-migrate takes it."""

    def setUp(self):
        super().setUp()
        self.past = handover.Past(self)
        self.assertEveryTableHasRows()
        self.url_of_default = self.serve(self.default_line)
        self.answers = self.ask_all(self.url_of_default)

    def test_rows_answers_and_reservations_are_kept(self):
        before = self.everything()
        self.succeed(self.current_line, 'db', 'sync')
        self.assertEqual(
            HEAD, self.succeed(self.current_line, 'db', 'version')
        )
        self.succeed(self.current_line, 'db', 'sync')
        self.assertEqual(before, self.everything())
        current = self.serve(self.current_line)
        self.assertEqual(self.answers, self.ask_all(current))
        self.assertRefused(current, self.past.reserved)
        self.assertDefaultLineGoesOn(current)

    def assertDefaultLineGoesOn(self, current):
        """Check that the lines can continue to take turns."""
        lock = handover.tagged(self.past.stopped, 'lock')
        self.assertEqual(202, send(current, **lock).status_code)
        answers, before = self.ask_all(current), self.everything()
        self.succeed(self.default_line, 'db', 'sync')
        self.assertEqual(
            HEAD, self.succeed(self.default_line, 'db', 'version')
        )
        self.assertEqual(before, self.everything())
        handover.assert_as_models(self, facade.get_engine())
        self.assertEqual(answers, self.ask_all(self.url_of_default))
        self.assertRefused(self.url_of_default, [*self.past.reserved, lock])

    def assertEveryTableHasRows(self):
        found = self.dump()
        names = set(models.Base.metadata.tables) - _LATER
        self.assertEqual(set(), _LATER.intersection(found))
        self.assertEqual([], [name for name in names if not found[name]])

    def assertRefused(self, url, repeats):
        for request in repeats:
            answer = send(url, **request)
            self.assertEqual(409, answer.status_code, answer.text)
            self.assertEqual('true', answer.headers['Task-repeat'])

    def everything(self):
        """Return the rows and the schema that the last number has."""
        rows, found = self.dump(), schemas.snapshot(facade.get_engine())
        for table in _LATER:
            rows.pop(table, None)
            found.pop(table, None)
        for index in _LATER_INDEXES:
            found['tasks']['indexes'].pop(index, None)
        return rows, found

    def ask_all(self, url):
        """Return what the API says to all that it can be asked."""
        past = self.past
        found: dict[str, requests.Response] = {}
        for path in _LISTS:
            self.ask(found, url, path)
        for server in (past.moved, past.stopped, past.deleted):
            for part, name, number in _PARTS:
                path = f'/servers/{server}/{part}'
                self.ask(found, url, path)
                for one in found[path].json().get(name, ()):
                    self.ask(found, url, f'{path}/{one[number]}')
        # Only those of the living show where they move to.
        unknown = [path for path, answer in found.items() if not answer.ok]
        self.assertEqual([f'/servers/{past.deleted}/migrations'], unknown)
        return {path: answer.content for path, answer in found.items()}

    def ask(self, found, url, path):
        found[path] = send(url, 'GET', path)


class NumberBefore(handover.LinesTestCase):
    """A database that has not come as far."""

    NUMBER = handover.LAST - 1

    def setUp(self):
        super().setUp()
        server = self.create_server(metadata={'name': handover.DOVE})
        self.act(server, 'migrate', token=base.ADMIN)
        self.add(rows.event(self.add(rows.action(server)).id))
        # The models are ahead of the table.
        with facade.get_engine().begin() as connection:
            connection.execute(
                tables.tasks().tables['tasks'].insert(),
                {'uuid': server, 'state': 'running', 'message': handover.DOVE},
            )

    def test_refused_untouched_then_kept(self):
        before = self.dump()
        schema_before = schemas.snapshot(facade.get_engine())
        refused = self.current_line.manage(self.url, 'db', 'sync')
        self.assertEqual(1, refused.status)
        self.assertIn('Run "nova-ext-manage db sync" once', refused.said)
        self.assertEqual(before, self.dump())
        self.assertEqual(schema_before, schemas.snapshot(facade.get_engine()))
        last = str(handover.LAST)
        self.succeed(self.default_line, 'db', 'sync', '--version', last)
        self.succeed(self.current_line, 'db', 'sync')
        handover.assert_as_models(self, facade.get_engine())
        self.assertKept(before, self.dump())

    def assertKept(self, before, after):
        """Check that rows have got columns, and nothing else has changed."""
        del before['migrate_version'], after['migrate_version']
        for name, found in before.items():
            kept = [
                {column: new[column] for column in old}
                for old, new in zip(found, after[name], strict=True)
            ]
            self.assertEqual(found, kept)
