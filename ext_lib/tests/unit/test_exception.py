# SPDX-License-Identifier: Apache-2.0
"""Errors say what they were told to."""

import pickle

from oslotest import base

from ext_lib import exception


class ThingNotFound(exception.NotFound):
    msg_fmt = 'Thing %(id)s of %(project)s is missing.'


class TestError(base.BaseTestCase):
    def test_the_values_fill_the_format_and_are_kept(self):
        error = ThingNotFound(id=1, project='100%')
        self.assertEqual('Thing 1 of 100% is missing.', error.message)
        self.assertEqual(error.message, str(error))
        self.assertEqual({'id': 1, 'project': '100%'}, error.kwargs)

    def test_a_message_replaces_the_format(self):
        error = ThingNotFound('%(id)s %s %', id=1)
        self.assertEqual('%(id)s %s %', error.message)
        self.assertEqual({'id': 1}, error.kwargs)

    def test_a_missing_value_shows_at_once(self):
        self.assertRaises(KeyError, ThingNotFound, id=1)

    def test_it_crosses_to_another_process(self):
        error = ThingNotFound(id=1, project='x')
        copy = pickle.loads(pickle.dumps(error))
        self.assertEqual(error.message, copy.message)
        self.assertEqual(error.kwargs, copy.kwargs)

    def test_every_family_has_a_text_of_its_own(self):
        families = (
            exception.Error,
            exception.Invalid,
            exception.Forbidden,
            exception.NotFound,
            exception.Conflict,
            exception.NotImplemented,
            exception.Unavailable,
        )
        texts = {family().message for family in families}
        self.assertEqual(len(families), len(texts))

    def test_what_they_name(self):
        error = exception.PolicyNotAuthorized(action='things:list')
        self.assertIn('things:list', error.message)
        self.assertIn('m1', exception.MarkerNotFound(marker='m1').message)
