# SPDX-License-Identifier: Apache-2.0
"""Contracts of methods, from their decorators."""

from oslotest import base as test_base

from ext_lib.wsgi import controller
from ext_lib.wsgi import schema

_QUERY = schema.Query({})
_BODY = schema.Body({})
_ANSWER = schema.Body({})


class Things:
    @controller.query(_QUERY)
    @controller.body(_BODY)
    @controller.response(_ANSWER)
    @controller.status(202)
    def create(self):
        """Create a thing."""

    def show(self):
        pass


class TestContract(test_base.BaseTestCase):
    def test_all_that_was_noted(self):
        self.assertEqual(
            controller.Contract(202, _QUERY, _BODY, _ANSWER),
            controller.contract(Things().create),
        )

    def test_nothing_noted(self):
        found = controller.contract(Things().show)
        self.assertEqual(controller.Contract(), found)
        self.assertEqual(200, found.status)
        self.assertEqual({}, found.query.params)

    def test_the_method_stays_what_it_is(self):
        self.assertEqual('create', Things.create.__name__)
        self.assertEqual('Create a thing.', Things.create.__doc__)


class TestReply(test_base.BaseTestCase):
    def test_headers_are_not_shared(self):
        controller.Reply().headers['a'] = 'b'
        self.assertEqual({}, controller.Reply().headers)
