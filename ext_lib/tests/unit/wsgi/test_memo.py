# SPDX-License-Identifier: Apache-2.0
"""A short text is worked on once."""

from oslotest import base

from ext_lib.wsgi import memo


class TestOfTexts(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.made: list[str | None] = []

        @memo.of_texts
        def make(text, other=None):
            self.made.append(text)
            if text == 'bad':
                raise ValueError(text)
            return f'{text}{other}'

        self.make = make

    def test_once(self):
        for text in ('a', '', None, 'a'):
            for other in ('x', 'y'):
                for _ in range(2):
                    self.assertEqual(f'{text}{other}', self.make(text, other))
        self.assertEqual(['a', 'a', '', '', None, None], self.made)

    def test_long_texts_are_not_kept(self):
        for size, times in ((memo.LONGEST, 1), (memo.LONGEST + 1, 2)):
            self.made.clear()
            self.make('x' * size)
            self.make('x' * size)
            self.assertEqual(times, len(self.made))

    def test_only_so_many_are_kept(self):
        for number in range(memo.MOST + 1):
            self.make(str(number))
        self.made.clear()
        self.make(str(memo.MOST))
        self.assertEqual([], self.made)
        self.make('0')
        self.assertEqual(['0'], self.made)

    def test_errors_are_not_kept(self):
        for _ in range(2):
            self.assertRaises(ValueError, self.make, 'bad')
        self.assertEqual(['bad', 'bad'], self.made)
