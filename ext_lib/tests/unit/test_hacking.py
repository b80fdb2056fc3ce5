# SPDX-License-Identifier: Apache-2.0
"""Style checks of the project: what each refuses, and what it lets pass."""

import ast
import contextlib
import io
import pathlib

import ddt
import fixtures
from oslotest import base as test_base

from ext_lib import hacking

_MODULE = 'nova_ext/compute/thing.py'
#: Put together here, so that this file has none of the words.
_NOBODY = 'no' + 'body'
_TIDY = 'ti' + 'dy'


_TESTS = 'nova_ext/tests/unit/test_thing.py'


def _check(source: str, path: str) -> list[tuple[int, int, str]]:
    lines = source.splitlines(keepends=True)
    checker = hacking.Checker(ast.parse(source), path, lines)
    return [
        (line, column, message.split()[0])
        for line, column, message, _ in checker.run()
    ]


@ddt.ddt
class TestChecker(test_base.BaseTestCase):
    @ddt.data(
        ('NX301', 'a = 1\n' * 301, 'a = 1\n' * 300),
        ('NX303', 'conf = cfg.CONF', 'conf = other.CONF'),
        ('NX304', 'time.sleep(1)', 'clock.sleep(1)', _TESTS),
        ('NX304', 'sleep(1)', 'sleep = 1', _TESTS),
        ('NX305', '"""Whether it works."""', '"""Return whether it works."""'),
        ('NX306', f'# For {_NOBODY}.', '# For no process.'),
    )
    def test_a_line(self, case: tuple[str, ...]) -> None:
        code, refused, fine, *elsewhere = case
        [path] = elsewhere or [_MODULE]
        [(_, _, found)] = _check(refused, path)
        self.assertEqual(code, found)
        self.assertEqual([], _check(fine, path))

    def test_a_file_without_a_noun(self) -> None:
        self.assertEqual([(1, 0, 'NX302')], _check('', 'x/compute/utils.py'))
        self.assertEqual([], _check('', 'x/compute/placement.py'))


def _places(source: str, path: str) -> list[tuple[int, int]]:
    return [(line, column) for line, column, _ in _check(source, path)]


class TestExemptions(test_base.BaseTestCase):
    def test_tables_may_be_long(self) -> None:
        self.assertEqual([], _places('a = 1\n' * 301, 'x/db/models.py'))

    def test_entry_points_read_the_global_configuration(self) -> None:
        for package in ('cmd', 'wsgi', 'tests', 'testing'):
            path = f'x/{package}/thing.py'
            self.assertEqual([], _places('conf = cfg.CONF', path))

    def test_programs_may_sleep(self) -> None:
        self.assertEqual([], _places('sleep(1)', _MODULE))
        self.assertEqual([(1, 0)], _places('sleep(1)', 'x/tests/thing.py'))

    def test_docstrings_of_classes_and_functions(self) -> None:
        source = 'class A:\n    """What it is."""\n'
        self.assertEqual([(2, 4)], _places(source, _MODULE))
        source = 'def a():\n    """How it works."""\n'
        self.assertEqual([(2, 4)], _places(source, _MODULE))

    def test_each_word_of_a_line_is_found(self) -> None:
        source = f'a = 1\nb = 2  # {_NOBODY} can {_TIDY} up\n'
        self.assertEqual([(2, 9), (2, 20)], _places(source, _MODULE))


class TestDocuments(test_base.BaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def check(self, name: str, text: str) -> tuple[int, str]:
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            status = hacking.main([str(self.directory)])
        return status, said.getvalue()

    def test_refused(self) -> None:
        status, said = self.check('page.rst', f'Title\n\nAsk {_NOBODY}.\n')
        self.assertEqual(1, status)
        self.assertEqual(
            f'{self.directory}/page.rst:3:5: NX306 "{_NOBODY}": rather the '
            'process or person by name\n',
            said,
        )

    def test_fine(self) -> None:
        self.assertEqual((0, ''), self.check('page.rst', 'Ask an operator.\n'))

    def test_what_is_built_is_passed_over(self) -> None:
        self.assertEqual((0, ''), self.check('build/page.rst', _NOBODY))

    def test_the_glossary_may_list_the_words(self) -> None:
        self.assertEqual((0, ''), self.check('glossary.rst', _NOBODY))
