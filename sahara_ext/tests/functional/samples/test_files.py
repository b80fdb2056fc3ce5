# SPDX-License-Identifier: Apache-2.0
"""Nothing lies among the samples that no test compares."""

from ext_lib.testing import documents
from sahara_ext.tests import base as tests_base
from sahara_ext.tests.functional import samples
from sahara_ext.tests.functional.samples.base import SAMPLES


class FilesTest(tests_base.TestCase):
    def test_every_sample_is_produced(self) -> None:
        self.assertEqual(SAMPLES.names(), set(documents.produced(samples)))

    def test_no_sample_twice(self) -> None:
        names = documents.produced(samples)
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_nothing_else(self) -> None:
        """All files are samples, in folders of versions that differ."""
        paths = {
            SAMPLES.path_of(name, version)
            for name in SAMPLES.names()
            for version in SAMPLES.versions_of(name)
        }
        self.assertEqual(paths, SAMPLES.files())
