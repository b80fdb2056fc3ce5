# SPDX-License-Identifier: Apache-2.0
"""The interface of plugins."""

import abc
from collections.abc import Mapping, Sequence
import dataclasses
from typing import Any

from oslo_config import cfg

from ext_lib.context import RequestContext
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.progress import Progress


@dataclasses.dataclass(frozen=True)
class Config:
    """Something users may set in ``cluster_configs`` or ``node_configs``.

    :param applicable_target: the key it stands under, the name of a service or
        ``general``
    :param scope: ``cluster`` or ``node``
    :param config_type: ``string``, ``int``, ``bool`` or ``enum``
    :param config_values: those an ``enum`` may have
    :param priority: 1 when users should see it, 2 for experts
    """

    name: str
    applicable_target: str = 'general'
    scope: str = 'cluster'
    config_type: str = 'string'
    config_values: Sequence[str] | None = None
    default_value: Any = None
    is_optional: bool = True
    description: str | None = None
    priority: int = 2


class ProvisioningPlugin(abc.ABC):
    """One kind of cluster.

    Plugins are made once a process, and are asked from many threads at a
    time. Those methods that work on a cluster return when the work is done
    and raise when it failed. They report by the steps they open, in the
    order :meth:`get_provisioning_steps` names them. A process may die at any
    point: the method is then called again, in another one, and is to leave
    out what ``step.finished`` and ``step.done(instance)`` say is done, and to
    stand doing the rest twice. What is no :class:`Exception` is not for a
    plugin to catch: it ends the work, for another process to continue.

    :param conf: configuration of the process
    """

    #: What users call the plugin by; the name of its entry point.
    name: str
    title: str
    description: str
    #: Whether it logs in on instances, so that clusters need a key.
    needs_ssh: bool = False

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.conf = conf

    @abc.abstractmethod
    def get_versions(self) -> Sequence[str]:
        """Return the versions of clusters there are, the newest last."""

    @abc.abstractmethod
    def get_node_processes(self, version: str) -> Mapping[str, Sequence[str]]:
        """Return the processes an instance may run, by service."""

    @abc.abstractmethod
    def get_configs(self, version: str) -> Sequence[Config]:
        """Return what users may set."""

    def accepts_config(self, version: str, target: str, name: str) -> bool:
        """Return whether users may set something else than those.

        It is for what has too many names to list them. The values are for
        :meth:`validate` to check.
        """
        return False

    @abc.abstractmethod
    def validate(self, cluster: Cluster) -> None:
        """Refuse a cluster that cannot be; it is not stored yet.

        :raises InvalidConfiguration: with a message for the user
        """

    @abc.abstractmethod
    def validate_scaling(
        self,
        cluster: Cluster,
        existing: Mapping[str, int],
        additional: Sequence[NodeGroup],
    ) -> None:
        """Refuse a cluster that cannot become what is requested.

        :param cluster: as it is
        :param existing: how many instances node groups are to have, by id;
            others stay as they are
        :param additional: node groups to be added
        :raises InvalidConfiguration: with a message for the user
        """

    @abc.abstractmethod
    def get_provisioning_steps(
        self, cluster: Cluster
    ) -> Mapping[str, Sequence[str]]:
        """Return the names of the plugin's own steps, by StepType, in order.

        They are shown to users before the work begins, so there should be
        none that will not be opened. Names differ from one another, and from
        those of the steps common to all plugins.

        :param cluster: as it is to be: instances in state ``planned`` are
            added to it, those in state ``removing`` are taken away
        """

    @abc.abstractmethod
    def configure(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Configure the instances of a new cluster."""

    @abc.abstractmethod
    def start(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Start what runs on the instances of a new cluster."""

    @abc.abstractmethod
    def scale(
        self,
        context: RequestContext,
        cluster: Cluster,
        instances: Sequence[ClusterInstance],
        progress: Progress,
    ) -> None:
        """Have new ``instances`` configured and started."""

    @abc.abstractmethod
    def decommission(
        self,
        context: RequestContext,
        cluster: Cluster,
        instances: Sequence[ClusterInstance],
        progress: Progress,
    ) -> None:
        """Prepare the rest of a cluster for the end of ``instances``."""

    @abc.abstractmethod
    def shutdown(
        self, context: RequestContext, cluster: Cluster, progress: Progress
    ) -> None:
        """Prepare for the end of all instances; they may be there or not."""
