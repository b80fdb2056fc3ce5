# SPDX-License-Identifier: Apache-2.0
"""The data-processing API, as far as the progress of clusters."""

from collections.abc import Callable, Generator
from typing import Any

from openstack import exceptions
from openstack import proxy

from osc_ext.sdk import pauses
from osc_ext.sdk.cluster import Cluster
from osc_ext.sdk.cluster import ClusterProgress
from osc_ext.sdk.cluster import ClusterProvisioning
from osc_ext.sdk.cluster_event import ClusterEvent

#: The versions that the SDK asks for when none is configured.
_NO_LIMITS = ((None, None), (None, 'latest'))


class Proxy(proxy.Proxy):
    """The proxy of the data-processing API, of which the SDK has none.

    Wherever a cluster is an argument, its object or its id will do.
    """

    #: False once the API has turned out to be an older one.
    _shows_provisioning = True

    def choose_version(self) -> None:
        """Choose version 1.1, as released clients do, where none is given.

        ``data_processing_api_version`` of the configuration is another choice.
        """
        limits = (self.min_version, self.max_version)
        is_free = self.version is None and limits in _NO_LIMITS
        if is_free and self.endpoint_override is None:
            self.version, self.max_version = '1.1', None

    def clusters(self, **query: Any) -> Generator[Cluster, None, None]:
        """Return the clusters of the project.

        :param query: ``name``, ``plugin_name`` and ``status`` filter;
            ``sort_by`` is the name of a field, with ``-`` before it for the
            other direction; ``limit`` is the size of a page, and ``marker``
            the id of the cluster before the first one
        """
        return self._list(Cluster, **query)

    def get_cluster(self, cluster: str | Cluster) -> Cluster:
        """Return a cluster.

        :raises openstack.exceptions.NotFoundException: when there is none
        """
        return self._get(Cluster, cluster)

    def find_cluster(
        self, name_or_id: str, ignore_missing: bool = True
    ) -> Cluster | None:
        """Return a cluster by its name or id.

        :param ignore_missing: whether to return None for no such cluster
        :raises openstack.exceptions.NotFoundException: when there is none
        :raises openstack.exceptions.DuplicateResource: when several have the
            name
        """
        return self._find(Cluster, name_or_id, ignore_missing=ignore_missing)

    def get_cluster_progress(self, cluster: Any) -> ClusterProgress:
        """Return how far the work on a cluster is, with all its steps.

        An older service, which shows no provisioning alone, is asked for the
        whole cluster from then on.

        :raises openstack.exceptions.NotFoundException: when there is none
        """
        uuid = _id(cluster)
        if self._shows_provisioning:
            try:
                return self._get(
                    ClusterProvisioning, requires_id=False, cluster_id=uuid
                )
            except exceptions.NotFoundException:
                pass
        whole = self._get(ClusterProgress, uuid)
        self._shows_provisioning = False
        return whole

    def wait_for_cluster(
        self,
        cluster: Any,
        timeout: float = 3600,
        callback: Callable[[ClusterProgress], None] | None = None,
    ) -> ClusterProgress:
        """Return the progress of a cluster once it is Active or in Error.

        The cluster is read in intervals that grow to ten seconds, or as
        ``Retry-After`` says. Once the first answer has come, the API may be
        unreachable meanwhile.

        :param timeout: seconds to wait
        :param callback: called with the progress after each answer
        :raises openstack.exceptions.NotFoundException: when there is no
            cluster, or none any more
        :raises openstack.exceptions.ResourceTimeout: when time has passed
        """
        uuid = _id(cluster)
        pause = pauses.Pauses(timeout, f'the work on cluster {uuid} to end')
        for progress in pause.poll(lambda: self.get_cluster_progress(uuid)):
            if callback is not None:
                callback(progress)
            if progress.has_ended:
                break
        return progress

    def cluster_events(
        self,
        cluster: Any,
        step: Any = None,
        successful: bool | None = None,
        **query: Any,
    ) -> Generator[ClusterEvent, None, None]:
        """Return the events of a step of a cluster, oldest first.

        :param step: a step or its id; unless given the one that runs, else
            the one that failed, else the last
        :param successful: only successes, or only failures
        :param query: ``limit`` is the size of a page, and ``marker`` the id
            of the event before the first one
        :raises openstack.exceptions.NotFoundException: when there is no such
            cluster or step
        """
        if step is not None:
            query['step_id'] = _id(step)
        if successful is not None:
            query['successful'] = 'true' if successful else 'false'
        return self._list(ClusterEvent, cluster_id=_id(cluster), **query)

    def get_cluster_event(
        self, event: str | ClusterEvent, cluster: Any
    ) -> ClusterEvent:
        """Return an event of a cluster.

        The API shows events by steps only, so those of each step that has
        begun are read until the event is found.

        :raises openstack.exceptions.NotFoundException: when there is none
        """
        uuid = _id(event)
        for step in self.get_cluster_progress(cluster).steps or ():
            if step.has_begun:
                for found in self.cluster_events(cluster, step):
                    if found.id == uuid:
                        return found
        raise exceptions.NotFoundException(
            f'Cluster {_id(cluster)} has no event {uuid}'
        )


def _id(value: Any) -> Any:
    return getattr(value, 'id', value)
