# SPDX-License-Identifier: Apache-2.0
"""The history for readers has the versions of the history in code."""

import pathlib
import re

from nova_ext.api.openstack.compute import microversions
from nova_ext.tests import base

_PAGE = pathlib.Path(microversions.__file__).with_name(
    'rest_api_version_history.rst'
)
_SECTION = re.compile(r'^(\d+\.\d+)\n-+\n\n(.+)$', re.MULTILINE)
_ITEM = re.compile(r'^\* (\d+\.\d+) - .+$', re.MULTILINE)


class TestMicroversionHistory(base.TestCase):
    """``rest_api_version_history.rst`` and ``HISTORY``."""

    def setUp(self) -> None:
        super().setUp()
        self.page = _PAGE.read_text()
        self.history = microversions.HISTORY

    def test_every_change_has_a_paragraph(self) -> None:
        changes = [version for version, text in self.history.items() if text]
        told = [match[1] for match in _SECTION.finditer(self.page)]
        self.assertEqual(changes, told)

    def test_every_other_version_is_listed(self) -> None:
        others = [v for v, text in self.history.items() if text is None]
        self.assertEqual(others, _ITEM.findall(self.page))

    def test_history_has_no_gap(self) -> None:
        versions = [f'2.{minor}' for minor in range(1, len(self.history) + 1)]
        self.assertEqual(versions, list(self.history))
        self.assertEqual(versions[-1], str(microversions.MAXIMUM))
