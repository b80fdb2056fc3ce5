# SPDX-License-Identifier: Apache-2.0
"""Patterns of users, matched in the program."""

import time

import ddt
from oslotest import base as test_base

from ext_lib.db import patterns


@ddt.ddt
class TestPatterns(test_base.BaseTestCase):
    @ddt.data(
        ('a', 'bab'),
        ('^a$', 'a'),
        (r'\w', 'é'),
        (r'[\w]', 'й'),
        (r'^[^\w]$', '!'),
        (r'^\W$', '—'),
        (r'^[\W]$', '!'),
        (r'^[\Wa]$', 'a'),
        ('[[:alpha:]]', 'é'),
        ('[[:upper:]]', 'É'),
        ('^[[:alnum:]-]+$', 'é-1'),
        ('[]a]', ']'),
        ('[^]a]', 'b'),
        ('[a[]', '['),
        (r'[\]]', ']'),
        (r'\[\w', '[é'),
        (r'\\w', r'\w'),
        ('(?i)É', 'é'),
        ('', ''),
    )
    @ddt.unpack
    def test_matches(self, pattern: str, text: str) -> None:
        self.assertIs(True, patterns.matches(pattern, text))

    @ddt.data(
        ('^a$', 'b'),
        ('^a$', 'a\n'),
        (r'\W', 'é'),
        (r'[\W]', 'é_1'),
        (r'[^\w]', 'é_1'),
        ('[[:lower:]]', 'É'),
        ('A', 'a'),
        (r'\\w', 'w'),
    )
    @ddt.unpack
    def test_does_not_match(self, pattern: str, text: str) -> None:
        self.assertIs(False, patterns.matches(pattern, text))

    def test_nothing(self) -> None:
        self.assertIsNone(patterns.matches('a', None))

    @ddt.data(
        '*', '(', '[', '[a', 'a\\', 'a{2,1}', '[b-a]', r'(a)\1', '(?=a)',
        '(?<!a)', '[[:nonsense:]]', 'a{1001}', '((a{1000}){1000}){1000}',
        r'\N{BULLET}',
    )  # fmt: skip
    def test_invalid(self, pattern: str) -> None:
        self.assertRaises(ValueError, patterns.matches, pattern, 'a')

    @ddt.data('^(a+)+$', '^(a|aa)+$', '(a*)*b', r'^(\w+\s?)*$', '(.*)*=(.*)*')
    def test_time_is_linear(self, pattern: str) -> None:
        # Python's own would take longer than the universe is old.
        began = time.process_time()
        self.assertIs(False, patterns.matches(pattern, 'a' * 100_000 + '!'))
        self.assertLess(time.process_time() - began, 10)
