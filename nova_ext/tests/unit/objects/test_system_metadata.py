# SPDX-License-Identifier: Apache-2.0
"""Keys and addresses of servers fit into system metadata."""

import ddt

from nova_ext.objects import system_metadata as metadata
from nova_ext.tests import base


@ddt.ddt
class TestSystemMetadata(base.TestCase):
    @ddt.data(0, 1, 255, 256, 3000)
    def test_keys_of_any_length(self, length: int) -> None:
        key = ''.join(chr(97 + n % 26) for n in range(length))
        stored = metadata.with_key_data({'other': 'x'}, key)
        self.assertEqual(key, metadata.key_data(stored))
        self.assertLessEqual(max(len(v or '') for v in stored.values()), 255)
        self.assertEqual({'other': 'x'}, metadata.with_key_data(stored, None))

    def test_a_shorter_key(self) -> None:
        stored = metadata.with_key_data({}, 'x' * 1000)
        self.assertEqual(
            'y', metadata.key_data(metadata.with_key_data(stored, 'y'))
        )

    def test_addresses(self) -> None:
        address = ('n' * 64, '255.255.255.255', 'fa:16:3e:00:00:02')
        stored = metadata.with_network_info({'other': 'x'}, [address])
        self.assertEqual([address], metadata.network_info(stored))
        self.assertEqual('x', stored['other'])
        self.assertLessEqual(max(len(v or '') for v in stored.values()), 255)
        self.assertEqual([], metadata.network_info({}))
