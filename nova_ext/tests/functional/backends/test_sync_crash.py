# SPDX-License-Identifier: Apache-2.0
"""``db sync`` is killed between its steps, on SQLite amid them, too."""

import contextlib
import os

import fixtures

from ext_lib.db import fixture
from ext_lib.testing import servers
from nova_ext.tests.functional.backends import sync_crash_tests

load_tests = servers.load_tests

#: Of how many statements one is tried on SQLite.
STRIDE = int(os.environ.get('NOVA_EXT_SYNC_STRIDE', '7'))
#: What stands between steps: the notes of how far the schema is.
_NOTES = 'migrate_version|alembic_version'


class TestSyncCrash(servers.OnServers, sync_crash_tests.SyncCrash):
    among = _NOTES

    @contextlib.contextmanager
    def database(self):
        url = fixture.create_database(self.url)
        try:
            yield url
        finally:
            fixture.drop_database(url)


class TestSyncCrashOnSQLite(sync_crash_tests.SyncCrash):
    stride = STRIDE

    @contextlib.contextmanager
    def database(self):
        with fixtures.TempDir() as directory:
            yield f'sqlite:///{directory.join("test.db")}'
