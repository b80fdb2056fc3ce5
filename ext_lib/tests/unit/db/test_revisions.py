# SPDX-License-Identifier: Apache-2.0
"""Revisions read without alembic are those that alembic reads."""

import pathlib

from alembic.script import base as script
import ddt
from oslotest import base

from ext_lib.db import revisions

_ROOT = pathlib.Path(revisions.__file__).parents[2]
#: Those of every service.
_DIRECTORIES = [path.parent for path in _ROOT.glob('*_ext/db/*/env.py')]


@ddt.ddt
class TestRevisions(base.BaseTestCase):
    def test_there_are_some(self):
        self.assertEqual(4, len(_DIRECTORIES))

    @ddt.data(*_DIRECTORIES)
    def test_same_as_alembic(self, directory):
        expected = script.ScriptDirectory(str(directory))
        found = revisions.Revisions(directory, 'some_table')
        self.assertEqual(expected.get_current_head(), found.head())
        self.assertEqual(
            {step.revision for step in expected.walk_revisions()},
            found.names(),
        )
