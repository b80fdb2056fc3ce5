# SPDX-License-Identifier: Apache-2.0
"""Methods as the pages of an API reference describe them."""

from collections.abc import Iterable, Iterator
import dataclasses
import functools
import pathlib
import re
from typing import NamedTuple

import yaml

from ext_lib.testing import api_contract
from ext_lib.wsgi import microversion

_METHOD = re.compile(
    r'^(?P<title>.+)\n=+\n\n'
    r'\.\. rest_method:: (?P<verb>\w+) (?P<path>\S+)\n'
    r'(?P<options>(?:   .+\n)*)',
    re.MULTILINE,
)
_ACTION = re.compile(r'\((\S+) action\)$')
_OPTION = re.compile(r'(min|max)_version: (\S+)')
_SECTION = re.compile(r'^(Request|Response)\n-+\n', re.MULTILINE)
_ROW = re.compile(r'^   - (\S+): (\S+)$', re.MULTILINE)
_NORMAL = re.compile(r'^Normal response codes: (\d+)', re.MULTILINE)
_ERRORS = re.compile(r'^Error response codes: ((?:.+\n)+)', re.MULTILINE)


class Row(NamedTuple):
    """A line of a table of parameters."""

    name: str
    where: str
    versions: api_contract.Versions
    required: bool


@dataclasses.dataclass
class Method:
    """A method in the reference; ``path`` as it is written."""

    path: str
    versions: api_contract.Versions
    status: int
    errors: dict[str, int]
    request: list[Row]
    response: list[Row]


class Reference:
    """The pages of one API.

    :param source: folder of the pages
    :param root: path of the API, where pages write it
    :param versions: all there are
    """

    def __init__(
        self,
        source: pathlib.Path,
        root: str,
        versions: Iterable[microversion.Version],
    ) -> None:
        self._source = source
        self._root = root
        self._every = frozenset(versions)

    def methods(self) -> dict[api_contract.Key, Method]:
        """Return every method of the pages."""
        found = {}
        for page in sorted(self._source.glob('*.inc')):
            text = page.read_text()
            heads = list(_METHOD.finditer(text))
            ends = [*(head.start() for head in heads[1:]), len(text)]
            for head, end in zip(heads, ends, strict=False):
                rest = text[head.end() : end]
                found[self._key(head)] = self._method(head, rest)
        return found

    def policies(self, pattern: str) -> set[str]:
        """Return the policies that the reference names.

        :param pattern: regular expression of their names
        """
        entries = (self._source / 'parameters.yaml').read_text()
        return set(re.findall(f'``({pattern})``', self._text() + entries))

    def unused(self) -> set[str]:
        """Return the names of parameters that no page shows."""
        used = {reference for _, reference in _ROW.findall(self._text())}
        return self._parameters.keys() - used

    @functools.cached_property
    def _parameters(self) -> dict[str, dict[str, str]]:
        """``parameters.yaml``, with 2.20 as it is written."""
        text = (self._source / 'parameters.yaml').read_text()
        found: dict[str, dict[str, str]] = yaml.load(text, yaml.BaseLoader)
        return found

    def _text(self) -> str:
        pages = self._source.glob('*.inc')
        return '\n'.join(page.read_text() for page in pages)

    def _key(self, head: re.Match[str]) -> api_contract.Key:
        action = _ACTION.search(head['title'])
        path = head['path']
        path = path.removeprefix(self._root) if path != '/' else ''
        return api_contract.key(head['verb'], path, action and action[1])

    def _method(self, head: re.Match[str], text: str) -> Method:
        limits = dict(_OPTION.findall(head['options']))
        prose, *sections = _SECTION.split(text)
        tables = dict(zip(sections[::2], sections[1::2], strict=True))
        normal = _NORMAL.search(prose)
        errors = _ERRORS.search(prose)
        return Method(
            path=head['path'],
            versions=self._between(limits.get('min'), limits.get('max')),
            status=int(normal[1]) if normal else 0,
            errors=dict(_codes(errors[1])) if errors else {},
            request=list(self._rows(tables.get('Request', ''))),
            response=list(self._rows(tables.get('Response', ''))),
        )

    def _between(
        self, since: str | None, until: str | None
    ) -> api_contract.Versions:
        return api_contract.between(self._every, since, until)

    def _rows(self, text: str) -> Iterator[Row]:
        for name, reference in _ROW.findall(text):
            entry = self._parameters[reference]
            yield Row(
                name,
                entry['in'],
                self._between(
                    entry.get('min_version'), entry.get('max_version')
                ),
                entry['required'] == 'true',
            )


def _codes(text: str) -> Iterator[tuple[str, int]]:
    for name, code in re.findall(r'(\w+)\((\d+)\)', text):
        yield name, int(code)
