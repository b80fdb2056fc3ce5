# SPDX-License-Identifier: Apache-2.0
"""One server for one instance, even if processes die in its launch.

The request carries a tag made of what the database holds, so that every
engine that ever launches the instance arrives at the same one. Where the
compute API knows of tags, it carries the request out once, and tells by the
tag what became of it. Where it does not, the server is searched for by the
mark in its metadata; between the request and the moment its server is listed
nothing is found, and that is the gap that tags close.
"""

import abc
import logging

from sahara_ext.infra.servers import RetryLimit
from sahara_ext.infra.servers import Server
from sahara_ext.infra.servers import Servers
from sahara_ext.infra.servers import Unanswered
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance

LOG = logging.getLogger(__name__)

#: Metadata of a server: whose it is, as its tag.
MARK = 'sahara-ext:instance'
_UNDECIDED = ('pending', 'running')


def tag(cluster: Cluster, instance: ClusterInstance) -> str:
    """Return what the launch of an instance is known by."""
    return f'{cluster.id}-{instance.id}'


class Launch(abc.ABC):
    """The launch of one instance.

    :param tag: what it is known by
    """

    def __init__(self, servers: Servers, tag: str, limit: RetryLimit) -> None:
        self.servers = servers
        self.tag = tag
        self.limit = limit

    def run(self, server: Server) -> str:
        """Return the id of the server, having it made if there is none."""
        while True:
            silence: object = ''
            try:
                # Not only by repeating it: what the request says of images
                # or networks may be another now.
                if found := self.find() or self._create(server):
                    return found
            except Unanswered as error:
                LOG.warning('Launching %s: %s', server['name'], error)
                silence = error
            self.limit.pause(silence)

    def _create(self, server: Server) -> str | None:
        return self.servers.create(server, self.tag)

    @abc.abstractmethod
    def find(self) -> str | None:
        """Return the server, None when no launch has made or will make it."""


class TaggedLaunch(Launch):
    """Through a compute API that knows of tags."""

    def find(self) -> str | None:
        """Return the server that the tag leads to.

        A launch whose outcome is unknown yet is waited for.
        """
        while True:
            tasks = self.servers.tasks(self.tag, self.limit)
            launches = [task for task in tasks if task['task'] == 'create']
            for task in launches:
                if task['resource']:
                    return str(task['resource']['server'])
            if all(task['state'] not in _UNDECIDED for task in launches):
                return None
            self.limit.pause('Its launch is not decided yet.')


class SearchedLaunch(Launch):
    """Through one that does not.

    :param name: of the server
    """

    def __init__(
        self, servers: Servers, tag: str, limit: RetryLimit, name: str
    ) -> None:
        super().__init__(servers, tag, limit)
        self._name = name

    def find(self) -> str | None:
        """Return the server whose metadata have the mark of the instance."""
        for server in self.servers.search(self._name, self.limit):
            if server['metadata'].get(MARK) == self.tag:
                return str(server['id'])
        return None


class Launches:
    """Makes launches of the kind that the compute API permits."""

    def __init__(self) -> None:
        self._knows_tasks = False
        self._is_told = False

    def of(
        self,
        cluster: Cluster,
        instance: ClusterInstance,
        servers: Servers,
        limit: RetryLimit,
    ) -> Launch:
        """Return the launch of an instance."""
        own = tag(cluster, instance)
        if self._know_tasks(servers, limit):
            return TaggedLaunch(servers, own, limit)
        name = str(instance.instance_name)
        return SearchedLaunch(servers, own, limit, name)

    def _know_tasks(self, servers: Servers, limit: RetryLimit) -> bool:
        if not self._knows_tasks:
            self._knows_tasks = servers.know_tasks(limit)
        if not self._knows_tasks and not self._is_told:
            self._is_told = True
            LOG.warning(
                'The compute API does not know of tasks. Servers are found '
                'by their metadata, and one that is requested right before '
                'this process is killed may be launched twice.'
            )
        return self._knows_tasks
