# SPDX-License-Identifier: Apache-2.0
"""The files of the samples, and when an answer is the same as one of them.

A sample is named by resource and file, ``os-migrations/migrations-get``. Its
first form is in the folder of the resource, later ones in ``vX.Y`` below it.
"""

import json
import pathlib
import re
from typing import Any

from ext_lib.wsgi import microversion

ROOT = pathlib.Path(__file__).parents[4] / 'api-samples'

_FIRST = '2.1'
_UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
#: What differs from one run to the next; within a document the same one
#: stays the same.
_IDS = re.compile(f'(req-)?{_UUID}')
_TIMES = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?')
_OTHERS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r'"[0-9a-f]{56}"', '"a hash"'),
        (r'"adminPass": "[0-9A-Za-z]{12}"', '"adminPass": "a password"'),
        (r'"r-[0-9a-z]{8}"', '"a reservation"'),
    )
)


def path_of(name: str, version: str) -> pathlib.Path:
    """Return where a sample of a version is or would be."""
    resource, _, file = name.rpartition('/')
    folder = '' if version == _FIRST else f'v{version}'
    return ROOT / resource / folder / f'{file}.json'


def versions_of(name: str) -> list[str]:
    """Return the versions there is a sample of."""
    resource, _, file = name.rpartition('/')
    found = ROOT.joinpath(resource).glob(f'**/{file}.json')
    return sorted(map(_version, found), key=microversion.parse)


def names() -> set[str]:
    """Return the names of all samples, in whatever version."""
    files = (path.relative_to(ROOT) for path in ROOT.glob('**/*.json'))
    return {f'{path.parts[0]}/{path.stem}' for path in files}


def write(name: str, bodies: dict[str, Any]) -> None:
    """Make ``bodies`` the samples by version; leave what is good alone."""
    for version in set(versions_of(name)) - bodies.keys():
        path_of(name, version).unlink()
    for version, body in bodies.items():
        path = path_of(name, version)
        if not path.exists() or by_form(read(path)) != by_form(body):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(body, indent=4) + '\n')


def read(path: pathlib.Path) -> Any:
    """Return what is in a file."""
    return json.loads(path.read_text())


def by_form(body: Any) -> str:
    """Return ``body`` as text without what is different in every run."""
    text = json.dumps(body, indent=4)
    numbers: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        number = numbers.setdefault(match[0], len(numbers) + 1)
        return f'{match[1] or ""}id {number}'

    text = _IDS.sub(numbered, text)
    text = _TIMES.sub(lambda time: re.sub(r'\d', '0', time[0]), text)
    for pattern, name in _OTHERS:
        text = pattern.sub(name, text)
    return text


def shape(value: Any) -> Any:
    """Return which keys there are and of which types, in their order."""
    if isinstance(value, dict):
        return tuple((key, shape(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return tuple(dict.fromkeys(map(shape, value)))
    return type(value).__name__


def changes(bodies: dict[str, Any]) -> dict[str, Any]:
    """Return, of bodies by version, those whose shape is a new one."""
    found, last = {}, None
    for version, body in bodies.items():
        if shape(body) != last:
            found[version], last = body, shape(body)
    return found


def _version(path: pathlib.Path) -> str:
    folder = path.parent.name
    is_version = re.fullmatch(r'v\d+\.\d+', folder)
    return folder.removeprefix('v') if is_version else _FIRST
