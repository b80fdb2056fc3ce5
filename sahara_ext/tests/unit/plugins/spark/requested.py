# SPDX-License-Identifier: Apache-2.0
"""Spark clusters as users ask for them."""

from typing import Any

from ext_lib import context
from sahara_ext.engine import builders
from sahara_ext.objects.cluster import Cluster

CALLER = context.RequestContext(user_id='me', project_id='us')


def group(name: str, count: int, *processes: str, **configs: Any) -> Any:
    """Return what a request says of a node group.

    :param configs: of the section Spark, with underscores for spaces
    """
    own = {name.replace('_', ' '): value for name, value in configs.items()}
    return {
        'name': name,
        'flavor_id': '2',
        'node_processes': list(processes),
        'count': count,
        'node_configs': {'Spark': own} if own else {},
    }


def cluster(*groups: Any, defaults: Any = None, **configs: Any) -> Cluster:
    """Return a cluster, of a master and two workers unless groups are given.

    :param defaults: the section spark-defaults
    :param configs: as above, of the whole cluster
    """
    own = {name.replace('_', ' '): value for name, value in configs.items()}
    values = {
        'name': 'demo',
        'plugin_name': 'spark',
        'plugin_version': '3.5',
        'cluster_configs': {'Spark': own, 'spark-defaults': defaults or {}},
        'node_groups': list(groups)
        or [group('master', 1, 'master'), group('worker', 2, 'worker')],
    }
    return builders.cluster(CALLER, values, 'demo')
