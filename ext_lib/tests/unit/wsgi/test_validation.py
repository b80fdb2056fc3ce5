# SPDX-License-Identifier: Apache-2.0
"""Validation of requests, and their queries as parsed."""

import urllib.parse

import ddt
import hypothesis
from hypothesis import strategies
from oslotest import base as test_base

from ext_lib import paging
from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi import validation
from ext_lib.wsgi.schema import Param

_STRING = {'type': 'string'}
_LIMIT = {'type': 'string', 'pattern': '^[0-9]*$', 'minLength': 1}
_DATE = {'type': 'string', 'format': 'date-time'}
_PLACES = {'type': 'array', 'items': {'type': 'object', 'maxProperties': 0}}
_QUERY = schema.Query(
    {
        'host': Param(_STRING, multiple=True),
        'name': Param(_STRING),
        'limit': Param(_LIMIT, since='2.9'),
        'marker': Param(_STRING, since='2.9'),
        'since': Param(_DATE, since='2.9'),
        'user': Param(_STRING, since='2.30'),
    },
    strict_since='2.9',
)
_BODY = schema.wrapped(
    'thing',
    schema.Body(
        {
            'name': Param(_STRING, required=True),
            'id': Param({'type': 'string', 'format': 'uuid'}),
            'since': Param(_DATE),
            'parts': Param({'type': 'array', 'items': _STRING}),
            'places': Param({'oneOf': [{'enum': ['any']}, _PLACES]}),
        }
    ),
)
_MAX = 5


def check_query(query, version='2.9', form=_QUERY):
    req = base.blank(f'/?{query}', version=version)
    contract = controller.Contract(query=form)
    validation.check_query(req, contract, _MAX)
    return req


@ddt.ddt
class TestQuery(test_base.BaseTestCase):
    def assertRefused(self, query, *words, **kwargs):
        error = self.assertRaises(
            validation.InvalidInput, check_query, query, **kwargs
        )
        for word in words:
            self.assertIn(word, error.message)

    @ddt.data(
        # Before a version is strict, it leaves out what it does not know.
        ('2.8', 'foo=1&name=x', {'name': 'x'}),
        ('2.8', 'limit=abc&limit=1&marker=x&since=never', {}),
        ('2.8', '=1&&;', {}),
        ('2.9', 'name=x', {'name': 'x'}),
        ('2.9', 'name=', {'name': ''}),
        ('2.9', 'name', {'name': ''}),
        ('2.9', 'name=%C3%A4+b', {'name': 'ä b'}),
        ('2.9', '', {}),
        ('2.30', 'user=x', {'user': 'x'}),
        # The last one counts.
        ('2.1', 'host=a&host=b', {'host': 'b'}),
        ('2.9', 'host=a&host=b', {'host': 'b'}),
    )
    @ddt.unpack
    def test_accepted(self, version, query, expected):
        req = check_query(query, version)
        self.assertEqual(expected, req.query)
        self.assertEqual(expected, req.filters)

    @ddt.data(
        ('foo=1', 'foo'),
        ('=1', "''"),
        ('user=x', 'user'),
        ('Name=x', 'Name'),
        ('name=a&name=b', 'name', "['a', 'b']"),
        ('name=a;name=b', 'name', "['a', 'b']"),
        ('limit=1&limit=1', 'limit'),
        ('since=2010&since=2010', 'since'),
    )
    def test_refused(self, row):
        self.assertRefused(*row)

    @ddt.data('2010-01-01T00:00:00+05:30', 'now', '')
    def test_dates_that_are_none_and_a_plus_must_be_quoted(self, text):
        self.assertRefused(f'since={text}', 'since')

    def test_single_values_are_single_at_every_version(self):
        self.assertRefused('name=a&name=b', 'name', version='2.1')

    def test_message_has_location_and_reason(self):
        self.assertRefused(
            'limit=-1', 'query parameters', 'limit', '-1', '^[0-9]*$'
        )

    @ddt.data('name=%00', 'limit=%00', 'foo=%00', '%00=1')
    def test_nul_is_refused_even_where_it_is_not_looked_at(self, query):
        for version in ('2.1', '2.9'):
            self.assertRaises(request.NulInQuery, check_query, query, version)

    @ddt.data('name=%ff', '%ff=1', 'foo=%ed%a0%80')
    def test_not_utf8(self, query):
        for version in ('2.1', '2.9'):
            self.assertRaises(
                request.MalformedQuery, check_query, query, version
            )

    def test_without_a_schema_anything_goes(self):
        req = check_query('a=1&a=2', '2.80', schema.Query({}))
        self.assertEqual({}, req.query)
        self.assertEqual(paging.ALL, req.page)

    @base.quick
    @hypothesis.given(
        strategies.sampled_from(['2.1', '2.9', '2.80']),
        strategies.lists(
            strategies.tuples(
                strategies.sampled_from([*_QUERY.params, 'foo', '']),
                strategies.text() | strategies.binary(),
            )
        ),
    )
    def test_never_fails_in_another_way(self, version, pairs):
        query = urllib.parse.urlencode(pairs)
        try:
            req = check_query(query, version)
        except (validation.InvalidInput, request.MalformedQuery):
            return
        known = _QUERY.names(req.version)
        self.assertLessEqual(set(req.query), known)
        self.assertLessEqual(set(req.filters), set(req.query))

    @base.quick
    @hypothesis.given(
        strategies.text(
            alphabet=strategies.characters(max_codepoint=255), max_size=20
        )
    )
    def test_never_fails_for_a_raw_query_string(self, text):
        req = base.blank('/', version='2.9')
        req.environ['QUERY_STRING'] = text
        contract = controller.Contract(query=_QUERY)
        try:
            validation.check_query(req, contract, _MAX)
        except (validation.InvalidInput, request.MalformedQuery):
            pass


@ddt.ddt
class TestPage(test_base.BaseTestCase):
    @ddt.data(
        ('', _MAX),
        ('limit=0', 0),
        ('limit=1', 1),
        ('limit=5', 5),
        ('limit=6', 5),
        ('limit=007', 5),
        ('limit=003', 3),
        ('limit=1%0A', 1),
        ('limit=99999999999999999999999', 5),
    )
    @ddt.unpack
    def test_limit(self, query, expected):
        page = check_query(query).page
        self.assertEqual(paging.Page(expected, None), page)

    @ddt.data(
        '-1', 'abc', '1.0', '%201', '%2B1', '1e3', '1_0', '', '0x1',
        '%D9%A1', '%0A', 'true',
    )  # fmt: skip
    def test_not_a_limit(self, text):
        error = self.assertRaises(
            validation.InvalidInput, check_query, f'limit={text}'
        )
        self.assertIn('limit', error.message)

    def test_absurd_limit(self):
        self.assertEqual(_MAX, check_query('limit=' + '9' * 4000).page.limit)
        self.assertRaises(
            validation.InvalidInput, check_query, 'limit=' + '9' * 5000
        )

    def test_marker(self):
        page = check_query('marker=x&limit=2').page
        self.assertEqual(paging.Page(2, 'x'), page)

    def test_empty_marker(self):
        self.assertEqual('', check_query('marker=').page.marker)

    def test_neither_is_a_filter(self):
        req = check_query('marker=x&limit=2&name=y')
        self.assertEqual({'name': 'y'}, req.filters)
        self.assertEqual({'marker', 'limit', 'name'}, set(req.query))

    def test_all_before_there_was_a_limit(self):
        page = check_query('marker=x&limit=2', '2.8').page
        self.assertEqual(paging.ALL, page)


@ddt.ddt
class TestBody(test_base.BaseTestCase):
    def check(self, body):
        contract = controller.Contract(body=_BODY)
        validation.check_body(base.blank(), contract, body)

    @ddt.data(
        {'name': 'x'},
        {'name': ''},
        {'name': 'x', 'id': '30d1a3a5-a6aa-4ed2-9b5c-d3b2f9ba0a0a'},
        {'name': 'x', 'id': '30D1A3A5A6AA4ED29B5CD3B2F9BA0A0A'},
        {'name': 'x', 'since': '2010'},
        {'name': 'x', 'parts': []},
        {'name': 'x', 'places': 'any'},
        {'name': 'x', 'places': [{}]},
    )
    def test_accepted(self, thing):
        self.check({'thing': thing})

    @ddt.data(
        (None, 'None'),
        ([], '[]'),
        ('x', "'x'"),
        ({}, 'thing'),
        ({'thing': {}, 'x': 1}, 'x'),
        ({'thing': None}, 'thing', 'None'),
        ({'thing': {}}, 'thing', 'name'),
        ({'thing': {'name': 1}}, 'name', '1'),
        ({'thing': {'name': 'x', 'size': 1}}, 'thing', 'size'),
        ({'thing': {'name': 'x', 'id': 'abc'}}, 'id', 'abc'),
        ({'thing': {'name': 'x', 'since': 'now'}}, 'since', 'now'),
        ({'thing': {'name': 'x', 'parts': ['a', 1]}}, 'parts', '1'),
        ({'thing': {'name': 'x', 'places': [{}, {'a': 1}]}}, 'places', 'a'),
        ({'thing': {'name': 'x', 'places': [1]}}, 'places', '1'),
        ({'thing': {'name': 'x', 'places': 'none'}}, 'places', 'none'),
    )
    def test_refused(self, row):
        body, *words = row
        error = self.assertRaises(validation.InvalidInput, self.check, body)
        for word in words:
            self.assertIn(word, error.message)

    @ddt.data(
        # Refused for another field, for having it, and for the secret itself.
        {'thing': {'adminPass': 'hunter2'}},
        {'thing': {'name': 1, 'adminPass': 'hunter2'}},
        {'thing': {'name': 'x', 'places': [{'user_data': 'hunter2'}]}},
        {'thing': {'name': 'x', 'parts': {'password': 'hunter2'}}},
        {'thing': {'name': 'x', 'password': {'any': ['hunter2']}}},
        {'thing': {'name': 'x', 'token': ['hunter2']}},
        # As the value of another field, and in a document within a string.
        {'thing': {'name': 'x', 'id': 'hunter2', 'token': 'hunter2'}},
        {'thing': '{"name": "x", "adminPass": "hunter2"}'},
        {'thing': "{'name': 'x', 'user_data': 'hunter2'}"},
        [{'adminPass': 'hunter2'}],
        {'adminPass': 'hunter2'},
    )
    def test_secrets_are_not_quoted(self, body):
        error = self.assertRaises(validation.InvalidInput, self.check, body)
        self.assertNotIn('hunter2', error.message)

    def test_a_secret_that_does_not_fit_is_not_quoted(self):
        contract = controller.Contract(
            body=schema.Body({'adminPass': Param(_STRING)})
        )
        for secret in (8812, ['hunter2'], {'a': 'hunter2'}):
            error = self.assertRaises(
                validation.InvalidInput,
                validation.check_body,
                base.blank(),
                contract,
                {'adminPass': secret},
            )
            self.assertIn('adminPass. Value: ***.', error.message)
            self.assertNotIn('hunter2', error.message)
            self.assertNotIn('8812', error.message)

    def test_without_a_schema_there_is_nothing_to_refuse(self):
        validation.check_body(base.blank(), controller.Contract(), {'x': 1})

    @base.quick
    @hypothesis.given(
        strategies.recursive(
            strategies.none()
            | strategies.booleans()
            | strategies.floats()
            | strategies.text(),
            lambda inner: (
                strategies.lists(inner)
                | strategies.dictionaries(
                    strategies.sampled_from(['thing', 'name', 'id', 'x']),
                    inner,
                )
            ),
        )
    )
    def test_never_fails_in_another_way(self, body):
        try:
            self.check(body)
        except validation.InvalidInput:
            pass


class TestAnswer(test_base.BaseTestCase):
    def check(self, body, form=_BODY):
        contract = controller.Contract(response=form)
        validation.check_answer(base.blank(), contract, body)

    def test_kept(self):
        self.check({'thing': {'name': 'x'}})

    def test_broken(self):
        error = self.assertRaises(
            validation.InvalidAnswer, self.check, {'thing': {}}
        )
        self.assertIn('name', error.message)

    def test_nothing_promised(self):
        self.check({'any': 'thing'}, form=None)


class TestLenience(test_base.BaseTestCase):
    """Bodies of clients without microversions."""

    form = schema.wrapped(
        'thing',
        schema.Body(
            {
                'name': schema.Param({'type': 'string', 'format': 'name'}),
                'where': schema.Param(
                    {
                        'oneOf': [
                            {'type': 'string'},
                            {
                                'type': 'object',
                                'properties': {'a': {'type': 'integer'}},
                                'additionalProperties': False,
                            },
                        ]
                    }
                ),
                'labels': schema.Param(
                    {
                        'type': 'object',
                        'patternProperties': {'^[a-z]+$': {}},
                        'additionalProperties': False,
                    }
                ),
            }
        ),
    )

    def check(self, body):
        req = base.blank()
        req.environ[request.LEGACY_V2] = True
        contract = controller.Contract(body=self.form)
        validation.check_body(req, contract, body)
        return body

    def test_what_is_unknown_is_removed(self):
        found = self.check(
            {
                'thing': {
                    'name': 'x',
                    'x': {'y': 1},
                    'where': {'a': 1, 'b': 2},
                    'labels': {'k': 'v'},
                },
                'more': None,
            }
        )
        expected = {'name': 'x', 'where': {'a': 1}, 'labels': {'k': 'v'}}
        self.assertEqual({'thing': expected}, found)

    def test_all_else_is_refused(self):
        bodies: tuple[dict[str, object], ...] = (
            {},
            {'other': {}},
            {'thing': {'name': 1}},
            {'thing': {'name': ' '}},
            {'thing': {'where': {'a': 'b'}}},
            {'thing': {'labels': {'k': 1, 'K': 2}}},
        )
        for body in bodies:
            self.assertRaises(validation.InvalidInput, self.check, body)

    def test_names_stand_between_spaces(self):
        for name in (' x', 'x ', ' x y '):
            self.check({'thing': {'name': name}})

    def test_others_are_not_lenient(self):
        contract = controller.Contract(body=self.form)
        for thing in ({'name': 'x', 'x': 1}, {'name': ' x'}):
            self.assertRaises(
                validation.InvalidInput,
                validation.check_body,
                base.blank(),
                contract,
                {'thing': thing},
            )
