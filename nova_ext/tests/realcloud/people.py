# SPDX-License-Identifier: Apache-2.0
"""Simulated users: owners of servers and clusters, operator and auditor."""

import functools
from typing import Any
import uuid

from nova_ext.tests.realcloud import traffic

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
#: What a server is when nothing is done to it.
_AT_REST = ('ACTIVE', 'SHUTOFF', 'PAUSED', 'SUSPENDED', 'VERIFY_RESIZE')
#: Actions by the status of the server, as novaclient calls them.
_ACTIONS = {
    'ACTIVE': ('stop', 'reboot', 'pause', 'suspend', 'lock'),
    'SHUTOFF': ('start', 'lock'),
    'PAUSED': ('unpause',),
    'SUSPENDED': ('resume',),
    'VERIFY_RESIZE': ('confirm_resize', 'revert_resize'),
}
_ACTIONS_OF_A_SERVER = 5
_MOVES = ('migrate', 'live_migrate')
#: What is said beside the server: the host, and how.
_ARGUMENTS = {'live_migrate': (None, 'auto')}
#: What it was said to has gone, or something else is done to it.
_TOO_LATE = (404, 409)
#: Repeated, these get the answer that there is no resize: it ends already.
_ENDS = ('confirm_resize', 'revert_resize')


class ServerOwner(traffic.Worker):
    """Has servers made, works with them, and deletes every other one."""

    def work(self) -> None:
        """Let a server live."""
        server = self.create()
        self.wait_until_at_rest(server)
        for _ in range(_ACTIONS_OF_A_SERVER):
            if self.is_over.is_set():
                return
            self.act(server)
        if self.dice.random() < 0.5:
            self.delete(server)

    def create(self) -> str:
        """Have a server made, once; return its id."""
        tag = f'{self.name}-{uuid.uuid4().hex}'
        body = {
            'name': tag,
            'flavorRef': '1',
            'imageRef': IMAGE,
            'networks': 'none',
        }
        found: list[str] = []

        def is_made() -> bool:
            answer = self.session.compute.post(
                '/servers',
                json={'server': body},
                headers={'Task-tag': tag},
                microversion='2.37',
            )
            if answer.status_code == traffic.UNAVAILABLE:
                return False
            if answer.headers.get('Task-repeat'):
                found[:] = self.made(tag)
            elif answer.status_code == 202:
                found[:] = [answer.json()['server']['id']]
            else:
                raise AssertionError(answer.text)
            return bool(found)

        self.until(is_made, f'the server of {tag}')
        self.ledger.servers[found[0]] = tag
        return found[0]

    def made(self, tag: str) -> list[str]:
        """Return what a request made of which the answer was lost."""
        answer = self.session.compute.get(f'/servers/{tag}/tasks?limit=1')
        if answer.status_code != 200:
            return []
        [task] = answer.json()['tasks']
        server = (task['resource'] or {}).get('server')
        return [server] if server else []

    def show(self, server: str) -> Any:
        """Return a server."""
        return self.insist(lambda: self.session.nova.servers.get(server))

    def wait_until_at_rest(self, server: str) -> str:
        """Return the status of a server to which nothing is done."""
        statuses: list[str] = []

        def is_at_rest() -> bool:
            found = self.session.nova.servers.get(server)
            statuses[:] = [found.status]
            is_idle = getattr(found, 'OS-EXT-STS:task_state') is None
            return is_idle and found.status in _AT_REST

        try:
            self.until(is_at_rest, f'{server} to be at rest')
        except AssertionError as error:
            raise AssertionError(f'{error}: {statuses}') from error
        return statuses[0]

    def act(self, server: str) -> None:
        """Have something done."""
        status = self.wait_until_at_rest(server)
        if self.show(server).locked:
            # An answer was lost. To lock it once more would change nothing.
            _ask(self, server, 'unlock')
            return
        action = self.dice.choice(_ACTIONS[status])
        _ask(self, server, action)
        if action == 'lock':
            _ask(self, server, 'unlock')

    def delete(self, server: str) -> None:
        """Have a server deleted, which can be said twice."""

        def is_gone() -> bool:
            try:
                self.session.nova.servers.delete(server)
            except Exception as error:
                if traffic.status_of(error) != 404:
                    raise
                return True
            return False

        self.until(is_gone, f'{server} to go')
        self.ledger.deleted.add(server)


class ClusterOwner(traffic.Worker):
    """Has clusters made, lets them grow and shrink, and deletes some."""

    def work(self) -> None:
        """Let a cluster live."""
        cluster, size = self.create()
        self.wait_until_active(cluster)
        if self.is_over.is_set():
            return
        size = self.scale(cluster, size)
        if self.dice.random() < 0.5 and not self.is_over.is_set():
            self.delete(cluster)

    def create(self) -> tuple[str, int]:
        """Have a cluster made; return its id and its size."""
        name, size = f'c{uuid.uuid4().hex[:12]}', self.dice.randint(2, 3)
        group = {
            'name': 'worker',
            'count': size,
            'flavor_id': '1',
            'node_processes': ['datanode'],
        }
        found: list[str] = []

        def is_made() -> bool:
            # Names are unique, so that it can be said twice.
            for cluster in self.session.sahara.clusters.list():
                if cluster.name == name:
                    found[:] = [cluster.id]
                    return True
            self.session.sahara.clusters.create(
                name,
                'fake',
                '0.1',
                default_image_id=IMAGE,
                node_groups=[group],
            )
            return False

        self.until(is_made, f'the cluster {name}')
        self.ledger.clusters[found[0]] = size
        return found[0], size

    def wait_until_active(self, cluster: str) -> None:
        """Return when a cluster is up; it never goes back on its way."""
        counts: dict[str, int] = {}
        last: list[Any] = []

        def is_active() -> bool:
            found = self.session.sahara.clusters.get(cluster)
            last[:] = [found.status, found.status_description]
            for step in found.provisioning_progress:
                key = f'{step["step_type"]} {step["step_name"]}'
                before = counts.get(key, 0)
                if step['completed'] < before:
                    raise AssertionError(f'{cluster}: {key} lost count')
                counts[key] = step['completed']
            if found.status == 'Error':
                raise AssertionError(f'{cluster}: {last}')
            return bool(found.status == 'Active')

        try:
            self.until(is_active, f'{cluster} to be up')
        except AssertionError as error:
            raise AssertionError(f'{error}: {last}') from error

    def scale(self, cluster: str, size: int) -> int:
        """Let a cluster have one more, or one less; return its size."""
        wanted = size + self.dice.choice((-1, 1))
        body = {'resize_node_groups': [{'name': 'worker', 'count': wanted}]}

        def is_accepted() -> bool:
            found = self.session.sahara.clusters.get(cluster)
            if found.node_groups[0]['count'] == wanted:
                return True
            self.session.sahara.clusters.scale(cluster, body)
            return True

        self.ledger.clusters[cluster] = wanted
        self.until(is_accepted, f'{cluster} to be scaled')
        self.wait_until_active(cluster)
        return wanted

    def delete(self, cluster: str) -> None:
        """Have a cluster deleted."""
        self.ledger.deleted_clusters.add(cluster)

        def is_gone() -> bool:
            try:
                self.session.sahara.clusters.get(cluster)
                self.session.sahara.clusters.delete(cluster)
            except Exception as error:
                if traffic.status_of(error) != 404:
                    raise
                return True
            return False

        self.until(is_gone, f'{cluster} to go')


class Operator(traffic.Worker):
    """Moves servers of others from host to host."""

    def work(self) -> None:
        """Move a server, if it can be moved."""
        servers = sorted(self.ledger.servers.keys() - self.ledger.deleted)
        if servers:
            action = self.dice.choice(_MOVES)
            _ask(self, self.dice.choice(servers), action)
        for _ in range(5):
            self.pause()


class Auditor(traffic.Worker):
    """Reads what others have done, page by page."""

    def work(self) -> None:
        """Read the newest migrations, and what they were part of."""
        compute = self.session.nova
        found = self.insist(lambda: compute.migrations.list(limit=20))
        for migration in found[:3]:
            read = functools.partial(
                compute.instance_action.list,
                migration.instance_uuid,
                limit=10,
            )
            self.insist(read)
        self.pause()


def _ask(worker: traffic.Worker, server: str, action: str) -> None:
    """Have something done; remember it when it is acknowledged.

    It may be lost, or be too late, for others are at work too.
    """
    method = getattr(worker.session.nova.servers, action)
    arguments = _ARGUMENTS.get(action, ())
    try:
        [request] = method(server, *arguments).request_ids
    except Exception as error:
        status = traffic.status_of(error)
        is_late = status in _TOO_LATE or (action in _ENDS and status == 400)
        if not is_late and not traffic.is_lost(error):
            raise
        worker.ledger.lost += 1
    else:
        worker.ledger.actions.append((server, request, action))
