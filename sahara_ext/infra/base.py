# SPDX-License-Identifier: Apache-2.0
"""The interface of an engine to the cloud that instances run on.

Drivers implement it; the configuration names the one to load.
"""

import abc
import dataclasses
from typing import Final, Protocol

from oslo_config import cfg
from stevedore import driver

from ext_lib.context import RequestContext
from sahara_ext import exception
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup


class InfraStep:
    """Names of steps, as users read them."""

    LAUNCHING: Final = 'Launching instances'
    ASSIGNING_IPS: Final = 'Assigning IPs'
    WAITING_FOR_SSH: Final = 'Waiting for ssh'
    DELETING: Final = 'Deleting instances'

    #: What new instances go through, in this order.
    ADDING = (LAUNCHING, ASSIGNING_IPS, WAITING_FOR_SSH)
    ALL = (*ADDING, DELETING)


class Checkpoint(Protocol):
    """Returns, or raises what ends the work: see :class:`InfraDriver`."""

    def __call__(self, waiting: str = '') -> None:
        """Take note of what is being waited for, if it is said.

        :param waiting: a phrase that continues after "Waiting for", and a
            sentence on why it is not there yet; users read it
        """


@dataclasses.dataclass(frozen=True)
class Addresses:
    """The addresses of an instance.

    :param internal_ip: by the other instances of its cluster
    :param management_ip: by the engine
    """

    internal_ip: str | None
    management_ip: str | None


class InfraDriver(abc.ABC):
    """One cloud.

    Drivers are made once a process. Methods return when the work is done
    and raise when it failed. They run in many threads at a time, but not in
    two for the same instance. A process may die at any point: another one
    calls the method again, so that methods have to be idempotent.
    Those that wait call their ``checkpoint`` at least every second, and tell
    it what they wait for; what that raises is not for a driver to catch.

    :param conf: configuration of the process
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.conf = conf

    @abc.abstractmethod
    def launch(
        self,
        context: RequestContext,
        cluster: Cluster,
        node_group: NodeGroup,
        instance: ClusterInstance,
        checkpoint: Checkpoint,
    ) -> str:
        """Have a server made for ``instance``; return the server's id.

        An instance never gets two, however often this is called for it,
        whichever process calls, and whether earlier calls returned or not.
        """

    @abc.abstractmethod
    def wait_for_address(
        self,
        context: RequestContext,
        cluster: Cluster,
        instance: ClusterInstance,
        checkpoint: Checkpoint,
    ) -> Addresses:
        """Wait until the server has addresses; return them."""

    @abc.abstractmethod
    def wait_for_ssh(
        self,
        context: RequestContext,
        cluster: Cluster,
        instance: ClusterInstance,
        checkpoint: Checkpoint,
    ) -> str | None:
        """Wait until one can log in on the server.

        :returns: the key of the server, which is to be the only one from then
            on; None where clusters have no key to log in with
        """

    @abc.abstractmethod
    def delete(
        self,
        context: RequestContext,
        cluster: Cluster,
        instance: ClusterInstance,
        checkpoint: Checkpoint,
    ) -> None:
        """Delete the server of ``instance``, if there is one.

        There may be one though ``instance.instance_id`` is None, when the
        process died that launched it.
        """

    def public_key(self, cluster: Cluster) -> str:
        """Return the public part of the key to log in on instances with.

        It is always the same for a cluster.

        :raises InfraUnsupported: when one cannot log in
        """
        raise exception.InfraUnsupported(name='login')

    def register_key(
        self, context: RequestContext, cluster: Cluster, checkpoint: Checkpoint
    ) -> None:
        """Have instances that are launched from now on accept that key."""
        raise exception.InfraUnsupported(name='login')

    def release_key(
        self, context: RequestContext, cluster: Cluster, checkpoint: Checkpoint
    ) -> None:
        """Undo :meth:`register_key`, if it was called."""
        raise exception.InfraUnsupported(name='login')


NAMESPACE = 'sahara_ext.infra'


def load_driver(conf: cfg.ConfigOpts) -> InfraDriver:
    """Return the driver that ``[infra] driver`` names.

    :raises NoMatches: of stevedore, when there is none of that name
    """
    manager: driver.DriverManager[InfraDriver] = driver.DriverManager(
        NAMESPACE, conf.infra.driver
    )
    return manager[conf.infra.driver].plugin(conf)
