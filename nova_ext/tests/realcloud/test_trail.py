# SPDX-License-Identifier: Apache-2.0
"""The trail beside a real nova, whose records are archived and purged."""

from collections.abc import Iterator, Mapping, Sequence
import functools
import sys
from typing import Any

import fixtures
import requests
import sqlalchemy as sa

from ext_lib.db import fixture
from ext_lib.testing import polling
from ext_lib.testing import process
from ext_lib.tests.realcloud import cloud
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.tests.realcloud import base
from nova_ext.tests.realcloud import cells
from nova_ext.tests.realcloud import history
from nova_ext.tests.realcloud import test_audit

_USERS = ('admin', 'demo', 'alt')
_VERSION = '2.96'

#: Status and body by path and user.
_Answers = Mapping[tuple[str, str], tuple[int, bytes]]


class TestTrail(base.TestCase):
    """Servers are created, migrated, failed, deleted, and then forgotten."""

    def setUp(self) -> None:
        super().setUp()
        name = self.cloud.settings['REALCLOUD_NAME']
        self.databases = [f'{name}_nova_cell0', f'{name}_nova']
        self.history = history.History(self)
        self.trail = self.useFixture(_Trail())
        self.audit = self.useFixture(
            test_audit.Audit(self.cloud, self.databases, self.trail.url)
        )
        self.engine = sa.create_engine(self.trail.url)
        self.addCleanup(self.engine.dispose)

    def test_purged_servers_are_answered(self) -> None:
        self.assertEqual(0, self.program('db', 'sync').process.wait(60))
        collector = self.program('collect')
        self.history.make('live', 'deleted', 'nowhere')
        paths = list(self.lists())
        listed = self.answers(paths)
        for server in self.history.servers:
            self.ask('DELETE', f'/servers/{server}', token=self.ADMIN)
        for server in self.history.servers:
            polling.wait_until(
                functools.partial(self.is_deleted, server),
                f'{server} to go',
                120,
            )
        asked = list(self.actions())
        before = self.answers(asked)
        self.compare_with_nova(before)
        polling.wait_until(
            functools.partial(self.is_up_to_date, collector),
            'the trail to have all there is',
            60,
        )
        self.check_records()
        self.purge()
        for path, user in before:
            if user == 'admin':
                answer = self.theirs(path, user)
                self.assertEqual(404, answer.status_code, path)
        after = self.answers(asked)
        self.check_same(before, after)
        self.check_same(listed, self.answers(paths))
        self.check_owners(after)
        # It has gone on all the time.
        collector.check()
        self.assertEqual(0, collector.stop())
        sys.stderr.write(
            f'[trail] {len(self.history.servers)} servers purged, '
            f'{len(before) + len(listed)} answers the same as before\n'
        )

    def program(self, *command: str) -> process.Process:
        """Return the running collector, or another command of its program."""
        return self.useFixture(
            process.Process(
                'nova_ext.cmd.trail',
                ['--config-file', str(self.audit.config), *command],
                str(self.audit.config.parent),
            )
        )

    def is_deleted(self, server: str) -> bool:
        answer = self.ask('GET', f'/servers/{server}', token=self.ADMIN)
        return answer.status == 404

    def actions(self) -> Iterator[str]:
        """Yield what is asked of the actions of deleted servers."""
        for server in self.history.servers:
            path = f'/servers/{server}/os-instance-actions'
            yield path
            yield f'{path}?limit=1'
            found = self.ours(path, 'admin').json()['instanceActions']
            self.assertTrue(found, path)
            yield f'{path}?limit=1&marker={found[0]["request_id"]}'
            yield from (f'{path}/{one["request_id"]}' for one in found)

    def lists(self) -> Iterator[str]:
        """Yield what is asked of the migrations of servers that live."""
        for server in self.history.servers:
            if self.is_deleted(server):
                continue
            path = f'/os-migrations?instance_uuid={server}'
            yield path
            yield f'{path}&limit=1'
            yield f'{path}&migration_type=live-migration'

    def answers(
        self, paths: Iterator[str] | Sequence[str]
    ) -> dict[tuple[str, str], tuple[int, bytes]]:
        """Return status and body of what the audit answers each user."""
        found = {}
        for path in paths:
            for user in _USERS:
                answer = self.ours(path, user)
                found[path, user] = answer.status_code, answer.content
        return found

    def compare_with_nova(self, answers: _Answers) -> None:
        for (path, user), expected in answers.items():
            answer = self.theirs(path, user)
            found = answer.status_code, answer.content
            self.assertEqual(expected, found, f'{path} for {user}')

    def check_same(self, before: _Answers, after: _Answers) -> None:
        for (path, user), answer in before.items():
            self.assertEqual(answer, after[path, user], f'{path} for {user}')

    def check_owners(self, answers: _Answers) -> None:
        """Administrators and the owner of a server see it, others nothing."""
        for server in self.history.servers:
            path = f'/servers/{server}/os-instance-actions'
            found = {user: answers[path, user][0] for user in _USERS}
            self.assertEqual(200, found.pop('admin'))
            self.assertEqual([200, 404], sorted(found.values()), path)

    def ours(self, path: str, user: str) -> requests.Response:
        return self.get(self.audit.url, path, user)

    def theirs(self, path: str, user: str) -> requests.Response:
        return self.get(self.cloud.session(user)[1], path, user)

    def get(self, url: str, path: str, user: str) -> requests.Response:
        headers = {
            'X-Auth-Token': self.cloud.session(user)[0],
            'OpenStack-API-Version': f'compute {_VERSION}',
            'Accept': 'application/json',
        }
        return requests.get(url + path, headers=headers, timeout=60)

    def is_up_to_date(self, collector: process.Process) -> bool:
        """Return whether the trail has the same records as all cells."""
        collector.check()
        return not any(self.differences())

    def check_records(self) -> None:
        """Every record of the trail is that of nova's own tables."""
        count = 0
        for database in self.databases:
            for kind in record_kinds.ALL:
                count += len(self.records(database, kind))
        self.assertEqual([], list(self.differences()))
        sys.stderr.write(f'[trail] {count} records, none differs\n')

    def differences(self) -> Iterator[tuple[str, str, Any, Any]]:
        for database in self.databases:
            for kind in record_kinds.ALL:
                there = self.rows(database, kind)
                here = self.records(database, kind)
                for number in there.keys() | here.keys():
                    row, copy = there.get(number), here.get(number)
                    if row != copy and not _is_cleaned(kind, row, copy):
                        yield database, kind.name, row, copy

    def rows(self, database: str, kind: record_kinds.Kind) -> dict[int, Any]:
        """Return what nova's own table has, by number."""
        statement = sa.select(*(kind.origin.c[n] for n in kind.columns))
        engine = sa.create_engine(f'{cloud.SERVER}/{database}')
        with engine.connect() as connection:
            found = {
                row[0]: tuple(row) for row in connection.execute(statement)
            }
        engine.dispose()
        return found

    def records(
        self, database: str, kind: record_kinds.Kind
    ) -> dict[int, Any]:
        """Return what the trail has of the present life of a cell."""
        t, source = kind.table, models.sources.c
        statement = (
            sa.select(*(t.c[n] for n in kind.columns))
            .join(models.sources, source.id == t.c.source_id)
            .where(source.cell == database)
        )
        with self.engine.connect() as connection:
            return {
                row[0]: tuple(row) for row in connection.execute(statement)
            }

    def purge(self) -> None:
        """Have nova forget deleted servers, as its operator does."""
        # 1 tells that there was something to archive.
        self.cloud.manage(
            *('db', 'archive_deleted_rows', '--all-cells'),
            '--until-complete',
            expected=(0, 1),
        )
        self.cloud.manage('db', 'purge', '--all', '--all-cells')
        for database in self.databases:
            self.assertEqual([], cells.servers(database, self.history.servers))


def _is_cleaned(kind: record_kinds.Kind, row: Any, copy: Any) -> bool:
    """Return whether a host has removed the files of a deleted server since.

    It does so at intervals, and stores the time, which is not copied: a
    deleted server is not read again.
    """
    if kind is not record_kinds.SERVERS or not (row and copy):
        return False
    there, here = (
        dict(zip(kind.columns, values, strict=True)) for values in (row, copy)
    )
    updated = there.pop('updated_at'), here.pop('updated_at')
    return bool(there['deleted']) and there == here and updated[0] > updated[1]


class _Trail(fixtures.Fixture):
    """An empty database for the trail; ``url`` leads to it."""

    def _setUp(self) -> None:
        self.url = fixture.create_database(f'{cloud.SERVER}/mysql')
        self.addCleanup(fixture.drop_database, self.url)
