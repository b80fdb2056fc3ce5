# SPDX-License-Identifier: Apache-2.0
"""Nothing lies among the samples that no test compares."""

import pathlib

from ext_lib.testing import documents
from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import samples
from nova_ext.tests.functional.samples.documents import SAMPLES


class FilesTest(tests_base.TestCase):
    def test_every_sample_is_produced(self) -> None:
        self.assertEqual(SAMPLES.names(), set(documents.produced(samples)))

    def test_no_sample_twice(self) -> None:
        names = documents.produced(samples)
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_nothing_else(self) -> None:
        """All files are samples, in folders of versions that differ."""
        self.assertEqual(_paths(), SAMPLES.files())

    def test_newline_at_end(self) -> None:
        for path in _paths():
            self.assertEqual('}\n', path.read_text()[-2:], str(path))


def _paths() -> set[pathlib.Path]:
    return {
        SAMPLES.path_of(name, version)
        for name in SAMPLES.names()
        for version in SAMPLES.versions_of(name)
    }
