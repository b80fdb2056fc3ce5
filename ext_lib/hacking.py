# SPDX-License-Identifier: Apache-2.0
"""Style checks of this project, for flake8 and for documents.

What HACKING.rst demands and no released linter checks: the local plugin of
flake8 (see ``tox.ini``) for Python, ``python -m ext_lib.hacking FILE ...`` for
reStructuredText and YAML. Each check has a number, NX301 and up.
"""

import argparse
import ast
from collections.abc import Iterator, Sequence
import pathlib
import re
import sys

#: Line, column, message; flake8 wants the type of the plugin, too.
Finding = tuple[int, int, str]

#: Most lines a file may have.
MAX_LINES = 300

#: Files of tables, which are read as a list.
_LISTS = re.compile(
    r'/db/models\.py$|/(legacy_)?migrations/(tables\.py|versions/)|/tests/'
)

#: Where ``cfg.CONF`` may be named; everywhere else ``conf`` is an argument.
_ENTRY_POINTS = re.compile(r'/(cmd|wsgi|tests|migrations)/|/testing/')

_NO_NOUN = {'utils.py', 'util.py', 'helpers.py', 'misc.py', 'common.py'}

#: Openings of docstrings that are neither noun phrase nor imperative.
_OPENINGS = re.compile(
    r'(What|Who|Whether|Which|How|Where|When|That|Tell|Tells|If)\b'
)

#: Words with a plainer one beside them; the glossary has the terms.
WORDS = {
    r'(?:no|some|any|every)bodys?': 'the process or person by name',
    r'whos?ever': 'the process or person by name',
    r'tells? whether': 'return whether',
    r'hous(?:e|es)(?= of| knows| answers|\b(?!-))': 'application',
    r'no harm': 'idempotent',
    r'settl(?:e|es|ed|ing|ement)': 'resolve, recover or finish',
    r'patience|patient(?:ly)?': 'time limit',
    r'hast[ey]|hasty': 'best effort',
    r'bur(?:y|ied|ies)': 'fail',
    r'tid(?:y|ies|ied)(?: up)?': 'clean up',
    r'(?:is|are|was|were|be|been|goes|go) away': 'unreachable',
    r'rehears\w+': 'inject faults',
    r'for ever': 'without limit',
    r'in the midst': 'in the middle',
    r'slip(?:s|ped|ping)? in(?:to)?': 'insert',
    r'(?:he|she|his|her|him|hers)(?= |\.|,|;|$)': 'they',
}
_WORDS = re.compile(
    '|'.join(rf'(?P<w{i}>\b{word}\b)' for i, word in enumerate(WORDS)),
    re.IGNORECASE,
)
_INSTEAD = list(WORDS.values())


class Checker:
    """Plugin of flake8: all checks of one Python file.

    :param tree: the parsed file
    :param filename: its path
    :param lines: its lines, each with its end
    """

    name = 'nova-ext-hacking'
    version = '1'

    def __init__(
        self, tree: ast.Module, filename: str, lines: Sequence[str]
    ) -> None:
        self._tree = tree
        self._path = '/' + pathlib.PurePath(filename).as_posix()
        self._lines = lines

    def run(self) -> Iterator[tuple[int, int, str, type['Checker']]]:
        """Yield each finding as flake8 wants it."""
        for check in (
            self._size,
            self._noun,
            self._configuration,
            self._sleep,
            self._docstrings,
            self._words,
        ):
            for line, column, message in check():
                yield line, column, message, type(self)

    def _size(self) -> Iterator[Finding]:
        if len(self._lines) > MAX_LINES and not _LISTS.search(self._path):
            yield (
                MAX_LINES,
                0,
                f'NX301 file has more than {MAX_LINES} lines',
            )

    def _noun(self) -> Iterator[Finding]:
        if pathlib.PurePath(self._path).name in _NO_NOUN:
            yield 1, 0, 'NX302 name the file after its noun'

    def _configuration(self) -> Iterator[Finding]:
        if _ENTRY_POINTS.search(self._path):
            return
        for node in ast.walk(self._tree):
            if (
                isinstance(node, ast.Attribute)
                and node.attr == 'CONF'
                and isinstance(node.value, ast.Name)
                and node.value.id == 'cfg'
            ):
                yield (
                    node.lineno,
                    node.col_offset,
                    'NX303 take conf as an argument',
                )

    def _sleep(self) -> Iterator[Finding]:
        if '/tests/' not in self._path:
            return
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call) and _is_sleep(node.func):
                yield (
                    node.lineno,
                    node.col_offset,
                    'NX304 poll with a deadline, do not sleep',
                )

    def _docstrings(self) -> Iterator[Finding]:
        for node in ast.walk(self._tree):
            if not isinstance(
                node,
                ast.Module
                | ast.ClassDef
                | ast.FunctionDef
                | ast.AsyncFunctionDef,
            ):
                continue
            docstring = ast.get_docstring(node, clean=False)
            if docstring and _OPENINGS.match(docstring.lstrip()):
                yield (
                    node.body[0].lineno,
                    node.body[0].col_offset,
                    'NX305 begin with a noun phrase or an imperative',
                )

    def _words(self) -> Iterator[Finding]:
        if self._path.endswith('/ext_lib/hacking.py'):
            return
        for line, column, found, instead in find_words(self._lines):
            yield line, column, f'NX306 "{found}": rather {instead}'


def _is_sleep(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return (
            function.attr == 'sleep'
            and isinstance(function.value, ast.Name)
            and function.value.id == 'time'
        )
    return isinstance(function, ast.Name) and function.id == 'sleep'


def find_words(
    lines: Sequence[str],
) -> Iterator[tuple[int, int, str, str]]:
    """Yield line, column, word and what to write for it, of a text."""
    for number, line in enumerate(lines, start=1):
        for match in _WORDS.finditer(line):
            yield (
                number,
                match.start(),
                match.group(),
                _INSTEAD[int(str(match.lastgroup)[1:])],
            )


def main(argv: Sequence[str] | None = None) -> int:
    """Check the words of documents.

    :returns: 0, or 1 when something was found
    """
    parser = argparse.ArgumentParser(
        prog='python -m ext_lib.hacking', description=main.__doc__
    )
    parser.add_argument('path', nargs='+', type=pathlib.Path)
    found = 0
    for path in parser.parse_args(argv).path:
        for file in _documents(path):
            lines = file.read_text(encoding='utf-8').splitlines()
            for line, column, word, instead in find_words(lines):
                found = 1
                sys.stdout.write(
                    f'{file}:{line}:{column + 1}: '
                    f'NX306 "{word}": rather {instead}\n'
                )
    return found


def _documents(path: pathlib.Path) -> list[pathlib.Path]:
    if path.is_file():
        return [path]
    return sorted(
        file
        for pattern in ('*.rst', '*.inc', '*.yaml')
        for file in path.rglob(pattern)
        # The glossary lists the words.
        if 'build' not in file.parts and file.name != 'glossary.rst'
    )


if __name__ == '__main__':
    sys.exit(main())
