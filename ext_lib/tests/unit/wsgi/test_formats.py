# SPDX-License-Identifier: Apache-2.0
"""Strings that have a format, and that do not."""

import warnings

import ddt
import hypothesis
from hypothesis import strategies
import jsonschema
from oslotest import base as test_base

from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import formats

_UUID = '30d1a3a5-a6aa-4ed2-9b5c-d3b2f9ba0a0a'
_NAMES = ('base64', 'date-time', 'ipv4', 'ipv6', 'name', 'regex', 'text')
_FORMATS = (*_NAMES, 'uuid')


def _conforms(value, name):
    try:
        formats.CHECKER.check(value, name)
    except jsonschema.FormatError:
        return False
    return True


@ddt.ddt
class TestFormats(test_base.BaseTestCase):
    @ddt.data(
        ('uuid', _UUID, True),
        ('uuid', _UUID.upper(), True),
        ('uuid', _UUID.replace('-', ''), True),
        ('uuid', 'x', False),
        ('uuid', '', False),
        ('ipv4', '1.2.3.4', True),
        ('ipv4', '0.0.0.0', True),
        ('ipv4', '1.2.3', False),
        ('ipv4', '1.2.3.256', False),
        ('ipv4', '01.2.3.4', False),
        ('ipv4', ' 1.2.3.4', False),
        ('ipv4', '1.2.3.4\n', False),
        ('ipv4', '1.2.3.4/24', False),
        ('ipv4', '::1', False),
        ('ipv4', '', False),
        ('ipv6', '::1', True),
        ('ipv6', '::ffff:1.2.3.4', True),
        ('ipv6', 'fe80::1%eth0', False),
        ('ipv6', '::1/64', False),
        ('ipv6', '1.2.3.4', False),
        ('ipv6', '', False),
        ('base64', 'eA==', True),
        ('base64', 'eA==\n', True),
        ('base64', 'e A==', True),
        ('base64', '', True),
        ('base64', 'eA=', False),
        ('base64', 'x', False),
        ('base64', 'é', False),
        ('regex', 'x', True),
        ('regex', '^a.*(b|c)[d]{1,2}$', True),
        ('regex', '', False),
        ('regex', '(', False),
        ('regex', '*', False),
        ('regex', '[', False),
        ('regex', 'a{99999999999999999999}', False),
        ('name', 'web', True),
        ('name', 'wéb  1…', True),
        ('name', 'a\xa0b', True),
        ('name', '', True),
        ('name', ' web', False),
        ('name', 'web ', False),
        ('name', 'web\n', False),
        ('name', 'a\xa0', False),
        ('name', 'a\tb', False),
        ('name', 'a\x00', False),
        ('name', 'a\u200bb', False),
        ('name', 'a\u2028b', False),
        ('name', 'a\ue000', False),
        ('name', 'a\U0001f600', False),
        ('text', ' what it is for ', True),
        ('text', 'line\n', True),
        ('text', 'two\nlines', False),
        ('text', 'a\tb', False),
        ('text', 'a\x00', False),
    )
    @ddt.unpack
    def test_strings(self, name, value, expected):
        self.assertIs(expected, _conforms(value, name))

    @ddt.data(*_FORMATS)
    def test_others_are_for_the_type_to_refuse(self, name):
        others: tuple[object, ...] = (None, 1, 1.5, True, [], {})
        for value in others:
            self.assertTrue(_conforms(value, name))

    @base.quick
    @hypothesis.given(strategies.sampled_from(_FORMATS), strategies.text())
    def test_never_fail_in_another_way(self, name, text):
        _conforms(text, name)

    @base.quick
    @hypothesis.given(strategies.ip_addresses())
    def test_every_address_is_of_its_family(self, address):
        name = f'ipv{address.version}'
        self.assertTrue(_conforms(str(address), name))


@ddt.ddt
class TestDateTime(test_base.BaseTestCase):
    @ddt.data(
        '2010',
        '2010-01',
        '2010-1-1',
        '20100101',
        '20100101T000000Z',
        '2010-01-01T00',
        '2010-01-01T00:00',
        '2010-01-01T000000',
        '2010-01-01T00:00:00',
        '2010-01-01T00:00:00Z',
        '2010-01-01 00:00:00',
        '2010-01-01T00:00:00.5',
        '2010-01-01T00:00:00,5',
        '2010-01-01T00:00:00.123456789',
        '2010-01-01T00:00:00+05',
        '2010-01-01T00:00:00+0530',
        '2010-01-01T00:00:00+05:30',
        '2010-01-01T00:00:00-23:59',
        '9999-12-31T23:59:59-05:00',
        '0001-01-01T00:00:00+05:00',
        '2010-01-01\n',
    )
    def test_accepted(self, text):
        self.assertTrue(_conforms(text, 'date-time'))

    @ddt.data(
        '',
        'now',
        'null',
        ' 2010-01-01',
        '2010-01-01 ',
        '2010-01-01t00:00:00',
        '2010-01-01T00:00:00z',
        '2010-01-01T',
        '2010-01-01T24:00:00',
        '2010-01-01T00:00:60',
        '2010-01-01T00:00:00 Z',
        '2010-01-01T00:00:00+5',
        '2010-01-01T00:00:00+24:00',
        '2010-01-01T00:00:00+99:99',
        '2010-13',
        '2010-02-30',
        '2010-W01',
        '2010-001',
        '201001',
        '20101',
        '20100101000000',
        '0000',
        '10000-01-01',
        '-2010',
        '\uff12\uff10\uff11\uff10',
    )
    def test_refused(self, text):
        self.assertFalse(_conforms(text, 'date-time'))

    @base.quick
    @hypothesis.given(strategies.text('0123456789-:.,TZW+ ', max_size=30))
    def test_never_fails_in_another_way(self, text):
        _conforms(text, 'date-time')

    @base.quick
    @hypothesis.given(strategies.datetimes().map(str))
    def test_what_is_written_is_accepted(self, text):
        self.assertTrue(_conforms(text, 'date-time'))


class TestPatterns(test_base.BaseTestCase):
    def test_patterns_cause_no_warnings(self):
        with warnings.catch_warnings(record=True) as said:
            for pattern in ('[[a-z]]', '[a&&b]', '[a||b]'):
                self.assertTrue(_conforms(pattern, 'regex'))
        self.assertEqual([], said)
