# SPDX-License-Identifier: Apache-2.0
"""The files of API samples, and when an answer is the same as one of them.

A sample is named by resource and file, ``os-migrations/migrations-get``. Its
first form is in the folder of the resource, later ones in ``vX.Y`` below it.
"""

from collections.abc import Callable, Mapping
import functools
import importlib
import json
import pathlib
import pkgutil
import re
import types
from typing import Any

from ext_lib.wsgi import microversion

_UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
#: What differs from one run to the next; within a document the same one
#: stays the same.
_IDS = re.compile(f'(req-)?{_UUID}')
_TIMES = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?')


class Documents:
    """The samples of one API.

    :param root: folder of its resources
    :param first: version of the forms in the folders of resources
    :param forms: what else differs, and what is taken for it: texts by
        regular expressions
    :param others: folders below ``root`` that are not of this API
    """

    def __init__(
        self,
        root: pathlib.Path,
        first: str,
        forms: Mapping[str, str] | None = None,
        others: tuple[str, ...] = (),
    ) -> None:
        self._root = root
        self._first = first
        self._forms = {re.compile(p): t for p, t in (forms or {}).items()}
        self._others = others

    def files(self) -> set[pathlib.Path]:
        """Return all files there are."""
        return {
            path
            for path in self._root.glob('**/*')
            if path.is_file() and not self._is_of_others(path)
        }

    def _is_of_others(self, path: pathlib.Path) -> bool:
        return path.relative_to(self._root).parts[0] in self._others

    def names(self) -> set[str]:
        """Return the names of all samples, in whatever version."""
        return {
            f'{path.relative_to(self._root).parts[0]}/{path.stem}'
            for path in self.files()
            if path.suffix == '.json'
        }

    def path_of(self, name: str, version: str) -> pathlib.Path:
        """Return where a sample of a version is or would be."""
        resource, _, file = name.rpartition('/')
        folder = '' if version == self._first else f'v{version}'
        return self._root / resource / folder / f'{file}.json'

    def versions_of(self, name: str) -> list[str]:
        """Return the versions there is a sample of."""
        resource, _, file = name.rpartition('/')
        found = self._root.joinpath(resource).glob(f'**/{file}.json')
        return sorted(map(self._version, found), key=microversion.parse)

    def _version(self, path: pathlib.Path) -> str:
        folder = path.parent.name
        is_version = re.fullmatch(r'v\d+\.\d+', folder)
        return folder.removeprefix('v') if is_version else self._first

    def write(self, name: str, bodies: Mapping[str, Any]) -> None:
        """Make ``bodies`` the samples by version; leave what is good alone."""
        for version in set(self.versions_of(name)) - bodies.keys():
            self.path_of(name, version).unlink()
        for version, body in bodies.items():
            path = self.path_of(name, version)
            if not path.exists() or not self.are_alike(read(path), body):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(body, indent=4) + '\n')

    def are_alike(self, one: Any, other: Any) -> bool:
        """Return whether two bodies are the same but for what differs."""
        return self.by_form(one) == self.by_form(other)

    def by_form(self, body: Any) -> str:
        """Return ``body`` as text without what is different in every run."""
        text = json.dumps(body, indent=4)
        numbers: dict[str, int] = {}

        def numbered(match: re.Match[str]) -> str:
            number = numbers.setdefault(match[0], len(numbers) + 1)
            return f'{match[1] or ""}id {number}'

        text = _IDS.sub(numbered, text)
        text = _TIMES.sub(lambda time: re.sub(r'\d', '0', time[0]), text)
        for pattern, form in self._forms.items():
            text = pattern.sub(form, text)
        return text


def read(path: pathlib.Path) -> Any:
    """Return what is in a file."""
    return json.loads(path.read_text())


def shape(value: Any) -> Any:
    """Return which keys there are and of which types, in their order."""
    if isinstance(value, dict):
        return tuple((key, shape(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return tuple(dict.fromkeys(map(shape, value)))
    return type(value).__name__


def changes(bodies: Mapping[str, Any]) -> dict[str, Any]:
    """Return, of bodies by version, those whose shape is a new one."""
    found, last = {}, None
    for version, body in bodies.items():
        if shape(body) != last:
            found[version], last = body, shape(body)
    return found


def produces(*names: str) -> Callable[[Any], Any]:
    """Say which samples a test compares; it has to compare all of them.

    The test notes in ``self.compared`` which ones it has.
    """

    def decorate(test: Callable[[Any], None]) -> Callable[[Any], None]:
        @functools.wraps(test)
        def wrapper(self: Any) -> None:
            test(self)
            self.assertEqual(set(names), self.compared)

        wrapper.produces = names  # type: ignore[attr-defined]
        return wrapper

    return decorate


def produced(package: types.ModuleType) -> list[str]:
    """Return what all tests of a package say that they compare."""
    found: list[str] = []
    for module in pkgutil.iter_modules(
        package.__path__, f'{package.__name__}.'
    ):
        for case in vars(importlib.import_module(module.name)).values():
            if isinstance(case, type) and case.__module__ == module.name:
                for test in vars(case).values():
                    found += getattr(test, 'produces', ())
    return found
