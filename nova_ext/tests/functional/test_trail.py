# SPDX-License-Identifier: Apache-2.0
"""The trail, with SQLite."""

import pathlib

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
