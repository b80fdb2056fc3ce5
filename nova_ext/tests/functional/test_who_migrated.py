# SPDX-License-Identifier: Apache-2.0
"""Every migration names who requested it, not the owner of the server."""

from typing import Any

from ext_lib.testing import polling
from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows

_LIVE = {'host': None, 'block_migration': 'auto'}
#: An administrator of another project.
_ROOT = ('root', 'e' * 32)
_OWNER = (tests_base.USER, tests_base.PROJECT)
_WHO = ('user_id', 'project_id')


class WhoMigratedTest(base.OperationsTestCase):
    """Migrations that users of several projects start."""

    def setUp(self) -> None:
        super().setUp()
        self.server = self.create_server()

    def _migrations(self, query: str = '', version: str = '2.80') -> list[Any]:
        found = self.get(f'/os-migrations{query}', version)
        return list(found['migrations'])

    def _check(self, kind: str, who: tuple[str, str]) -> None:
        [migration] = self._migrations()
        self.assertEqual(kind, migration['migration_type'])
        self.assertEqual(who, tuple(migration[key] for key in _WHO))

    def test_cold_migration(self) -> None:
        self.act(self.server, 'migrate', token=base.OTHER_ADMIN)
        self._check('migration', _ROOT)

    def test_resize(self) -> None:
        self.act(self.server, 'resize', {'flavorRef': '2'})
        self._check('resize', _OWNER)

    def test_others_end_it(self) -> None:
        """Users who confirm or revert a move are not its initiators."""
        self.act(self.server, 'resize', {'flavorRef': '2'})
        self.act(self.server, 'confirmResize', token=base.OTHER_ADMIN)
        self._check('resize', _OWNER)

    def test_live_migration(self) -> None:
        self.act(self.server, 'os-migrateLive', _LIVE, token=base.OTHER_ADMIN)
        self._check('live-migration', _ROOT)

    def test_evacuation(self) -> None:
        self.cloud.kill('host1')
        self.force_down('host1')
        self.act(self.server, 'evacuate', {}, token=base.OTHER_ADMIN)
        self._check('evacuation', _ROOT)

    def test_failed_migration(self) -> None:
        """One that came to nothing names who wanted it, too."""
        self.force_down('host2')
        self.act(self.server, 'migrate', token=base.OTHER_ADMIN)
        self._check('migration', _ROOT)

    def test_while_it_runs(self) -> None:
        """The list and the page of live migrations name the user."""
        self.settings.set('fake', seconds=600.0)
        self.act(
            self.server,
            'os-migrateLive',
            _LIVE,
            token=base.OTHER_ADMIN,
            is_awaited=False,
        )
        path = f'/servers/{self.server}/migrations'
        polling.wait_until(lambda: 'running' in str(self.get(path)), 'it')
        [listed] = self.get(path)['migrations']
        shown = self.get(f'{path}/{listed["id"]}')['migration']
        for migration in (listed, shown):
            self.assertEqual(_ROOT, tuple(migration[key] for key in _WHO))
        for version in ('2.23', '2.59', '2.79'):
            [listed] = self.get(path, version)['migrations']
            self.assertEqual(set(), listed.keys() & set(_WHO))

    def test_versions(self) -> None:
        self.act(self.server, 'resize', {'flavorRef': '2'})
        for version in ('2.1', '2.23', '2.59', '2.79'):
            [migration] = self._migrations(version=version)
            self.assertEqual(set(), migration.keys() & set(_WHO))

    def test_rows_of_old(self) -> None:
        """Their initiator is unknown."""
        self.add(rows.migration(self.server, user_id=None, project_id=None))
        [migration] = self._migrations()
        self.assertEqual([None, None], [migration[key] for key in _WHO])

    def test_filters(self) -> None:
        for number, who in enumerate((_ROOT, _OWNER, _ROOT, (None, None))):
            columns = dict(zip(_WHO, who, strict=True))
            self.add(rows.migration(self.server, number, **columns))
        for query, count in (
            ('', 4),
            ('?user_id=root', 2),
            (f'?project_id={_ROOT[1]}', 2),
            (f'?user_id=fake&project_id={_OWNER[1]}', 1),
            (f'?user_id=root&project_id={_OWNER[1]}', 0),
            ('?user_id=other', 0),
            ('?user_id=', 0),
            ('?user_id=root&host=host2&status=confirmed', 2),
            ('?user_id=root&limit=1', 1),
        ):
            self.assertEqual(count, len(self._migrations(query)), query)

    def test_pages(self) -> None:
        """The link to the next page keeps the filter."""
        for number in range(3):
            self.add(rows.migration(self.server, number, user_id='root'))
        self.add(rows.migration(self.server, 4))
        page = self.get('/os-migrations?user_id=root&limit=2')
        rest = self.follow(page['migrations_links'][0]['href'])
        self.assertEqual(1, len(rest['migrations']))
        self.assertEqual('root', rest['migrations'][0]['user_id'])

    def test_filters_of_other_versions(self) -> None:
        """Unknown and ignored, then forbidden, then known."""
        self.add(rows.migration(self.server))
        for name in _WHO:
            query = f'/os-migrations?{name}=other'
            for version, status in (
                ('2.1', 200),
                ('2.58', 200),
                ('2.59', 400),
                ('2.65', 400),
                ('2.66', 400),
                ('2.79', 400),
                ('2.80', 200),
            ):
                response = self.request('GET', query, version=version)
                self.assertEqual(status, response.status_int, version)
                if status == 200:
                    count = 0 if version == '2.80' else 1
                    self.assertEqual(count, len(response.json['migrations']))
