# SPDX-License-Identifier: Apache-2.0
"""A database that sqlalchemy-migrate keeps, with the past of a cloud in it."""

from typing import Any

import fixtures
from oslo_config import cfg
import sqlalchemy as sa
import testtools

from ext_lib.testing import dependency_lines
from ext_lib.testing import polling
from ext_lib.testing import schemas
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema
from nova_ext.tests.functional import base
from nova_ext.tests.functional import cloud
from nova_ext.tests.functional import rows
from nova_ext.tests.functional import user
from nova_ext.tests.functional.backends import web_server

assert schema.legacy is not None
LAST = schema.legacy.last_number
#: Four bytes in UTF-8.
DOVE = '\N{DOVE OF PEACE}\N{PILE OF POO}'
#: Tags that are one to those who ignore case.
TAG, OTHER_TAG = 'deploy', 'DEPLOY'
#: What the hand-over itself writes to.
_ALEMBIC = 'nova_ext_alembic_version'
_API = {
    'OS_API__AUTH_STRATEGY': 'noauth',
    'OS_DEFAULT__SERVICE_DOWN_TIME': '86400',
    'OS_DEFAULT__TRANSPORT_URL': 'fake://',
}
_LIVE = {'host': None, 'block_migration': 'auto'}


class OnSQLite(testtools.TestCase):
    """A test with ``url``, an empty database; it comes before other bases."""

    url: str

    def setUp(self) -> None:
        directory = self.useFixture(fixtures.TempDir())
        self.url = f'sqlite:///{directory.join("test.db")}'
        super().setUp()


def both_lines(
    test: testtools.TestCase,
) -> tuple[dependency_lines.Line, dependency_lines.Line]:
    """Return the default line and the current one, or skip the test."""
    return dependency_lines.both_lines(test, 'nova_ext.cmd.manage')


def assert_as_models(
    test: testtools.TestCase, engine: sa.engine.Engine
) -> None:
    """Check that there is nothing left to do about a schema."""
    test.assertEqual(schema.head, schema.version(engine))
    metadata = models.Base.metadata
    test.assertEqual([], schemas.differences(engine, metadata))


class Legacy(fixtures.Fixture):
    """A database at a legacy number, opened.

    :param line: the one that makes it
    """

    def __init__(
        self,
        line: dependency_lines.Line,
        url: str,
        number: int,
        conf: cfg.ConfigOpts,
    ) -> None:
        super().__init__()
        self._line = line
        self._url = url
        self._number = number
        self._conf = conf

    def _setUp(self) -> None:
        command = ('db', 'sync', '--version', str(self._number))
        ended = self._line.manage(self._url, *command)
        if ended.status:
            raise AssertionError(ended.said)
        self._conf.set_override('connection', self._url, 'database')
        self.addCleanup(self._conf.clear_override, 'connection', 'database')
        facade.configure(self._conf)
        self.addCleanup(facade.reset)


class LinesTestCase(base.OperationsTestCase):
    """A test of both lines with a database at a legacy number.

    A subclass sets ``url``, the URL of an empty database.
    """

    NUMBER = LAST
    url: str

    def make_database(self) -> Any:
        """Return the fixture of the legacy database."""
        self.default_line, self.current_line = both_lines(self)
        # Else heartbeats change rows.
        self.settings.set(report_interval=3600)
        return Legacy(self.default_line, self.url, self.NUMBER, self.conf)

    def succeed(self, line: dependency_lines.Line, *arguments: str) -> str:
        """Run nova-ext-manage; return what it said."""
        ended = line.manage(self.url, *arguments)
        self.assertEqual(0, ended.status, ended.said)
        return ended.said

    def serve(self, line: dependency_lines.Line) -> str:
        """Serve the API on a line; return its endpoint."""
        variables = {**dependency_lines.environment(self.url), **_API}
        directory = self.useFixture(fixtures.TempDir()).path
        server = self.useFixture(
            web_server.WebServer(directory, variables, python=line.python)
        )
        polling.wait_until(lambda: _answers(server), 'the API to answer')
        return server.url

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        """Return all rows, as the driver has them, by their table."""
        engine = facade.get_engine()
        names = sa.inspect(engine).get_table_names()
        with engine.connect() as connection:
            return {
                name: _rows(connection, name)
                for name in names
                if name != _ALEMBIC
            }


def _answers(server: web_server.WebServer) -> bool:
    server.process.check()
    return user.User(server.url).ask('GET', '/flavors').ok


def _rows(connection: Any, table: str) -> list[dict[str, Any]]:
    found = connection.exec_driver_sql(f'SELECT * FROM {table}').mappings()
    return sorted((dict(row) for row in found), key=repr)


class Past:
    """Requests about servers, so that every table has rows.

    ``moved`` is in the middle of a live migration, ``stopped`` has a fault,
    ``deleted`` is gone.
    """

    def __init__(self, test: base.OperationsTestCase) -> None:
        self._test = test
        create = test.create_server
        self.stopped = create(
            metadata={'name': DOVE, 'fake:fail': 'reboot'},
        )
        self.moved = create()
        self.deleted = create()
        self._stop_and_fail()
        self._group()
        test.delete_server(self.deleted)
        self._move()
        self._leave_rows()
        for host in cloud.HOSTS:
            test.cloud.kill(host)

    @property
    def reserved(self) -> list[dict[str, Any]]:
        """Requests that have a reservation: one is done, one is not."""
        return [
            tagged(self.stopped, 'os-stop'),
            tagged(self.moved, 'os-migrateLive', _LIVE),
        ]

    def _send(self, request: dict[str, Any]) -> None:
        answer = self._test.request(version='2.80', **request)
        self._test.assertEqual(202, answer.status_int, answer.text)

    def _stop_and_fail(self) -> None:
        stop, _live = self.reserved
        self._send(stop)
        self._test.wait_until_idle(self.stopped)
        self._test.act(self.stopped, 'os-start')
        self._test.act(self.stopped, 'reboot', {'type': 'HARD'})

    def _group(self) -> None:
        self._send(
            {
                'method': 'POST',
                'path': '/servers',
                'headers': {'Task-tag': OTHER_TAG},
                'body': {
                    'server': {
                        'name': 'group',
                        'imageRef': base.IMAGE,
                        'flavorRef': '1',
                        'networks': 'none',
                        'min_count': 2,
                        'tags': [DOVE],
                    }
                },
            }
        )
        tasks = self._test.get(f'/servers/{OTHER_TAG}/tasks')['tasks']
        for server in tasks[0]['servers']:
            self._test.wait_until_idle(server)

    def _move(self) -> None:
        """Move a server in all ways, the last of which does not end."""
        test, moved = self._test, self.moved
        test.act(moved, 'migrate', token=base.ADMIN)
        test.act(moved, 'confirmResize')
        test.act(moved, 'resize', {'flavorRef': '2'})
        test.act(moved, 'revertResize')
        test.act(self.stopped, 'resize', {'flavorRef': '2'})
        test.settings.set('fake', seconds=600.0)
        _stop, live = self.reserved
        self._send(live)
        path = f'/servers/{moved}/migrations'
        polling.wait_until(lambda: 'running' in str(test.get(path)), 'it')

    def _leave_rows(self) -> None:
        """Add what only services of other releases leave, or none so far."""
        add, server = self._test.add, self.moved
        action = add(rows.action(server, action='reboot', message=DOVE))
        add(
            rows.event(action.id, traceback=f'Traceback {DOVE}', host=None),
            rows.migration(server, migration_type='evacuation', user_id=None),
            models.InstanceFault(instance_uuid=server, code=500, message=DOVE),
        )


def tagged(server: str, action: str, argument: Any = None) -> dict[str, Any]:
    """Return a request that an action be done, with the tag."""
    return {
        'method': 'POST',
        'path': f'/servers/{server}/action',
        'headers': {'Task-tag': TAG},
        'body': {action: argument},
    }
