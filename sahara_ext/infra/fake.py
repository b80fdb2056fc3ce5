# SPDX-License-Identifier: Apache-2.0
"""A cloud of nothing but names, that is slow and fails on request.

What it does follows from the instance alone, so that asking twice
gives the same server, whichever process asks.
"""

import ipaddress
import uuid

from ext_lib.context import RequestContext
from sahara_ext.fault_injection import FaultPlan
from sahara_ext.infra import base
from sahara_ext.infra.base import InfraStep
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup

_SERVERS = uuid.UUID('6d1b0c52-5a0b-4f0c-9a43-3f6f6d6e1a5e')
#: Addresses for benchmarks, RFC 2544: they reach no host.
_INTERNAL = ipaddress.ip_network('198.18.0.0/16')
_MANAGEMENT = ipaddress.ip_network('198.19.0.0/16')


class FakeDriver(base.InfraDriver):
    """Makes servers up, for tests and demonstrations."""

    def launch(
        self,
        context: RequestContext,
        cluster: Cluster,
        node_group: NodeGroup,
        instance: ClusterInstance,
        checkpoint: base.Checkpoint,
    ) -> str:
        """Make an id up."""
        _play(cluster, instance, InfraStep.LAUNCHING, checkpoint)
        return str(uuid.uuid5(_SERVERS, instance.id))

    def wait_for_address(
        self,
        context: RequestContext,
        cluster: Cluster,
        instance: ClusterInstance,
        checkpoint: base.Checkpoint,
    ) -> base.Addresses:
        """Make addresses up."""
        _play(cluster, instance, InfraStep.ASSIGNING_IPS, checkpoint)
        number = 1 + uuid.UUID(instance.id).int % (2**16 - 2)
        return base.Addresses(
            internal_ip=str(_INTERNAL[number]),
            management_ip=str(_MANAGEMENT[number]),
        )

    def wait_for_ssh(
        self,
        context: RequestContext,
        cluster: Cluster,
        instance: ClusterInstance,
        checkpoint: base.Checkpoint,
    ) -> None:
        """Find that one could log in; there is nothing to log in on."""
        _play(cluster, instance, InfraStep.WAITING_FOR_SSH, checkpoint)

    def delete(
        self,
        context: RequestContext,
        cluster: Cluster,
        instance: ClusterInstance,
        checkpoint: base.Checkpoint,
    ) -> None:
        """Simulate the end of an instance."""
        _play(cluster, instance, InfraStep.DELETING, checkpoint)


def _play(
    cluster: Cluster,
    instance: ClusterInstance,
    step_name: str,
    checkpoint: base.Checkpoint,
) -> None:
    FaultPlan.of(cluster).inject(cluster, instance, step_name, checkpoint)
