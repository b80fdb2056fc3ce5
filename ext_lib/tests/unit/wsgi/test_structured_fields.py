# SPDX-License-Identifier: Apache-2.0
"""Unit tests of structured field values."""

import hypothesis
from hypothesis import strategies
from oslotest import base

from ext_lib.wsgi import structured_fields

PRINTABLE = strategies.text(
    strategies.characters(min_codepoint=0x20, max_codepoint=0x7E)
)


class TestString(base.BaseTestCase):
    def assertNoString(self, value):
        self.assertRaises(
            structured_fields.NotAString, structured_fields.string, value
        )

    def test_plain(self):
        self.assertEqual('a b', structured_fields.string('"a b"'))
        self.assertEqual('', structured_fields.string('""'))
        self.assertEqual('a', structured_fields.string('  "a"  '))

    def test_escapes(self):
        self.assertEqual('a"b\\c', structured_fields.string(r'"a\"b\\c"'))

    def test_parameters_are_checked(self):
        for parameters in (
            ';a', ';a=1', '; a=-1.5;b="x\\"y"', ';*=t/k:n', ';a=:YQ==:',
            ';a=?1', ';a=@1659578233', ';a=%"%c3%bc"',
        ):  # fmt: skip
            self.assertEqual('k', structured_fields.string(f'"k"{parameters}'))
        for parameters in (
            ';', ';A', ' ;a', ';a=', ';a="', ';a =1', ';a=1.', ';a=?2',
            ';a=:Y', ';a=1234567890123456', ';a=%"%C3"', ',"k"', 'x',
        ):  # fmt: skip
            self.assertNoString(f'"k"{parameters}')

    def test_what_is_none(self):
        for value in (
            '', ' ', 'abc', '"', '"a', 'a"', "'a'", '"a" "b"', '"a","b"',
            '"a\tb"', '\t"a"', '"a\x7f"', '"\xe4"', '"a\\b"', '"a\\"', '1',
            '?1', '("a")', '"a"\n', '"a\n"', '"\u20ac"',
        ):  # fmt: skip
            self.assertNoString(value)

    def test_a_long_one_takes_no_time(self):
        self.assertNoString('"' + '\\"' * 30000)
        self.assertNoString('"a"' + ';a="b"' * 10000 + '!')

    @hypothesis.given(PRINTABLE)
    def test_there_and_back(self, text):
        value = structured_fields.serialize_string(text)
        self.assertEqual(text, structured_fields.string(value))

    def test_what_cannot_be_one(self):
        for text in ('\n', '\x7f', '\xe4'):
            self.assertRaises(
                structured_fields.NotAString,
                structured_fields.serialize_string,
                text,
            )
