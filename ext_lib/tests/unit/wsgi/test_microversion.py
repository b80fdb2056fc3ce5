# SPDX-License-Identifier: Apache-2.0
"""The version of a request, and its name in the answer."""

import ddt
import hypothesis
from hypothesis import strategies
from oslotest import base as test_base
import webob

from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import microversion

LATEST = str(base.NEGOTIATOR.maximum)
LOWEST = str(base.NEGOTIATOR.minimum)
LONG = '9' * 1000


def request(standard=None, legacy=None):
    headers = {base.VERSION: standard, base.LEGACY: legacy}
    given = {k: v for k, v in headers.items() if v is not None}
    return webob.Request.blank('/', headers=given)


def requested(standard=None, legacy=None):
    return str(base.NEGOTIATOR.requested(request(standard, legacy)))


@ddt.ddt
class TestRequested(test_base.BaseTestCase):
    @ddt.data(
        ('things 2.40', '2.40'),
        ('things 2.9', '2.9'),
        ('THINGS 2.40', '2.40'),
        ('  things   2.40  ', '2.40'),
        ('things latest', LATEST),
        ('things 2.3, things 2.40', '2.40'),
        ('things 2.40, things 2.3', '2.3'),
        ('volume 3.1, things 2.40', '2.40'),
        ('things 2.40, volume 3.1', '2.40'),
        ('things 2.40,', '2.40'),
        # Well-formed; that no service has them is found later.
        ('things 2.0', '2.0'),
        ('things 1.9', '1.9'),
        ('things 2.999', '2.999'),
        ('things 3.0', '3.0'),
        # As good as nothing.
        ('things', LOWEST),
        ('2.21', LOWEST),
        ('nova 2.21', LOWEST),
        ('identity 3', LOWEST),
        ('', LOWEST),
        (',', LOWEST),
        (None, LOWEST),
    )
    @ddt.unpack
    def test_standard_header(self, header, version):
        self.assertEqual(version, requested(header))

    @ddt.data(
        ('2.21', '2.21'),
        (' 2.21 ', '2.21'),
        ('latest', LATEST),
        ('2.3, 2.40', '2.40'),
        ('3.0', '3.0'),
    )
    @ddt.unpack
    def test_legacy_header(self, header, version):
        self.assertEqual(version, requested(legacy=header))

    @ddt.data(
        ('things 2.21', '2.21'),
        ('things latest', LATEST),
        ('nova 2.21', '2.5'),
        ('things', '2.5'),
        ('', '2.5'),
    )
    @ddt.unpack
    def test_standard_header_wins_if_it_names_the_service(
        self, header, version
    ):
        self.assertEqual(version, requested(header, legacy='2.5'))

    def test_bad_standard_header_is_not_replaced_by_a_good_legacy_one(self):
        self.assertRaises(
            microversion.InvalidVersion, requested, 'things abc', '2.5'
        )

    @ddt.data(
        'things LATEST',
        'things abc',
        'things 2',
        'things 2.01',
        'things 02.1',
        'things 2.1 2.2',
        'things -2.1',
        'things 2.-1',
        'things +2.1',
        'things 2.1.1',
        'things 2.',
        'things .1',
        'things 0.1',
        'things 2.1\xb2',
        'things 2.1, things abc',
    )
    def test_malformed_standard_header(self, header):
        error = self.assertRaises(
            microversion.InvalidVersion, requested, header
        )
        said = header.rpartition('things ')[2]
        self.assertIn(f' {said} ', error.message)
        self.assertIn('MajorNum.MinorNum', error.message)

    @ddt.data('things 2.21', 'abc', '', '2.1, abc', '2.1,', 'LATEST')
    def test_malformed_legacy_header(self, header):
        self.assertRaises(
            microversion.InvalidVersion, requested, legacy=header
        )

    def test_long_numbers_are_read_and_absurd_ones_are_not(self):
        self.assertEqual(f'2.{LONG}', requested(f'things 2.{LONG}'))
        for header in (f'things 2.{LONG}9', 'things 2.' + '9' * 5000):
            self.assertRaises(microversion.InvalidVersion, requested, header)

    def test_a_service_without_a_legacy_header(self):
        negotiator = microversion.Negotiator(
            'things', microversion.Version(1, 0), microversion.Version(1, 4)
        )
        found = negotiator.requested(request('things 1.2', legacy='abc'))
        self.assertEqual((1, 2), found)
        response = webob.Response()
        negotiator.stamp(response, found)
        self.assertEqual('things 1.2', response.headers[base.VERSION])
        self.assertEqual([base.VERSION], response.headers.getall('Vary'))

    @base.quick
    @hypothesis.given(
        standard=strategies.none() | strategies.text(),
        legacy=strategies.none() | strategies.text(),
    )
    def test_nothing_but_invalid_version_is_raised(self, standard, legacy):
        try:
            self.assertIsInstance(
                base.NEGOTIATOR.requested(request(standard, legacy)),
                microversion.Version,
            )
        except microversion.InvalidVersion as error:
            self.assertIn('MajorNum.MinorNum', error.message)

    @base.quick
    @hypothesis.given(
        strategies.from_regex(r'things [0-9]+\.[0-9]+(, ?things .*)?\Z')
    )
    def test_nothing_else_is_raised_for_what_looks_like_a_version(self, text):
        try:
            base.NEGOTIATOR.requested(request(text))
        except microversion.InvalidVersion:
            pass

    @base.quick
    @hypothesis.given(
        strategies.integers(1, 10**30), strategies.integers(0, 10**30)
    )
    def test_every_version_is_read_as_it_is_written(self, major, minor):
        version = microversion.Version(major, minor)
        self.assertEqual(version, microversion.parse(str(version)))


@ddt.ddt
class TestCheck(test_base.BaseTestCase):
    @ddt.data('2.1', '2.9', '2.10', '2.80')
    def test_supported(self, text):
        base.NEGOTIATOR.check(microversion.parse(text))

    @ddt.data('2.0', '1.9', '2.81', '2.999', '3.0', '3.5')
    def test_unsupported(self, text):
        error = self.assertRaises(
            microversion.UnsupportedVersion,
            base.NEGOTIATOR.check,
            microversion.parse(text),
        )
        for word in (text, LOWEST, LATEST):
            self.assertIn(word, error.message)

    def test_order_is_of_numbers_and_not_of_texts(self):
        nine, ten = microversion.parse('2.9'), microversion.parse('2.10')
        self.assertLess(nine, ten)


class TestStamp(test_base.BaseTestCase):
    def test_names_the_version_in_both_headers(self):
        response = webob.Response()
        base.NEGOTIATOR.stamp(response, microversion.parse('2.21'))
        self.assertEqual('things 2.21', response.headers[base.VERSION])
        self.assertEqual('2.21', response.headers[base.LEGACY])

    def test_adds_two_lines_of_vary_to_those_there_are(self):
        response = webob.Response(headers={'Vary': 'Accept'})
        base.NEGOTIATOR.stamp(response, microversion.parse('2.21'))
        self.assertEqual(
            ['Accept', base.VERSION, base.LEGACY],
            response.headers.getall('Vary'),
        )


@ddt.ddt
class TestAvailable(test_base.BaseTestCase):
    @microversion.available('2.9', '2.20')
    def ranged(self):
        pass

    @microversion.available('2.9')
    def open_ended(self):
        pass

    def always(self):
        pass

    @ddt.data(
        ('2.1', False, False),
        ('2.8', False, False),
        ('2.9', True, True),
        ('2.10', True, True),
        ('2.20', True, True),
        ('2.21', False, True),
        ('2.80', False, True),
    )
    @ddt.unpack
    def test_range_includes_both_ends(self, text, in_range, later):
        version = microversion.parse(text)
        self.assertIs(
            in_range, microversion.is_available(self.ranged, version)
        )
        self.assertIs(
            later, microversion.is_available(self.open_ended, version)
        )
        self.assertTrue(microversion.is_available(self.always, version))

    def test_range_holds_versions_only(self):
        limits = microversion.Range(microversion.parse('2.1'), None)
        self.assertNotIn('2.5', limits)
        self.assertNotIn((2, 5), limits)
