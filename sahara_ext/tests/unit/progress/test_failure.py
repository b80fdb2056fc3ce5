# SPDX-License-Identifier: Apache-2.0
"""An error has one id, and says what it is before it says where it was."""

from oslotest import base

from sahara_ext.progress.failure import Failure
from sahara_ext.progress.failure import is_recorded


def raised(error, cause=None):
    try:
        raise error from cause
    except Exception as caught:
        return caught


class TestFailure(base.BaseTestCase):
    def test_an_error_has_one_id(self):
        error = raised(ValueError('no'))
        self.assertIs(Failure.of(error), Failure.of(error))
        self.assertNotEqual(
            Failure.of(error).error_id, Failure.of(ValueError('no')).error_id
        )

    def test_the_reason_comes_first(self):
        info = Failure.of(raised(ValueError('x' * 100_000))).info
        self.assertTrue(info.startswith('ValueError: xxx'))
        self.assertLess(info.index('Error ID: '), 3000)
        self.assertIn('Traceback (most recent call last):', info)

    def test_an_error_that_cannot_be_printed(self):
        class Mute(Exception):
            def __str__(self):
                raise RuntimeError

        self.assertIn('Mute', Failure.of(raised(Mute())).info)

    def test_endless_recursion(self):
        def recurse():
            recurse()

        try:
            recurse()
        except RecursionError as error:
            self.assertIn('RecursionError', Failure.of(error).info)


class TestIsRecorded(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.error = raised(ValueError())
        Failure.of(self.error).steps.add('step')

    def test_by_one_step(self):
        self.assertTrue(is_recorded(self.error, 'step'))
        self.assertFalse(is_recorded(self.error, 'other'))
        self.assertFalse(is_recorded(ValueError(), 'step'))

    def test_by_its_cause(self):
        error = raised(KeyError(), raised(TypeError(), self.error))
        self.assertTrue(is_recorded(error, 'step'))

    def test_by_a_part(self):
        class Group(Exception):
            exceptions = (KeyError(), self.error)

        self.assertTrue(is_recorded(Group(), 'step'))

    def test_causes_that_go_round(self):
        other = raised(KeyError(), self.error)
        self.error.__cause__ = other
        self.assertFalse(is_recorded(other, 'other'))
