# SPDX-License-Identifier: Apache-2.0
"""The counts of a cluster of the fake cloud grow one by one."""

from typing import Any

from ext_lib.testing import polling
from sahara_ext.tests.functional import base

_COUNT = 4
#: A step takes long enough to be seen at each of its counts.
_SECONDS = 4.0


class GrowthTest(base.OperationsTestCase):
    """A cluster each step of which takes a while."""

    def setUp(self) -> None:
        super().setUp()
        self.cluster = self.create(
            node_groups=[base.group(count=_COUNT)],
            cluster_configs={'fake': {'seconds': _SECONDS}},
        )['id']
        self.path = f'/v1.1/clusters/{self.cluster}'

    def watch(self) -> dict[str, list[int]]:
        """Return the counts each step had, as long as the cluster changed."""
        seen: dict[str, list[int]] = {}

        def look() -> bool:
            shown = self.get(f'{self.path}/provisioning')['provisioning']
            for step in shown['provisioning_progress']:
                counts = seen.setdefault(step['step_name'], [0])
                if step['completed'] != counts[-1]:
                    counts.append(step['completed'])
            return bool(shown['status'] == 'Active')

        polling.wait_until(look, f'{self.cluster} to be active')
        return seen

    def test_every_step(self) -> None:
        """Those of the cloud and those of the plugin."""
        expected = list(range(1 + _COUNT))
        seen: dict[str, Any] = self.watch()
        self.assertEqual(dict.fromkeys(seen, expected), seen)
        self.assertEqual(5, len(seen))
