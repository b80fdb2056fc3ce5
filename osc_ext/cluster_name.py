# SPDX-License-Identifier: Apache-2.0
"""Clusters and their steps as users name them."""

from typing import Any

from osc_ext import exit_status


def find(proxy: Any, name: str) -> Any:
    """Return a cluster with its steps.

    :param proxy: of the data processing API
    :param name: name or id
    :raises openstack.exceptions.NotFoundException: when there is none
    """
    return proxy.find_cluster(name, ignore_missing=False)


def find_step(cluster: Any, name: str) -> Any:
    """Return a step of a cluster: by its id, or the last one of a name.

    :raises Ended: when there is none
    """
    steps = cluster.steps or ()
    for step in reversed(steps):
        if name in (step.id, step.name):
            return step
    names = ', '.join(dict.fromkeys(step.name for step in steps))
    raise exit_status.Ended(
        f'Cluster {cluster.name} has no step {name!r}. Its steps: '
        f'{names or "none"}.',
        exit_status.NOT_FOUND,
    )
