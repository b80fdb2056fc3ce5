# SPDX-License-Identifier: Apache-2.0
"""What the pages of the API reference say of every method."""

from collections.abc import Iterator
import dataclasses
import functools
import pathlib
import re
from typing import NamedTuple

import yaml

from nova_ext.tests.unit import api_contract

SOURCE = pathlib.Path(__file__).parents[3] / 'api-ref' / 'source'

#: Where the table of routes begins.
_ROOT = '/v2.1'
#: The list of APIs is outside of it.
VERSION_LIST = api_contract.Key('GET', '', None)

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
_NORMAL = re.compile(r'^Normal response codes: (\d+)$', re.MULTILINE)
_ERRORS = re.compile(r'^Error response codes: ((?:.+\n)+)', re.MULTILINE)
_POLICY = re.compile(r'``((?:os_compute_api|compute):[^`]+)``')


class Row(NamedTuple):
    """A line of a table of parameters."""

    name: str
    where: str
    span: api_contract.Span
    required: bool


@dataclasses.dataclass
class Method:
    """What the reference says of a method; ``path`` as it is written."""

    path: str
    span: api_contract.Span
    status: int
    errors: dict[str, int]
    request: list[Row]
    response: list[Row]


def methods() -> dict[api_contract.Key, Method]:
    """Return every method of the pages."""
    found = {}
    for page in sorted(SOURCE.glob('*.inc')):
        text = page.read_text()
        heads = list(_METHOD.finditer(text))
        ends = [*(head.start() for head in heads[1:]), len(text)]
        for head, end in zip(heads, ends, strict=False):
            found[_key(head)] = _method(head, text[head.end() : end])
    return found


def policies() -> set[str]:
    """Return the policies that the reference names."""
    entries = (SOURCE / 'parameters.yaml').read_text()
    return set(_POLICY.findall(_text() + entries))


def used() -> set[str]:
    """Return the names of all parameters that the pages show."""
    return {reference for _, reference in _ROW.findall(_text())}


@functools.cache
def parameters() -> dict[str, dict[str, str]]:
    """Return ``parameters.yaml``, with 2.20 as it is written."""
    text = (SOURCE / 'parameters.yaml').read_text()
    found: dict[str, dict[str, str]] = yaml.load(text, yaml.BaseLoader)
    return found


def _text() -> str:
    return '\n'.join(page.read_text() for page in SOURCE.glob('*.inc'))


def _key(head: re.Match[str]) -> api_contract.Key:
    action = _ACTION.search(head['title'])
    path = head['path'].removeprefix(_ROOT) if head['path'] != '/' else ''
    return api_contract.key(head['verb'], path, action and action[1])


def _method(head: re.Match[str], text: str) -> Method:
    limits = dict(_OPTION.findall(head['options']))
    prose, *sections = _SECTION.split(text)
    tables = dict(zip(sections[::2], sections[1::2], strict=True))
    normal = _NORMAL.search(prose)
    errors = _ERRORS.search(prose)
    return Method(
        path=head['path'],
        span=api_contract.span(limits.get('min'), limits.get('max')),
        status=int(normal[1]) if normal else 0,
        errors=dict(_codes(errors[1])) if errors else {},
        request=list(_rows(tables.get('Request', ''))),
        response=list(_rows(tables.get('Response', ''))),
    )


def _codes(text: str) -> Iterator[tuple[str, int]]:
    for name, code in re.findall(r'(\w+)\((\d+)\)', text):
        yield name, int(code)


def _rows(text: str) -> Iterator[Row]:
    for name, reference in _ROW.findall(text):
        entry = parameters()[reference]
        yield Row(
            name,
            entry['in'],
            api_contract.span(
                entry.get('min_version'), entry.get('max_version')
            ),
            entry['required'] == 'true',
        )
