# SPDX-License-Identifier: Apache-2.0
"""The translations: complete, and compiled from what is in the tree."""

import unittest

from ext_dashboard.tests import catalogs

LANGUAGES = {'de', 'he'}


class CatalogsTest(unittest.TestCase):
    def each(self):
        found = catalogs.files('.po')
        self.assertEqual(LANGUAGES, set(found))
        return found.values()

    def test_complete(self):
        wanted = {(m.context, m.id) for m in catalogs.messages() if m.id}
        self.assertGreater(len(wanted), 30)
        for path in self.each():
            there = {(m.context, m.id) for m in catalogs.read(path) if m.id}
            self.assertEqual(wanted, there, path)

    def test_translated(self):
        for path in self.each():
            for message in catalogs.read(path):
                texts = message.string
                texts = [texts] if isinstance(texts, str) else texts
                self.assertTrue(all(texts), message.id)
                self.assertFalse(message.fuzzy, message.id)

    def test_placeholders(self):
        for path in self.each():
            for message in catalogs.read(path):
                if message.id:
                    self.assertEqual([], list(message.check()), message.id)

    def test_compiled(self):
        for path in self.each():
            self.assertEqual(
                _texts(catalogs.read(path)),
                _texts(catalogs.read_compiled(path.with_suffix('.mo'))),
            )


def _texts(catalog):
    return {
        (_plain(m.context), _plain(m.id)): _plain(m.string)
        for m in catalog
        if m.id
    }


def _plain(value):
    # Babel returns contexts of compiled catalogs as bytes. The forms of a
    # plural are a tuple or a list.
    if isinstance(value, bytes):
        return value.decode()
    return tuple(value) if isinstance(value, list) else value
