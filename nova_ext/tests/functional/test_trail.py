# SPDX-License-Identifier: Apache-2.0
"""The trail, with SQLite."""

import pathlib

from nova_ext.tests.functional.trail import base
from nova_ext.tests.functional.trail import cases
from nova_ext.tests.functional.trail import crash
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
