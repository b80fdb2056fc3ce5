# SPDX-License-Identifier: Apache-2.0
"""The trail, with SQLite."""

import contextlib
import pathlib
import sqlite3

from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import kinds
from nova_ext.tests.functional.trail import base
from nova_ext.tests.functional.trail import cases
from nova_ext.tests.functional.trail import crash
from nova_ext.tests.functional.trail import program


class _OnSQLite(base.OnSQLite):
    """Files can be put out of reach."""

    def _path(self, name):
        path = pathlib.Path(self.cells[name].engine.url.database)
        return path, path.with_suffix('.cut')

    def cut(self, name):
        path, other = self._path(name)
        self.configure()
        path.rename(other)
        path.mkdir()

    def mend(self, name):
        path, other = self._path(name)
        path.rmdir()
        other.rename(path)


class TestCopy(_OnSQLite, cases.CopyCases):
    """See the base class."""


class TestRestore(_OnSQLite, base.TrailTestCase):
    """The trail itself is restored from a backup."""

    def test_what_cells_still_have_is_copied_again(self):
        one = self.cells['one']
        uuid = one.server()
        open_action, open_event = one.begin(uuid)
        self.collect()
        path = pathlib.Path(trail.facade.get_engine().url.database)
        backup = path.with_name('backup.db')
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(backup)) as target,
        ):
            source.backup(target)
        one.end(open_action, open_event, 'Error')
        one.begin(one.server())
        one.delete_server(uuid)
        self.collect()
        self.assertCopied()
        self.configure()
        for file in path.parent.glob(f'{path.name}*'):
            file.unlink()
        backup.rename(path)
        self.assertEqual(1, len(self.records('one', kinds.ACTIONS)))
        self.collect()
        self.assertCopied()


class TestSchema(_OnSQLite, cases.SchemaCases):
    """See the base class."""


class TestLease(_OnSQLite, cases.LeaseCases):
    """See the base class."""


class TestRead(_OnSQLite, cases.ReadCases):
    """See the base class."""


class TestCrash(_OnSQLite, crash.CrashCases):
    """See the base class."""


class TestMemory(_OnSQLite, program.MemoryCases):
    """See the base class."""


class TestLag(_OnSQLite, program.LagCases):
    """See the base class."""
