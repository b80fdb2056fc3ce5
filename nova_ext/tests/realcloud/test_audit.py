# SPDX-License-Identifier: Apache-2.0
"""The audit API on nova's databases, compared with nova itself."""

from collections.abc import Iterator, Sequence
from concurrent import futures
import datetime
import difflib
import itertools
import json
import pathlib
import random
import secrets
import statistics
import sys
from typing import Any

import fixtures
import microversion_parse
import requests
import sqlalchemy as sa

from ext_lib.testing import ports
from ext_lib.testing import process
from ext_lib.tests.realcloud import api
from ext_lib.tests.realcloud import cloud
from ext_lib.tests.realcloud import options
from ext_lib.tests.realcloud import realm
from nova_ext.tests.realcloud import base
from nova_ext.tests.realcloud import cells
from nova_ext.tests.realcloud import history

#: The last of the nova that realcloud installs.
NEWEST = '2.104'
#: Others at which something changes in what the audit API serves, the last
#: before such a one, and those that clients choose.
VERSIONS = ('2.1', '2.20', '2.21', '2.22', '2.23', '2.51', '2.58', '2.59',
            '2.62', '2.66', '2.80', '2.84', '2.96', '2.101',
            '2.102')  # fmt: skip
USERS = ('admin', 'demo', 'alt', 'reader', 'manager')
#: How many questions of all are asked at each older version.
_SAMPLE = 40
#: How many differences are reported, and how many lines of each.
_SHOWN = 3
_LINES = 8
#: How often an answer of nova's may change before its next one is not waited
#: for: servers are still being moved while some answers are compared.
_ATTEMPTS = 5
#: nova-api has as many processes.
_AT_ONCE = 2
_UNKNOWN = '00000000-0000-4000-8000-000000000000'
_VARYING = ('date', 'x-openstack-request-id', 'x-compute-request-id')
_PROCESSES = ('keep-alive', 'connection')


class Audit(fixtures.Fixture):
    """The audit API beside a nova, with an account that may only read.

    ``url`` is its endpoint.

    :param of: the cloud of that nova
    :param databases: names of those of its cells; one alone is the usual
        database of the service
    :param trail: URL of the database that it answers from, too; None for none
    """

    def __init__(
        self,
        of: cloud.Cloud,
        databases: Sequence[str],
        trail: str | None = None,
    ) -> None:
        super().__init__()
        self._cloud = of
        self._databases = databases
        self._trail = trail

    def _setUp(self) -> None:
        directory = self.useFixture(fixtures.TempDir()).path
        region = self.useFixture(realm.Realm(self._cloud))
        user = region.add_user('nova-ext')
        port = ports.free_port()
        self.url = f'http://127.0.0.1:{port}/v2.1'
        self.config = pathlib.Path(directory, 'nova-ext.conf')
        _, nova = self._cloud.session('demo')
        options.write(
            self.config,
            {
                'DEFAULT': {'debug': 'true'},
                'api': {
                    'auth_strategy': 'keystone',
                    'compute_link_prefix': nova.removesuffix('/v2.1'),
                },
                'keystone_authtoken': region.authtoken(user),
            },
            self._connections(),
            {'trail': {'connection': self._trail}} if self._trail else {},
        )
        self._api = self.useFixture(
            api.Api(
                self._cloud.uwsgi,
                'nova-ext-audit',
                port,
                self.config,
                'OS_NOVA_EXT_CONFIG_FILES',
            )
        )
        self._api.wait()

    def _connections(self) -> options.Options:
        if len(self._databases) == 1:
            return {'database': {'connection': self.reading(*self._databases)}}
        return {
            'cells': {'databases': ','.join(self._databases)},
            **{
                name: {'connection': self.reading(name)}
                for name in self._databases
            },
        }

    def reading(self, database: str) -> str:
        """Create an account that may only read; return the URL."""
        name, password = f'audit_{secrets.token_hex(4)}', secrets.token_hex(8)
        account = f"'{name}'@'127.0.0.1'"
        cells.execute(
            f"CREATE USER {account} IDENTIFIED BY '{password}'",
            f'GRANT SELECT ON {database}.* TO {account}',
        )
        self.addCleanup(cells.execute, f'DROP USER {account}')
        url = sa.engine.make_url(cloud.SERVER).set(
            username=name, password=password, database=database
        )
        return url.render_as_string(hide_password=False)


class TestAudit(base.TestCase):
    """A comparison, with one cell that has servers, then with two."""

    def setUp(self) -> None:
        super().setUp()
        self.history = history.History(self)
        self.history.make()
        self.asked: Sequence[str] = self.history.servers
        self.dice = random.Random(7)
        self.differences: list[str] = []
        #: Whether a server is in two cells: pages of nova's then lack what
        #: is beyond two copies of a migration.
        self.has_copies = False
        #: What each answer took, ours and theirs.
        self.elapsed: list[tuple[datetime.timedelta, ...]] = []

    def test_bodies_are_those_of_nova(self):
        name = self.cloud.settings['REALCLOUD_NAME']
        databases = [f'{name}_nova_cell0', f'{name}_nova']
        self.audit = self.useFixture(Audit(self.cloud, databases))
        self.compare_all('one cell and cell0', USERS[:2])
        self.adopt(databases[1])
        with self.history.moving() as server:
            self.compare_moving(server)
        self.audit = self.useFixture(Audit(self.cloud, databases[1:]))
        everything = self.asked
        self.asked = cells.servers(databases[1], everything)
        self.assertNotEqual(everything, self.asked)
        self.compare_all('adopted', USERS[:1])
        self.asked = everything
        second = self.useFixture(cells.SecondCell(self.cloud))
        second.take(self.asked[::2])
        second.tie()
        self.audit = self.useFixture(
            Audit(self.cloud, [*databases, second.database])
        )
        self.compare_all('two cells and cell0', USERS, VERSIONS)
        second.leave_copy()
        self.has_copies = True
        self.compare_all('a server in both', USERS[:2])
        self.compare_pages()
        # It fails where there is a table nova does not know; 1 tells that
        # there was something to archive.
        self.cloud.manage(
            *('db', 'archive_deleted_rows', '--max_rows', '1000'),
            expected=(0, 1),
        )

    def compare_all(
        self, what: str, users: Sequence[str], versions: Sequence[str] = ()
    ) -> None:
        """Ask both for everything at the newest version.

        :param users: who asks
        :param versions: at which some of it is requested, too
        """
        paths = list(self.paths())
        questions = [
            *itertools.product(paths, users, [NEWEST]),
            *(
                (path, user, version)
                for version in versions
                for user in users[:2]
                for path in self.dice.sample(paths, _SAMPLE)
            ),
        ]
        with futures.ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda asked: self.compare(*asked), questions))
        share = statistics.median(ours / nova for ours, nova in self.elapsed)
        sys.stderr.write(
            f'[audit] {what}: {len(questions)} answers, '
            f'{len(self.differences)} differ, {share:.2f} of the time\n'
        )
        self.check()

    def check(self) -> None:
        if self.differences:
            self.fail('\n'.join(self.differences[:_SHOWN]))

    def compare_pages(self) -> None:
        """All pages together are the list that nova gives in one."""
        path = '/os-migrations'
        theirs = self.theirs(path, 'admin', NEWEST).json()['migrations']
        for limit in (1, 2, 3):
            ours: list[Any] = []
            query = f'?limit={limit}'
            while True:
                body = self.get(
                    self.audit.url, path + query, 'admin', NEWEST
                ).json()
                ours += body['migrations']
                self.assertLessEqual(len(ours), len(theirs))
                if 'migrations_links' not in body:
                    break
                query = f'?limit={limit}&marker={ours[-1]["uuid"]}'
            self.assertEqual(theirs, ours)

    def compare_moving(self, server: str) -> None:
        path = f'/servers/{server}/migrations'
        [migration] = self.theirs(path, 'admin', NEWEST).json()['migrations']
        for version in (*VERSIONS, NEWEST):
            for user in 'admin', 'demo', 'alt':
                for one in (
                    path,
                    f'{path}/{migration["id"]}',
                    f'{path}/x',
                    '/os-migrations?status=preparing',
                ):
                    self.compare(one, user, version)
        self.check()

    def paths(self) -> Iterator[str]:
        """Yield all that is requested."""
        for server in (*self.asked, _UNKNOWN, 'x'):
            yield from self.paths_of(server)
        yield from self.lists()

    def paths_of(self, server: str) -> Iterator[str]:
        path = f'/servers/{server}/os-instance-actions'
        yield path
        yield f'{path}/req-{_UNKNOWN}'
        yield f'{path}?marker=req-{_UNKNOWN}'
        for path_of_move in (
            f'/servers/{server}/migrations',
            f'/servers/{server}/migrations/1',
        ):
            yield path_of_move
            yield f'{path_of_move}?x=1'
        answer = self.theirs(path, 'admin', NEWEST)
        actions = answer.json().get('instanceActions', [])
        for action in actions:
            yield f'{path}/{action["request_id"]}'
        for action in actions[:2]:
            yield f'{path}/{action["request_id"]}?x=1&limit=1'
        for action in actions[1:3]:
            yield f'{path}?limit=1&marker={action["request_id"]}'
            yield f'{path}?changes-since={action["updated_at"]}'
            yield f'{path}?changes-before={action["updated_at"]}'

    def lists(self) -> Iterator[str]:
        path = '/os-migrations'
        yield path
        found = self.theirs(path, 'admin', NEWEST).json()['migrations']
        for number, migration in enumerate(found):
            if not self.has_copies:
                yield f'{path}?limit=2&marker={migration["uuid"]}'
            if number % 4 == 0:
                yield f'{path}?changes-since={migration["updated_at"]}'
                yield f'{path}?changes-before={migration["updated_at"]}'
        for name in ('user_id', 'project_id', 'status', 'migration_type',
                     'instance_uuid', 'source_compute'):  # fmt: skip
            for value in sorted({m[name] for m in found}):
                yield f'{path}?{name}={value}'
        for query in ('host=host1', 'host=x', 'hidden=true', 'hidden=x',
                      'limit=0', 'limit=-1', 'limit=x', 'x=1',
                      f'marker={_UNKNOWN}', 'marker=x', 'changes-since=x',
                      'user_id=x&user_id=y'):  # fmt: skip
            yield f'{path}?{query}'
        if not self.has_copies:
            yield f'{path}?limit=1'
            yield f'{path}?limit=3&host=host2'

    def compare(self, path: str, user: str, version: str) -> None:
        told = _told if self.is_in_order(path, version) else _listed
        theirs = self.theirs(path, user, version)
        for _ in range(_ATTEMPTS):
            ours = self.get(self.audit.url, path, user, version)
            self.elapsed.append((ours.elapsed, theirs.elapsed))
            if told(theirs) == told(ours):
                return
            # Only what nova says before and after has to be what we say.
            before, theirs = theirs, self.theirs(path, user, version)
            if told(theirs) == told(before):
                break
        where = f'{path} for {user} at {version}'
        self.differences.append(_difference(where, told(theirs), told(ours)))

    def is_in_order(self, path: str, version: str) -> bool:
        """Return whether nova says in which order a list is.

        Before it had pages it did not, and shows what its databases make of
        that.
        """
        is_paged = microversion_parse.parse_version_string(version) >= (2, 59)
        return is_paged or not path.startswith('/os-migrations')

    def theirs(self, path: str, user: str, version: str) -> requests.Response:
        return self.get(self.cloud.session(user)[1], path, user, version)

    def get(
        self, url: str, path: str, user: str, version: str
    ) -> requests.Response:
        headers = {
            'X-Auth-Token': self.cloud.session(user)[0],
            'OpenStack-API-Version': f'compute {version}',
            'Accept': 'application/json',
        }
        return requests.get(url + path, headers=headers, timeout=60)

    def adopt(self, database: str) -> None:
        """Let the database of a cell be ours too, and nova notice nothing."""
        before, rows = cells.tables(database), self.rows_in(database)
        config = self.audit.config.with_name('adopt.conf')
        url = self.audit.reading(database)
        options.write(config, {'database': {'connection': url}})
        self.manage(config, 'sync')
        self.assertEqual(before, cells.tables(database))
        self.assertEqual(rows, self.rows_in(database))
        self.cloud.manage('db', 'sync')
        self.assertEqual(before, cells.tables(database))
        self.booted()

    def rows_in(self, database: str) -> dict[str, Any]:
        """Return checksums of the tables that nova changes on request only."""
        return cells.checksums(
            database,
            *('instances', 'instance_actions', 'instance_actions_events'),
            *('instance_faults', 'instance_metadata', 'migrations'),
        )

    def manage(self, config: pathlib.Path, *command: str) -> None:
        program = self.useFixture(
            process.Process(
                'nova_ext.cmd.manage',
                ['--config-file', str(config), 'db', *command],
                str(config.parent),
            )
        )
        status = program.process.wait(120)
        self.assertEqual(0, status, program.output.read_text())


def _difference(where: str, theirs: Sequence[Any], ours: Sequence[Any]) -> str:
    """Return what differs, what is nova's with a minus."""
    changes = [
        line
        for line in difflib.unified_diff(
            _lines(*theirs), _lines(*ours), lineterm='', n=0
        )
        if not line.startswith(('---', '+++', '@@'))
    ]
    # The bodies may differ in nothing but spaces.
    told = changes or [f'{theirs[1]}', f'{ours[1]}']
    return '\n  '.join([where, *told[:_LINES]])


def _lines(status: int, body: Any, headers: dict[str, Any]) -> list[str]:
    return [
        f'{status}',
        *(f'{name}: {value}' for name, value in headers.items()),
        *json.dumps(_parsed(body), indent=1).splitlines(),
    ]


def _parsed(body: Any) -> Any:
    try:
        return json.loads(body)
    except (TypeError, ValueError):
        return body


def _headers(answer: requests.Response) -> dict[str, Any]:
    return {
        name.lower(): value
        for name, value in answer.headers.items()
        if name.lower() not in (*_VARYING, *_PROCESSES)
    }


def _told(answer: requests.Response) -> tuple[Any, ...]:
    """Return what an answer tells."""
    return answer.status_code, answer.text, _headers(answer)


def _listed(answer: requests.Response) -> tuple[Any, ...]:
    """Return what an answer tells, whatever the order of a list."""
    body = answer.json()
    for value in body.values():
        if isinstance(value, list):
            value.sort(key=lambda item: item['id'])
    return answer.status_code, body, _headers(answer)
