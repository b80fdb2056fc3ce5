# SPDX-License-Identifier: Apache-2.0
"""Samples of the list of migrations and of a server's live migrations."""

from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.samples import base

_SERVER = 'd61fb3e1-6f2f-4c50-bbc1-4a1b6a1f1f3e'
_MOVED = '8600d31b-d1a1-4632-b2ff-45c2be1a70ff'
_LIVE = '12341d4b-346a-40d0-83c6-5f4f6892b650'
_RESIZE = '22341d4b-346a-40d0-83c6-5f4f6892b650'
_COLD = '42341d4b-346a-40d0-83c6-5f4f6892b650'
_GIB = 1024**3


class MigrationSamples(base.SampleTestCase):
    """One cold migration, one resize and one live one that is running."""

    def setUp(self) -> None:
        super().setUp()
        self.add(rows.server(uuid=_SERVER, task_state='migrating'))
        self.add(rows.server(uuid=_MOVED, vm_state='resized', host='host2'))
        self.add(
            rows.migration(_MOVED, 0, uuid=_COLD),
            rows.migration(
                _MOVED,
                60,
                uuid=_RESIZE,
                migration_type='resize',
                status='finished',
                new_instance_type_id=2,
            ),
            rows.live_migration(
                _SERVER,
                120,
                uuid=_LIVE,
                user_id='admin',
                memory_total=2 * _GIB,
                memory_processed=_GIB,
                memory_remaining=_GIB,
                disk_total=20 * _GIB,
                disk_processed=5 * _GIB,
                disk_remaining=15 * _GIB,
            ),
        )

    def _check(self, name: str, query: str, since: str = '2.1') -> None:
        self.assertAnswers(name, f'/os-migrations{query}', since)

    @base.produces('os-migrations/migrations-get')
    def test_list(self) -> None:
        self._check('os-migrations/migrations-get', '')

    @base.produces('os-migrations/migrations-get-with-limit')
    def test_limit(self) -> None:
        self._check(
            'os-migrations/migrations-get-with-limit', '?limit=1', '2.59'
        )

    @base.produces('os-migrations/migrations-get-with-marker')
    def test_marker(self) -> None:
        self._check(
            'os-migrations/migrations-get-with-marker',
            f'?marker={_RESIZE}',
            '2.59',
        )

    @base.produces('os-migrations/migrations-get-with-changes-since')
    def test_changes_since(self) -> None:
        self._check(
            'os-migrations/migrations-get-with-changes-since',
            '?changes-since=2020-01-01T12:01:30Z',
            '2.59',
        )

    @base.produces('os-migrations/migrations-get-with-changes-before')
    def test_changes_before(self) -> None:
        self._check(
            'os-migrations/migrations-get-with-changes-before',
            '?changes-before=2020-01-01T12:00:30Z',
            '2.66',
        )

    @base.produces('os-migrations/migrations-get-with-user-or-project-id')
    def test_user_and_project(self) -> None:
        self._check(
            'os-migrations/migrations-get-with-user-or-project-id',
            f'?user_id=admin&project_id={tests_base.PROJECT}',
            '2.80',
        )

    @base.produces('server-migrations/migrations-index')
    def test_list_of_server(self) -> None:
        self.assertAnswers(
            'server-migrations/migrations-index',
            f'/servers/{_SERVER}/migrations',
            since='2.23',
        )

    @base.produces('server-migrations/migrations-get')
    def test_show(self) -> None:
        self.assertAnswers(
            'server-migrations/migrations-get',
            f'/servers/{_SERVER}/migrations/3',
            since='2.23',
        )

    @base.produces('server-migrations/force_complete')
    def test_force_complete(self) -> None:
        def body_at(version: str) -> object:
            body = {'force_complete': None}
            self.ask(
                'POST',
                f'/servers/{_SERVER}/migrations/3/action',
                version,
                body=body,
            )
            return body

        self.assertSamples(
            'server-migrations/force_complete', body_at, since='2.22'
        )
