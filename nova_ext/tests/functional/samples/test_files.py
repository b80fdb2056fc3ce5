# SPDX-License-Identifier: Apache-2.0
"""Nothing lies among the samples that no test compares."""

import importlib
import pathlib
import pkgutil

from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import samples
from nova_ext.tests.functional.samples import documents


class FilesTest(tests_base.TestCase):
    def test_every_sample_is_produced(self) -> None:
        self.assertEqual(documents.names(), set(_produced()))

    def test_no_sample_twice(self) -> None:
        names = _produced()
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_nothing_else(self) -> None:
        """All files are samples, in folders of versions that differ."""
        files = {p for p in documents.ROOT.glob('**/*') if p.is_file()}
        self.assertEqual(_paths(), files)

    def test_newline_at_end(self) -> None:
        for path in _paths():
            self.assertEqual('}\n', path.read_text()[-2:], str(path))


def _paths() -> set[pathlib.Path]:
    return {
        documents.path_of(name, version)
        for name in documents.names()
        for version in documents.versions_of(name)
    }


def _produced() -> list[str]:
    found: list[str] = []
    for module in pkgutil.iter_modules(
        samples.__path__, f'{samples.__name__}.'
    ):
        for case in vars(importlib.import_module(module.name)).values():
            if isinstance(case, type) and case.__module__ == module.name:
                for test in vars(case).values():
                    found += getattr(test, 'produces', ())
    return found
