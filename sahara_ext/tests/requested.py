# SPDX-License-Identifier: Apache-2.0
"""Bodies of requests for clusters."""

from collections.abc import Mapping
from typing import Any

#: A master and three workers.
SIZES = {'master': 1, 'worker': 3}


def values(
    sizes: Mapping[str, int] | None = None, name: str = 'demo', **fake: Any
) -> dict[str, Any]:
    """Return what a request to create a cluster says.

    :param sizes: how many instances each group has
    :param fake: what goes wrong, and how long it takes
    """
    return {
        'name': name,
        'plugin_name': 'fake',
        'plugin_version': '0.1',
        'cluster_configs': {'fake': fake} if fake else {},
        'node_groups': [
            group(group_name, count)
            for group_name, count in (sizes or SIZES).items()
        ],
    }


def group(name: str, count: int) -> dict[str, Any]:
    """Return what a request says of a node group."""
    return {
        'name': name,
        'flavor_id': '1',
        'node_processes': ['datanode'],
        'count': count,
    }
