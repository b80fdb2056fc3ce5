# SPDX-License-Identifier: Apache-2.0
"""Style checks of the project: what each refuses, and what it lets pass."""

import ast
import contextlib
import io
import pathlib

import fixtures
import testscenarios
import testtools

from ext_lib import hacking

_MODULE = 'nova_ext/compute/thing.py'
#: Put together here, so that this file has none of the words.
_NOBODY = 'no' + 'body'
_TIDY = 'ti' + 'dy'


def _case(refused: str, fine: str, path: str = _MODULE, **more: str) -> dict:
    return {'refused': refused, 'fine': fine, 'path': path, **more}


class TestChecker(testscenarios.WithScenarios, testtools.TestCase):
    scenarios = [
        ('NX301', _case('a = 1\n' * 301, 'a = 1\n' * 300)),
        (
            'NX302',
            _case(
                '',
                '',
                path='nova_ext/compute/utils.py',
                fine_path='nova_ext/compute/placement.py',
            ),
        ),
        ('NX303', _case('conf = cfg.CONF', 'conf = other.CONF')),
        (
            'NX304',
            _case(
                'time.sleep(1)',
                'clock.sleep(1)',
                path='nova_ext/tests/unit/test_thing.py',
            ),
        ),
        (
            'NX305',
            _case('"""Whether it works."""', '"""Return whether it works."""'),
        ),
        ('NX306', _case(f'# For {_NOBODY}.', '# For no process.')),
    ]

    code: str

    def setUp(self) -> None:
        super().setUp()
        self.code = self.id().rpartition('(')[2].rstrip(')')

    def check(self, source: str, path: str) -> list[str]:
        lines = source.splitlines(keepends=True)
        checker = hacking.Checker(ast.parse(source), path, lines)
        return [message.split()[0] for _, _, message, _ in checker.run()]

    def test_refused(self) -> None:
        self.assertEqual([self.code], self.check(self.refused, self.path))

    def test_fine(self) -> None:
        path = getattr(self, 'fine_path', self.path)
        self.assertEqual([], self.check(self.fine, path))


class TestExemptions(testtools.TestCase):
    def check(self, source: str, path: str) -> list[tuple[int, int]]:
        lines = source.splitlines(keepends=True)
        checker = hacking.Checker(ast.parse(source), path, lines)
        return [(line, column) for line, column, _, _ in checker.run()]

    def test_tables_may_be_long(self) -> None:
        self.assertEqual([], self.check('a = 1\n' * 301, 'x/db/models.py'))

    def test_entry_points_read_the_global_configuration(self) -> None:
        for package in ('cmd', 'wsgi', 'tests', 'testing'):
            path = f'x/{package}/thing.py'
            self.assertEqual([], self.check('conf = cfg.CONF', path))

    def test_programs_may_sleep(self) -> None:
        self.assertEqual([], self.check('sleep(1)', _MODULE))
        self.assertEqual([(1, 0)], self.check('sleep(1)', 'x/tests/thing.py'))

    def test_docstrings_of_classes_and_functions(self) -> None:
        source = 'class A:\n    """What it is."""\n'
        self.assertEqual([(2, 4)], self.check(source, _MODULE))
        source = 'def a():\n    """How it works."""\n'
        self.assertEqual([(2, 4)], self.check(source, _MODULE))

    def test_each_word_of_a_line_is_found(self) -> None:
        source = f'a = 1\nb = 2  # {_NOBODY} can {_TIDY} up\n'
        self.assertEqual([(2, 9), (2, 20)], self.check(source, _MODULE))


class TestDocuments(testtools.TestCase):
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
