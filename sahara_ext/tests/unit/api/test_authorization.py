# SPDX-License-Identifier: Apache-2.0
"""Rows of other projects, and protected ones, stay as they are."""

import types
from typing import Any

import ddt

from sahara_ext.api import authorization
from sahara_ext.tests import base


def _thing(**values):
    return types.SimpleNamespace(
        id='1', project_id='demo', is_protected=False, name='x', **values
    )


@ddt.ddt
class TestProtection(base.TestCase):
    def setUp(self):
        super().setUp()
        self.req: Any = types.SimpleNamespace(
            context=types.SimpleNamespace(project_id='demo')
        )

    def test_own_things_are_free(self):
        authorization.check_deletion(self.req, _thing())
        authorization.check_update(self.req, _thing())

    def test_those_of_others_are_not(self):
        thing = _thing()
        thing.project_id = 'other'
        for refusal, check in (
            (authorization.DeletionRefused, authorization.check_deletion),
            (authorization.UpdateRefused, authorization.check_update),
        ):
            error = self.assertRaises(refusal, check, self.req, thing)
            self.assertIn('another project', str(error))

    def test_protected_things_stay(self):
        thing = _thing()
        thing.is_protected = True
        self.assertRaises(
            authorization.DeletionRefused,
            authorization.check_deletion,
            self.req,
            thing,
        )

    @ddt.data(
        {'is_public': True},
        {'is_protected': False},
        {'is_protected': False, 'name': 'y'},
        {'is_public': True, 'name': 'x'},
        {'is_protected': True},
        {},
    )
    def test_harmless_changes(self, changes):
        thing = _thing()
        thing.is_protected = True
        authorization.check_update(self.req, thing, changes)

    @ddt.data(
        None,
        {'name': 'y'},
        {'is_public': True, 'name': 'y'},
        {'is_protected': True, 'name': 'y'},
    )
    def test_other_changes(self, changes):
        thing = _thing()
        thing.is_protected = True
        self.assertRaises(
            authorization.UpdateRefused,
            authorization.check_update,
            self.req,
            thing,
            changes,
        )
