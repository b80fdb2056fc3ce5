# SPDX-License-Identifier: Apache-2.0
"""An engine, and those who ask it to work."""

from collections.abc import Mapping, Sequence
import itertools
from typing import Any

from oslo_config import cfg
import oslo_messaging as messaging
import testtools

from ext_lib import service
from ext_lib.context import RequestContext
from ext_lib.testing import polling
from sahara_ext import exception
from sahara_ext.engine import api
from sahara_ext.engine.api import EngineAPI
from sahara_ext.engine.manager import EngineManager
from sahara_ext.infra.base import InfraDriver
from sahara_ext.infra.fake import FakeDriver
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.provision_step import ClusterProvisionStep
from sahara_ext.objects.provision_step import ClusterProvisionStepList
from sahara_ext.plugins.registry import PluginRegistry
from sahara_ext.tests import base
from sahara_ext.tests import requested

ADDING = ['Launching instances', 'Assigning IPs', 'Waiting for ssh']


class ClusterTestCase(testtools.TestCase):
    """A test that asks for clusters.

    What comes after it among the bases gives it ``conf``, ``settings`` and
    ``context``.
    """

    conf: cfg.ConfigOpts
    context: RequestContext

    def setUp(self) -> None:
        super().setUp()
        self.api = EngineAPI(self.conf, self.get_transport())

    def get_transport(self) -> messaging.Transport:
        """Return the way to engines."""
        raise NotImplementedError

    def create(
        self, sizes: Mapping[str, int] | None = None, **fake: Any
    ) -> str:
        """Ask for a cluster; return its id."""
        (cluster,) = self.api.create_clusters(
            self.context, requested.values(sizes, **fake)
        )
        return str(cluster.id)

    def load(self, cluster_id: str) -> Cluster:
        """Return a cluster as it is now."""
        return Cluster.get(self.context, cluster_id)

    def wait_for(self, cluster_id: str, *statuses: str) -> Cluster:
        """Return a cluster once it has one of ``statuses``.

        :raises AssertionError: also when it has failed
        """
        statuses = statuses or (ClusterStatus.ACTIVE,)
        found: list[Cluster] = []

        def has_it() -> bool:
            found[:] = [self.load(cluster_id)]
            if found[0].status == ClusterStatus.ERROR not in statuses:
                raise AssertionError(found[0].status_description)
            return found[0].status in statuses

        polling.wait_until(has_it, f'{cluster_id} to be {statuses}')
        return found[0]

    def is_gone(self, cluster_id: str) -> bool:
        """Return whether there is no such cluster any more."""
        try:
            self.load(cluster_id)
        except exception.ClusterNotFound:
            return True
        return False

    def wait_until_gone(self, cluster_id: str) -> None:
        """Return once there is no such cluster any more."""
        polling.wait_until(lambda: self.is_gone(cluster_id), 'its end')

    def watch(self, cluster_id: str, total: int) -> Cluster:
        """Make sure that users see a new cluster come up; return it.

        :param total: how many instances each step has
        """
        lines = [[0]]
        while set(lines[-1]) != {total}:
            found = ClusterProvisionStepList.get_by_cluster(
                self.context, cluster_id
            )
            lines.append([step.completed for step in found])
        for before, after in itertools.pairwise(lines[1:]):
            grows = zip(before, after, strict=True)
            self.assertTrue(all(a <= b for a, b in grows), (before, after))
        for counts in zip(*lines[1:], strict=True):
            # It was watched, not only found to be there.
            self.assertNotEqual(set(), set(counts) - {0, total})
        return self.wait_for(cluster_id)

    def wait_for_step(
        self, cluster_id: str, name: str, reports: int = 0
    ) -> ClusterProvisionStep:
        """Return a step once it has begun and has some reports."""
        found: list[ClusterProvisionStep] = []

        def has_come_that_far() -> bool:
            step = steps(self.load(cluster_id))[name]
            found[:] = [step]
            return (
                not step.is_planned and step.completed + step.failed >= reports
            )

        polling.wait_until(has_come_that_far, f'step {name}')
        return found[0]


class EngineTestCase(ClusterTestCase, base.MessagingTestCase):
    """A test that :meth:`start` gives engines of its own."""

    def setUp(self) -> None:
        super().setUp()
        self.settings.set('engine', search_interval=0.1)
        self.settings.set('engine', heartbeat_interval=0.1)

    def get_transport(self) -> messaging.Transport:
        """Return the way within this process."""
        return self.rpc.transport

    def start(
        self, driver: InfraDriver | None = None, is_alone: bool = True
    ) -> service.Service:
        """Start an engine; it ends with the test."""
        manager = EngineManager(
            self.conf,
            PluginRegistry(self.conf),
            driver or FakeDriver(self.conf),
            is_alone,
        )
        return self.rpc.serve(manager, api.TOPIC)


def steps(
    cluster: Cluster, step_type: str | None = None
) -> dict[str, ClusterProvisionStep]:
    """Return the steps of a cluster by their names."""
    return {
        step.step_name: step
        for step in cluster.provision_steps
        if step_type in (None, step.step_type)
    }


def counts(
    cluster: Cluster, step_type: str | None = None
) -> list[tuple[Any, ...]]:
    """Return what a cluster's steps have come to, in their order."""
    return [
        (s.step_name, s.completed, s.failed, s.total, s.successful)
        for s in steps(cluster, step_type).values()
    ]


def reason(cluster: Cluster) -> str:
    """Return why something went wrong with a cluster."""
    return str(cluster.status_description)


def sizes(cluster: Cluster) -> dict[str, tuple[int, int]]:
    """Return how many instances groups should have, and have."""
    return {
        group.name: (group.count, len(group.instances))
        for group in cluster.node_groups
    }


def states(cluster: Cluster) -> set[str]:
    """Return the states instances are in."""
    return {
        instance.state
        for group in cluster.node_groups
        for instance in group.instances
    }


def names(cluster: Cluster, group_name: str) -> Sequence[str]:
    """Return the names of the instances of a group."""
    return [
        instance.instance_name
        for group in cluster.node_groups
        if group.name == group_name
        for instance in group.instances
    ]
