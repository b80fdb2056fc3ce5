# SPDX-License-Identifier: Apache-2.0
"""Unit tests of fingerprints and reservations."""

import json

import hypothesis
from hypothesis import strategies

from nova_ext.middleware.tasks import reservations
from nova_ext.tests import base

JSON = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False, allow_infinity=False)
    | strategies.text(),
    lambda inner: (
        strategies.lists(inner)
        | strategies.dictionaries(strategies.text(), inner)
    ),
    max_leaves=8,
)


def shuffled(document):
    """Return the document with its keys in another order."""
    if isinstance(document, dict):
        pairs = reversed(list(document.items()))
        return {key: shuffled(value) for key, value in pairs}
    if isinstance(document, list):
        return [shuffled(value) for value in document]
    return document


class TestFingerprints(base.TestCase):
    def print_of(self, body, method='POST', path='/servers', query=''):
        return reservations.fingerprint(method, path, query, body)

    @hypothesis.given(JSON, strategies.sampled_from([None, 1, '\t']))
    def test_form_does_not_matter(self, document, indent):
        plain = json.dumps(document).encode()
        other = json.dumps(
            shuffled(document), indent=indent, ensure_ascii=False
        ).encode(errors='surrogatepass')
        hypothesis.assume(b'\xed' not in other)
        self.assertEqual(self.print_of(plain), self.print_of(other))

    @hypothesis.given(JSON, JSON)
    def test_content_does(self, one, other):
        texts = [json.dumps(d, sort_keys=True) for d in (one, other)]
        numbers = [t.replace('-0.0', '0').replace('.0', '') for t in texts]
        hypothesis.assume(numbers[0] != numbers[1])
        hypothesis.assume('e' not in ''.join(texts))
        self.assertNotEqual(
            self.print_of(texts[0].encode()), self.print_of(texts[1].encode())
        )

    @hypothesis.given(strategies.binary())
    def test_anything_has_one(self, body):
        self.assertEqual(self.print_of(body), self.print_of(body))

    def test_raw_bytes_are_no_document(self):
        for raw, document in ((b'', b'""'), (b'{', b'{}'), (b'NaN', b'null')):
            self.assertNotEqual(self.print_of(raw), self.print_of(document))
        self.assertNotEqual(self.print_of(b'{'), self.print_of(b'{ '))
        self.assertEqual(
            b'raw:' + b'[' * 10**5, reservations.canonical(b'[' * 10**5)
        )

    def test_numbers(self):
        for one, other in ((b'1', b'1.0'), (b'100', b'1e2'), (b'0', b'-0.0')):
            self.assertEqual(self.print_of(one), self.print_of(other))
        self.assertNotEqual(self.print_of(b'1'), self.print_of(b'true'))
        self.assertNotEqual(self.print_of(b'1'), self.print_of(b'"1"'))

    def test_all_else_counts(self):
        first = self.print_of(b'{}')
        self.assertNotEqual(first, self.print_of(b'{}', method='PUT'))
        self.assertNotEqual(first, self.print_of(b'{}', path='/other'))
        self.assertNotEqual(first, self.print_of(b'{}', query='a=1'))

    def test_order_of_parameters_does_not(self):
        self.assertEqual(
            self.print_of(b'', query='a=1&b=%20&a='),
            self.print_of(b'', query='a=&a=1&b=+'),
        )

    def test_reservations_differ_by_all_parts(self):
        seen = {
            reservations.reservation(*parts)
            for parts in (
                ('p', 't', 'f'), ('P', 't', 'f'), ('p', 'T', 'f'),
                ('p', 't', 'F'), ('pt', '', 'f'), ('p"', ',t', 'f'),
            )
        }  # fmt: skip
        self.assertEqual(6, len(seen))
        self.assertEqual({64}, {len(one) for one in seen})
