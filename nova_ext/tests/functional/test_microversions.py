# SPDX-License-Identifier: Apache-2.0
"""Every GET at every microversion: keys change where they are said to."""

from collections.abc import Iterator, Mapping
import dataclasses
import re
from typing import Any

import webob

from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute import routes
from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.trail import records

_SERVER = '5bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_REQUEST = 'req-3293a3f1-b44c-4609-b8d2-d81b105636b8'
_ACTIONS = f'/servers/{_SERVER}/os-instance-actions'
_MIGRATIONS = f'/servers/{_SERVER}/migrations'

#: Keys by the version that brings them; those it removes begin with -.
Changes = Mapping[str, str]

_FLAVOR = {
    '2.55': 'description',
    '2.61': 'extra_specs',
}
_SERVER_BASICS = {
    '2.9': 'locked',
    '2.19': 'description',
    '2.26': 'tags',
    '2.47': 'flavor.vcpus flavor.ram flavor.disk flavor.ephemeral '
    'flavor.swap flavor.original_name flavor.extra_specs '
    '-flavor.id -flavor.links -flavor.links.href -flavor.links.rel',
    '2.63': 'trusted_image_certificates',
    '2.73': 'locked_reason',
}
_SERVER_IN_FULL = {
    **_SERVER_BASICS,
    '2.3': ' '.join(
        f'OS-EXT-SRV-ATTR:{name}'
        for name in (
            'hostname', 'kernel_id', 'launch_index', 'ramdisk_id',
            'reservation_id', 'root_device_name', 'user_data',
        )
    ),
    '2.16': 'host_status',
}  # fmt: skip
_EVENT = 'event start_time finish_time result'
_MIGRATION = {'2.59': 'uuid', '2.80': 'user_id project_id'}


def _inside(prefix: str, changes: Changes) -> dict[str, str]:
    return {
        version: ' '.join(_within(prefix, name) for name in names.split())
        for version, names in changes.items()
    }


def _within(prefix: str, name: str) -> str:
    sign = '-' if name.startswith('-') else ''
    return f'{sign}{prefix}.{name.removeprefix("-")}'


@dataclasses.dataclass(frozen=True)
class Expected:
    """Changes of the answer to one GET, by version."""

    path: str
    changes: Changes = dataclasses.field(default_factory=dict)
    token: str = base.ADMIN
    since: str = '2.1'
    until: str = '2.84'

    def versions(self) -> list[str]:
        """Return the versions that have it."""
        every = list(microversions.HISTORY)
        return every[every.index(self.since) : every.index(self.until) + 1]


TABLE = (
    Expected('/'),
    Expected('/versions/v2.1'),
    Expected('/extensions'),
    Expected('/extensions/os-migrations'),
    Expected(f'/images/{base.IMAGE}', until='2.35'),
    Expected('/flavors', _inside('flavors', {'2.55': 'description'})),
    Expected('/flavors/detail', _inside('flavors', _FLAVOR)),
    Expected('/flavors/1', _inside('flavor', _FLAVOR)),
    Expected('/flavors/1/os-extra_specs'),
    Expected('/servers'),
    Expected('/servers/detail', _inside('servers', _SERVER_IN_FULL)),
    Expected(
        '/servers/detail',
        _inside('servers', _SERVER_BASICS),
        token=base.MEMBER,
    ),
    Expected(
        f'/servers/{_SERVER}',
        _inside('server', {**_SERVER_IN_FULL, '2.71': 'server_groups'}),
    ),
    Expected(
        f'/servers/{_SERVER}',
        _inside('server', {**_SERVER_BASICS, '2.71': 'server_groups'}),
        token=base.READER,
    ),
    Expected(_ACTIONS, {'2.58': 'instanceActions.updated_at'}),
    Expected(
        f'{_ACTIONS}?limit=1', {'2.58': 'instanceActions.updated_at '
                                'links links.href links.rel'},
    ),
    Expected(
        f'{_ACTIONS}/{_REQUEST}',
        _inside(
            'instanceAction',
            {
                '2.58': 'updated_at',
                '2.62': 'events.host events.hostId',
                '2.84': 'events.details',
            },
        ),
    ),
    Expected(
        f'{_ACTIONS}/{_REQUEST}',
        _inside(
            'instanceAction',
            {
                '2.51': ' '.join(
                    ['events', *(f'events.{k}' for k in _EVENT.split())]
                ),
                '2.58': 'updated_at',
                '2.62': 'events.hostId',
            },
        ),
        token=base.MEMBER,
    ),
    Expected(
        '/os-keypairs?limit=1',
        {
            '2.2': 'keypairs.keypair.type',
            '2.35': 'keypairs_links keypairs_links.rel keypairs_links.href',
        },
        token=base.MEMBER,
    ),
    Expected(
        '/os-keypairs/key-0000', {'2.2': 'keypair.type'}, token=base.MEMBER
    ),
    Expected(
        '/os-migrations',
        _inside(
            'migrations',
            {
                '2.23': 'migration_type links links.href links.rel',
                **_MIGRATION,
            },
        ),
    ),
    Expected(_MIGRATIONS, _inside('migrations', _MIGRATION), since='2.23'),
    Expected(
        f'{_MIGRATIONS}/1', _inside('migration', _MIGRATION), since='2.23'
    ),
    Expected('/audit/actions?events=1'),
    Expected(f'/audit/servers/{_SERVER}/timeline'),
    Expected(f'/audit/servers/{_SERVER}/migrations'),
    Expected('/os-services', _inside('services', {'2.11': 'forced_down'})),
)  # fmt: skip


class MicroversionsTest(base.APITestCase):
    """Walks from the first to the last version."""

    def setUp(self) -> None:
        super().setUp()
        self.add(rows.service('host1'), rows.server(uuid=_SERVER))
        self.add(rows.keypair())
        action = self.add(
            rows.action(_SERVER, request_id=_REQUEST), rows.action(_SERVER, 1)
        )
        self.add(rows.event(action.id))
        self.add(
            rows.live_migration(_SERVER, id=1), rows.migration(_SERVER, id=2)
        )
        self._copy()

    def _copy(self) -> None:
        """Store what a trail has of a server."""
        records.use_trail(self)
        made = records.Records()
        server = made.server(
            1, uuid=_SERVER, display_name='one', project_id='demo'
        )
        made.event(made.action(server, 1, 1), 1, 1)
        made.migration(server, 1, 1)
        made.store()

    def test_keys(self) -> None:
        """Set and order of keys change at the versions named, and there."""
        for expected in TABLE:
            changes = dict(self._changes(expected))
            wanted = {v: set(c.split()) for v, c in expected.changes.items()}
            self.assertEqual(wanted, changes, expected.path)

    def test_other_versions(self) -> None:
        """Paths that a version does not have yet, or any more."""
        for expected in TABLE:
            for version in microversions.HISTORY:
                if version not in expected.versions():
                    response = self._ask(expected, version)
                    self.assertEqual(404, response.status_int)
                    self.assertEqual(['itemNotFound'], list(response.json))

    def test_every_get_is_walked(self) -> None:
        """The table has all that answers GET."""
        walked = [expected.path.partition('?')[0] for expected in TABLE]
        for path, methods in routes.table(self.conf):
            form = re.compile(re.sub(r'{\w+}', '[^/]+', path))
            if 'GET' in methods:
                self.assertTrue(any(map(form.fullmatch, walked)), path)

    def _changes(self, expected: Expected) -> Iterator[tuple[str, set[str]]]:
        first, *versions = expected.versions()
        before = self._keys(expected, first)
        for version in versions:
            after = self._keys(expected, version)
            if before != after:
                self._check_order(before, after)
                gone = {f'-{key}' for key in before if key not in after}
                yield version, gone | set(after).difference(before)
            before = after

    def _check_order(self, before: list[str], after: list[str]) -> None:
        self.assertEqual(
            [key for key in before if key in after],
            [key for key in after if key in before],
        )

    def _keys(self, expected: Expected, version: str) -> list[str]:
        response = self._ask(expected, version)
        self.assertEqual(200, response.status_int, response.text)
        return list(dict.fromkeys(_walk(response.json, '')))

    def _ask(self, expected: Expected, version: str) -> webob.Response:
        return self.request(
            'GET', expected.path, token=expected.token, version=version
        )


def _walk(value: Any, path: str) -> Iterator[str]:
    """Return the keys in ``value``, those of all items of a list as one."""
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield f'{path}.{key}'.lstrip('.')
            yield from _walk(inner, f'{path}.{key}')
