# SPDX-License-Identifier: Apache-2.0
"""Any text can be stored, at least what is left of it."""

from oslotest import base

from ext_lib.db import text


class TestStorable(base.BaseTestCase):
    def test_most_text_is(self):
        for value in ('', 'plain', 'Zürich \N{PILE OF POO}\n\t'):
            self.assertEqual(value, text.storable(value))

    def test_what_no_database_takes_is_replaced(self):
        self.assertEqual('a\ufffdb', text.storable('a\0b'))
        self.assertTrue(text.storable('a\ud800b').startswith('a\ufffd'))


class TestTail(base.BaseTestCase):
    def test_what_fits_stays(self):
        self.assertEqual('ünd', text.tail('ünd', 4))

    def test_the_end_is_kept(self):
        self.assertEqual('…\ncd', text.tail('abcdabcd', 6))
        self.assertEqual('…\nüd', text.tail('abcdabcüd', 7))

    def test_no_character_is_halved(self):
        self.assertEqual('…\nd', text.tail('abcdabcüd', 6))


class TestHead(base.BaseTestCase):
    def test_what_fits_stays(self):
        self.assertEqual('ünd', text.head('ünd', 4))

    def test_the_beginning_is_kept(self):
        self.assertEqual('abc…', text.head('abcdefg', 6))
        self.assertEqual('üb…', text.head('übcdefg', 6))

    def test_no_character_is_halved(self):
        self.assertEqual('ab…', text.head('abücdef', 6))

    def test_it_is_storable(self):
        self.assertEqual('a\ufffd', text.head('a\0', 6))


class TestCut(base.BaseTestCase):
    def test_what_fits_stays(self):
        self.assertEqual('ünd', text.cut('ünd', 3))

    def test_the_beginning_is_kept(self):
        self.assertEqual('ün…', text.cut('ünds', 3))

    def test_it_is_storable(self):
        self.assertEqual('a\ufffd\ufffd…', text.cut('a\ud800b', 4))
