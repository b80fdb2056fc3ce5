# SPDX-License-Identifier: Apache-2.0
"""Number of statements of a request, whatever the number of rows."""

from collections.abc import Iterator
import dataclasses
import itertools
import re
from typing import Any

from nova_ext.api.openstack.compute import routes
from nova_ext.api.openstack.compute import server_tasks
from nova_ext.db import models
from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows

_SERVER = '5bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_REQUEST = 'req-3293a3f1-b44c-4609-b8d2-d81b105636b8'
_MIGRATION = '42341d4b-346a-40d0-83c6-5f4f6892b650'
_ACTIONS = f'/servers/{_SERVER}/os-instance-actions'
_MIGRATIONS = f'/servers/{_SERVER}/migrations'
_TASK = '7bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_TASKS = f'/servers/{_SERVER}/tasks'
_TAG = 'deploy'
_TAGGED = f'/servers/{_TAG}/tasks'
_CHANGED = '6bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_SERVICE = '0bbcc3c4-1da2-4437-a48a-66f15b1b1300'
#: Of the one migration whose number is known; the others' are lower.
_NUMBER = 1_000_000
#: One would leave nothing behind a marker.
_SIZES = (2, 50, 500)

#: The most any GET may need.
_MOST = 3
#: The most any change may need, in the process that accepts it.
_MOST_OF_WRITES = 16
#: SELECTs of each GET.
READS = {
    '/': 0,
    '/versions/v2.1': 0,
    '/extensions': 0,
    '/extensions/os-migrations': 0,
    f'/images/{base.IMAGE}': 0,
    '/flavors': 0,
    '/flavors/detail': 0,
    '/flavors/1': 0,
    '/flavors/1/os-extra_specs': 0,
    '/servers': 2,
    '/servers?all_tenants=1': 2,
    '/servers?limit=1': 2,
    f'/servers?marker={_SERVER}': 2,
    '/servers?name=new&status=error&tags=blue': 2,
    '/servers/detail': 3,
    f'/servers/detail?marker={_SERVER}&limit=5': 3,
    f'/servers/detail?marker={_SERVER}&sort_key=uuid': 3,
    '/servers/detail?sort_key=display_name&sort_key=uuid&sort_dir=asc': 3,
    f'/servers/{_SERVER}': 3,
    _ACTIONS: 1,
    f'{_ACTIONS}?limit=1': 1,
    f'{_ACTIONS}?marker={_REQUEST}': 1,
    f'{_ACTIONS}?changes-since=2020&changes-before=2021': 1,
    f'{_ACTIONS}/{_REQUEST}': 1,
    '/os-keypairs?user_id=fake': 1,
    '/os-keypairs?user_id=fake&limit=1&marker=key-0001': 2,
    '/os-keypairs/key-0001?user_id=fake': 1,
    '/os-migrations': 1,
    '/os-migrations?host=host1': 1,
    '/os-migrations?user_id=fake&status=running': 1,
    f'/os-migrations?marker={_MIGRATION}': 2,
    _MIGRATIONS: 1,
    f'{_MIGRATIONS}/{_NUMBER}': 1,
    '/os-services': 1,
    # Whether a server's id is a tag, too, shows only when one asks.
    _TASKS: 2,
    f'{_TASKS}?limit=1': 2,
    f'{_TASKS}?marker={_TASK}': 2,
    f'{_TASKS}?all_tenants=1': 2,
    f'{_TASKS}?state=success': 3,
    f'{_TASKS}?state=success&marker={_TASK}&limit=5': 3,
    f'{_TASKS}?changes-since=2020': 3,
    f'{_TASKS}/{_TASK}': 1,
    _TAGGED: 1,
    f'{_TAGGED}?marker={_TASK}': 1,
    f'{_TAGGED}?all_tenants=1&limit=1': 1,
    f'{_TAGGED}?state=success&changes-since=2020': 2,
    f'{_TAGGED}/{_TASK}': 1,
    '/os-server-tasks': 1,
    f'/os-server-tasks?limit=1&marker={_TASK}&all_tenants=1': 1,
    f'/os-server-tasks?server={_SERVER}&tag={_TAG}': 1,
    '/os-server-tasks?state=success': 2,
    f'/os-server-tasks/{_TASK}': 1,
}
#: What has to be asked of a task to find out whether it has ended: thrice of
#: the action, thrice of the server, and what time it is.
_SELECTS_TO_RESOLVE = 7


class ReadsTest(base.APITestCase):
    """GETs."""

    def test_statements(self) -> None:
        """Each asks as often as the table says, for any number of items."""
        for size in _SIZES:
            self.empty_database()
            fill(self, size)
            for path, selects in READS.items():
                self.statements.clear()
                version = '2.35' if 'images' in path else '2.80'
                self.get(path, version)
                asked = self.statements.statements
                self.assertEqual(selects, len(asked), f'{path}: {asked}')
                self.assertEqual(asked, self.statements.selects, path)

    def test_bound(self) -> None:
        self.assertLessEqual(max(READS.values()), _MOST)

    def test_every_get_is_counted(self) -> None:
        counted = [path.partition('?')[0] for path in READS]
        tasks: Any = server_tasks.ServerTasksController
        table = (*routes.table(self.conf), *server_tasks.table(tasks))
        for path, methods in table:
            form = re.compile(re.sub(r'{\w+}', '[^/]+', path))
            # The audit asks a trail; what it asks is counted with it.
            if 'GET' in methods and not path.startswith('/audit/'):
                self.assertTrue(any(map(form.fullmatch, counted)), path)


class UnfinishedTasksTest(base.APITestCase):
    """GETs of tasks that no request has shown since they ended."""

    def setUp(self) -> None:
        super().setUp()
        fill(self, 2)
        for number in range(10, 20):
            action = self.add(rows.action(_SERVER, number))
            self.add(rows.event(action.id, number))
            self.add(
                rows.task(
                    number,
                    instance_uuid=_SERVER,
                    tag='new',
                    state='running',
                    ended_at=None,
                    request_id=action.request_id,
                )
            )

    def assertResolves(self, number: int, query: str) -> None:
        """Check how many tasks are looked into; a second time none is."""
        path = f'/servers/new/tasks{query}'
        self.statements.clear()
        self.get(path)
        asked = len(self.statements.selects)
        self.statements.clear()
        self.get(path)
        again = len(self.statements.selects)
        self.assertLessEqual(again, 2)
        self.assertLessEqual(asked, 1 + again + number * _SELECTS_TO_RESOLVE)
        resolved = self.get('/servers/new/tasks?state=success&limit=1')
        self.assertEqual(1, len(resolved['tasks']))

    def test_all(self) -> None:
        self.assertResolves(10, '')

    def test_a_page(self) -> None:
        """Only what is on it is looked into."""
        self.assertResolves(3, '?limit=3')

    def test_a_filter(self) -> None:
        """A list by state needs the outcome of all tasks."""
        self.assertResolves(10, '?state=success&limit=1')


class WritesTest(base.APITestCase):
    """Requests that change something."""

    def test_statements(self) -> None:
        """Other rows do not add statements."""
        asked = {size: self._count(size) for size in _SIZES[:2]}
        small, large = asked.values()
        self.assertEqual(small, large)
        self.assertLessEqual(max(small.values()), _MOST_OF_WRITES)

    def test_several_servers(self) -> None:
        """To create ten servers takes no more for each than one does."""
        one, ten = self._ask(_CREATE), self._ask(_CREATE_TEN)
        self.assertLessEqual(ten, 10 * one)

    def test_tasks(self) -> None:
        """A task is stored with the answer; a tag is stored before as well."""
        self.add(rows.server(uuid=_CHANGED))
        for tag, statements in (
            (None, ['INSERT']),
            ('t', ['INSERT', 'UPDATE']),
        ):
            for write in (_LOCK, _UNKNOWN, _MALFORMED):
                self._send(write, tag)
                self.assertEqual(
                    statements, self._asked_of_tasks(), write.name
                )

    def test_repeats(self) -> None:
        """To refuse a repeat takes no more, whatever else there is."""
        for size in _SIZES:
            self.empty_database()
            fill(self, size)
            self.add(rows.server(uuid=_CHANGED))
            self._send(_LOCK, _TAG)
            self.get(_TAGGED)
            self.assertEqual(409, self._send(_LOCK, _TAG).status_int)
            insert, *selects = self._asked_of_tasks()
            self.assertEqual(('INSERT', {'SELECT'}), (insert, set(selects)))
            self.assertLessEqual(len(selects), 2)

    def _send(self, write: 'Write', tag: str | None) -> Any:
        self.statements.clear()
        return self.request(
            write.method,
            write.path,
            body=write.body,
            headers={'Task-tag': tag} if tag else {},
        )

    def _asked_of_tasks(self) -> list[str]:
        """Return the verbs of what the table of tasks was asked."""
        asked = self.statements.statements
        return [s.split()[0] for s in asked if re.search(r'\btasks\b', s)]

    def _count(self, size: int) -> dict[str, int]:
        counts = {}
        for write in WRITES:
            self.empty_database()
            fill(self, size)
            self.add(rows.server(uuid=_CHANGED, **write.columns))
            self.add(
                rows.service(
                    'hostA', uuid=_SERVICE, disabled=write.is_disabled
                )
            )
            if write.migration:
                self.add(rows.migration(_CHANGED, id=9999, **write.migration))
            counts[write.name] = self._ask(write)
        return counts

    def _ask(self, write: 'Write') -> int:
        self.statements.clear()
        response = self.request(
            write.method,
            write.path,
            version='2.80',
            body=write.body,
        )
        self.assertLess(response.status_int, 300, response.text)
        return len(self.statements)


@dataclasses.dataclass(frozen=True)
class Write:
    """A request that changes something, and what has to be there."""

    name: str
    method: str
    path: str
    body: Any = None
    columns: dict[str, Any] = dataclasses.field(default_factory=dict)
    migration: dict[str, Any] | None = None
    #: Whether the scheduler does not use the service.
    is_disabled: bool = False


def _act(name: str, argument: Any = None, **columns: Any) -> Write:
    path = f'/servers/{_CHANGED}/action'
    return Write(name, 'POST', path, {name: argument}, columns)


def _end(name: str) -> Write:
    write = _act(name, vm_state='resized')
    return dataclasses.replace(write, migration={'status': 'finished'})


def _steer(name: str, method: str, path: str, body: Any = None) -> Write:
    live = {'status': 'running', 'migration_type': 'live-migration'}
    return Write(
        name,
        method,
        f'/servers/{_CHANGED}/migrations/9999{path}',
        body,
        {'task_state': 'migrating'},
        live,
    )


_PUBLIC = (
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/Q'
    'EXn9OIeZJ'
)
_NEW = {
    'name': 'new',
    'imageRef': base.IMAGE,
    'flavorRef': '1',
    'networks': 'none',
}
_CREATE = Write('create', 'POST', '/servers', {'server': _NEW})
_CREATE_TEN = Write(
    'create', 'POST', '/servers', {'server': {**_NEW, 'min_count': 10}}
)
_LOCK = _act('lock')
_MALFORMED = _act('lock', {'reason': 1})
_UNKNOWN = Write('unknown', 'DELETE', f'/servers/{base.UNKNOWN}')
WRITES = (
    _CREATE,
    Write('update', 'PUT', f'/servers/{_CHANGED}', {'server': {'name': 'y'}}),
    Write('delete', 'DELETE', f'/servers/{_CHANGED}', None, {'host': 'hostA'}),
    Write('delete locally', 'DELETE', f'/servers/{_CHANGED}'),
    _act('os-start', vm_state='stopped'),
    _act('os-stop'),
    _act('reboot', {'type': 'HARD'}),
    _act('pause'),
    _act('unpause', vm_state='paused'),
    _act('suspend'),
    _act('resume', vm_state='suspended'),
    _LOCK,
    _act('unlock', locked=True),
    _act('rebuild', {'imageRef': base.IMAGE}),
    _act('resize', {'flavorRef': '2'}),
    _act('migrate'),
    _end('confirmResize'),
    _end('revertResize'),
    _act('os-migrateLive', {'host': None, 'block_migration': 'auto'}),
    _act('evacuate', {}, host='nowhere'),
    _act('forceDelete', host='hostA'),
    _act('os-resetState', {'state': 'error'}),
    _steer('force', 'POST', '/action', {'force_complete': None}),
    _steer('abort', 'DELETE', ''),
    Write(
        'import a key',
        'POST',
        '/os-keypairs',
        {'keypair': {'name': 'new', 'public_key': _PUBLIC, 'user_id': 'u'}},
    ),
    Write('delete a key', 'DELETE', '/os-keypairs/key-0001?user_id=fake'),
    Write(
        'update a service',
        'PUT',
        f'/os-services/{_SERVICE}',
        {'status': 'disabled'},
    ),
    Write(
        'delete a service',
        'DELETE',
        f'/os-services/{_SERVICE}',
        is_disabled=True,
    ),
)


def fill(test: base.APITestCase, size: int) -> None:
    """Add ``size`` of everything: the newest server has a long history."""
    uuids = [
        *(f'{n:08}-0000-4000-8000-{0:012}' for n in range(1, size)),
        _SERVER,
    ]
    test.add(*itertools.chain(*map(_server, uuids)))
    test.add(*(rows.keypair(n) for n in range(1, size + 1)))
    test.add(*(rows.service(f'host{n}') for n in range(1, size + 1)))
    action = test.add(
        rows.action(_SERVER, size, request_id=_REQUEST),
        *(rows.action(_SERVER, n) for n in range(1, size)),
    )
    test.add(*(rows.event(action.id, n) for n in range(size)))
    test.add(
        rows.live_migration(_SERVER, size, id=_NUMBER, uuid=_MIGRATION),
        *(rows.live_migration(_SERVER, n) for n in range(1, size)),
    )
    create = test.add(
        _task(0, task='create'),
        *(_task(n) for n in range(1, size)),
        _task(size, uuid=_TASK),
    )
    test.add(*(_made(create.id, n, uuid) for n, uuid in enumerate(uuids)))


def _task(number: int, **columns: Any) -> models.Task:
    return rows.task(number, instance_uuid=_SERVER, tag=_TAG, **columns)


def _made(task_id: int, number: int, uuid: str) -> models.TaskInstance:
    return models.TaskInstance(
        task_id=task_id, position=number, instance_uuid=uuid
    )


def _server(uuid: str) -> Iterator[Any]:
    yield rows.server(uuid=uuid, vm_state='error')
    yield models.InstanceMetadata(instance_uuid=uuid, key='key', value='value')
    yield models.InstanceSystemMetadata(instance_uuid=uuid, key='key')
    yield models.InstanceFault(instance_uuid=uuid, code=500, message='Oops')
    yield models.Tag(resource_id=uuid, tag='blue')
