# SPDX-License-Identifier: Apache-2.0
"""The trail, with SQLite."""

import contextlib
import pathlib
import sqlite3

from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import record_kinds
from nova_ext.tests.functional.trail import base
from nova_ext.tests.functional.trail import cases
from nova_ext.tests.functional.trail import collector_process
from nova_ext.tests.functional.trail import crash
from nova_ext.tests.functional.trail import export_purge_import
from nova_ext.tests.functional.trail import proof
from nova_ext.tests.functional.trail import questions


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
        self.assertEqual(1, len(self.records('one', record_kinds.ACTIONS)))
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


class TestQuestions(_OnSQLite, questions.QuestionCases):
    """See the base class."""


class TestHistory(_OnSQLite, questions.HistoryCases):
    """See the base class."""


class TestBadInput(_OnSQLite, questions.BadInputCases):
    """See the base class."""


class TestDepth(_OnSQLite, questions.DepthCases):
    """SQLite shows its plans, whatever is in the tables."""

    rows = 60

    def analyze(self):
        """Leave it without statistics, as it is used."""

    def assertCheap(self, query):
        plan = self.plans.explain()
        table = 'trail_events' if 'host' in query else 'trail_actions'
        self.assertRegex(plan[0], f'^(SEARCH|SCAN) {table} USING INDEX ')
        for line in plan:
            self.assertNotIn('TEMP B-TREE', line, query)

    def assertEventsAreCheap(self):
        self.assertIn(
            'trail_events_action_idx', '\n'.join(self.plans.explain())
        )


class TestProof(_OnSQLite, proof.ProofCases):
    """See the base class."""


class TestOffline(_OnSQLite, proof.OfflineCases):
    """See the base class."""


class TestProofCrash(_OnSQLite, proof.ProofCrashCases):
    """See the base class."""


class TestExport(_OnSQLite, export_purge_import.ExportCases):
    """See the base class."""


class TestPurge(_OnSQLite, export_purge_import.PurgeCases):
    """See the base class."""


class TestImport(_OnSQLite, export_purge_import.ImportCases):
    """See the base class."""


class TestMemory(_OnSQLite, collector_process.MemoryCases):
    """See the base class."""


class TestLag(_OnSQLite, collector_process.LagCases):
    """See the base class."""
