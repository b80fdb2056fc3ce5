# SPDX-License-Identifier: Apache-2.0
"""Tests of tags."""

import testtools

from osc_ext import exceptions
from osc_ext import tags


class TestTags(testtools.TestCase):
    def test_tags(self) -> None:
        for text in ('a', 'deploy.web.1', 'x' * 255, '!~"<>[]\\', '...'):
            self.assertTrue(tags.is_tag(text), text)

    def test_no_tags(self) -> None:
        for text in (
            *('', 'x' * 256, 'a b', 'a\n', 'ä', 'a\x7f', '.', '..'),
            *('detail', 'a,b', 'a/b', 'a?b', 'a#b', 'a%b'),
        ):
            self.assertFalse(tags.is_tag(text), text)

    def test_made_tags_differ(self) -> None:
        made = {tags.make() for _ in range(10)}
        self.assertEqual(10, len(made))
        self.assertTrue(all(map(tags.is_tag, made)))

    def test_an_invalid_tag_is_an_error_of_values(self) -> None:
        error = exceptions.InvalidTag('a b')
        self.assertIsInstance(error, ValueError)
        self.assertIn("'a b'", str(error))
