# SPDX-License-Identifier: Apache-2.0
"""Schemas have at each version the properties they should have."""

import ddt
from oslotest import base as test_base

from ext_lib.wsgi import microversion
from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param

_STRING = {'type': 'string'}
_NUMBER = {'type': 'integer'}
_NULL = {'type': 'null'}


def at(form, version):
    return form.at(microversion.parse(version))


@ddt.ddt
class TestParam(test_base.BaseTestCase):
    @ddt.data(
        (None, None, '2.1', True),
        (None, None, '2.80', True),
        ('2.9', None, '2.8', False),
        ('2.9', None, '2.9', True),
        ('2.9', None, '2.10', True),
        (None, '2.9', '2.1', True),
        (None, '2.9', '2.9', True),
        (None, '2.9', '2.10', False),
        ('2.9', '2.11', '2.8', False),
        ('2.9', '2.11', '2.10', True),
        ('2.9', '2.11', '2.12', False),
    )
    @ddt.unpack
    def test_exists_at(self, since, until, version, expected):
        param = Param(_STRING, since=since, until=until)
        exists = param.exists_at(microversion.parse(version))
        self.assertIs(expected, exists)


@ddt.ddt
class TestBody(test_base.BaseTestCase):
    body = schema.Body(
        {
            'always': Param(_STRING, required=True),
            'later': Param(_STRING, since='2.9', required=True),
            'earlier': Param(_STRING, until='2.8'),
            'changed': (
                Param(_STRING, until='2.8', required=True),
                Param(_NUMBER, since='2.9', until='2.20'),
                Param(_NULL, since='2.30'),
            ),
        }
    )

    @ddt.data(
        (
            '2.1',
            {'always': _STRING, 'earlier': _STRING, 'changed': _STRING},
            {'always', 'changed'},
        ),
        (
            '2.9',
            {'always': _STRING, 'later': _STRING, 'changed': _NUMBER},
            {'always', 'later'},
        ),
        ('2.21', {'always': _STRING, 'later': _STRING}, {'always', 'later'}),
        (
            '2.30',
            {'always': _STRING, 'later': _STRING, 'changed': _NULL},
            {'always', 'later'},
        ),
    )
    @ddt.unpack
    def test_grows(self, version, properties, required):
        found = at(self.body, version)
        self.assertEqual('object', found['type'])
        self.assertEqual(properties, found['properties'])
        self.assertEqual(required, set(found['required']))
        self.assertIs(False, found['additionalProperties'])

    def test_additional_properties(self):
        found = at(schema.Body({}, additional=True), '2.1')
        self.assertIs(True, found['additionalProperties'])

    def test_is_made_once_for_each_version(self):
        self.assertIs(at(self.body, '2.9'), at(self.body, '2.9'))

    def test_nests(self):
        inner = schema.Body({'a': Param(_STRING, since='2.9')})
        outer = schema.wrapped('outer', schema.ListOf(inner))
        for version, names in (('2.8', set()), ('2.9', {'a'})):
            found = at(outer, version)
            self.assertEqual(['outer'], found['required'])
            array = found['properties']['outer']
            self.assertEqual('array', array['type'])
            self.assertEqual(names, set(array['items']['properties']))

    def test_wraps_a_plain_schema(self):
        found = at(schema.wrapped('stop', _NULL), '2.1')
        self.assertEqual({'stop': _NULL}, found['properties'])


@ddt.ddt
class TestQuery(test_base.BaseTestCase):
    query = schema.Query(
        {
            'one': Param(_STRING),
            'many': Param(_STRING, multiple=True),
            'limit': (
                Param(_STRING, until='2.8', multiple=True),
                Param(_NUMBER, since='2.9'),
            ),
            'later': Param(_STRING, since='2.9'),
        },
        strict_since='2.20',
    )

    @ddt.data(
        ('2.1', {'one', 'many', 'limit'}, True),
        ('2.9', {'one', 'many', 'limit', 'later'}, True),
        ('2.19', {'one', 'many', 'limit', 'later'}, True),
        ('2.20', {'one', 'many', 'limit', 'later'}, False),
    )
    @ddt.unpack
    def test_grows_and_turns_strict(self, version, names, additional):
        found = at(self.query, version)
        self.assertEqual(names, set(found['properties']))
        self.assertIs(additional, found['additionalProperties'])
        known = self.query.names(microversion.parse(version))
        self.assertEqual(names, known)

    def test_values_are_arrays_of_one_or_many(self):
        found = at(self.query, '2.1')['properties']
        self.assertEqual(
            {'type': 'array', 'items': _STRING, 'maxItems': 1}, found['one']
        )
        self.assertEqual({'type': 'array', 'items': _STRING}, found['many'])
        self.assertNotIn('maxItems', found['limit'])

    def test_a_parameter_may_change(self):
        limit = at(self.query, '2.9')['properties']['limit']
        self.assertEqual(_NUMBER, limit['items'])
        self.assertEqual(1, limit['maxItems'])

    def test_never_strict_unless_told(self):
        found = at(schema.Query({}), '2.80')
        self.assertIs(True, found['additionalProperties'])


class TestRules(test_base.BaseTestCase):
    def test_they_are_added_to_what_the_class_says(self):
        rules = {'type': ['object', 'null'], 'minProperties': 1}
        body = schema.Body({'a': schema.Param(_STRING)}, rules=rules)
        found = at(body, '2.1')
        self.assertEqual(rules, {key: found[key] for key in rules})
        self.assertEqual({'a': _STRING}, found['properties'])
        several = at(schema.ListOf(body, {'minItems': 1}), '2.1')
        self.assertEqual('array', several['type'])
        self.assertEqual(1, several['minItems'])
