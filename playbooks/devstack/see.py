# SPDX-License-Identifier: Apache-2.0
"""See in a stack that its nova and its clusters keep what they promise.

``OS_CLOUD`` names a user who may create servers. Run it with the Python of
the stack, which has the package.
"""

import os
import sys
from typing import Any
import uuid

import openstack

from ext_lib.testing import polling

_SECONDS = 600
_SERVERS = 2

Answer = Any


class Stack:
    """The stack as one user sees it; what is made here is removed again."""

    def __init__(self) -> None:
        self._user = openstack.connect(cloud=os.environ['OS_CLOUD'])
        compute = self._user.compute
        self._image = next(iter(self._user.image.images())).id
        # A server without a disk is an administrator's to make.
        flavors = (flavor for flavor in compute.flavors() if flavor.disk)
        self._flavor = min(flavors, key=lambda flavor: flavor.ram).id

    def ask(
        self, method: str, service: str, path: str, **kwargs: Any
    ) -> Answer:
        """Send a request to a service of the catalog; return any answer."""
        return self._user.session.request(
            path,
            method,
            endpoint_filter={'service_type': service, 'interface': 'public'},
            raise_exc=False,
            **kwargs,
        )

    def do(self, method: str, service: str, path: str, **kwargs: Any) -> Any:
        """Send a request that succeeds; return the body of its answer."""
        answer = self.ask(method, service, path, **kwargs)
        if not answer.ok:
            sys.exit(f'{method} {answer.url}: {answer.text}')
        return answer.json() if answer.content else None

    def create_server(self, tag: str) -> Answer:
        """Ask nova for a server, under a tag."""
        server = {
            'name': tag,
            'flavorRef': self._flavor,
            'imageRef': self._image,
            'networks': 'none',
        }
        return self.ask(
            'POST',
            'compute',
            '/servers',
            json={'server': server},
            headers={'Task-tag': tag},
            microversion='2.37',
        )

    def create_cluster(self, name: str) -> str:
        """Have a cluster created; return its id."""
        group = {
            'name': 'worker',
            'count': _SERVERS,
            'flavor_id': self._flavor,
            'node_processes': ['datanode'],
        }
        cluster = {
            'name': name,
            'plugin_name': 'fake',
            'hadoop_version': '0.1',
            'default_image_id': self._image,
            'node_groups': [group],
        }
        made = self.do('POST', 'data-processing', '/clusters', json=cluster)
        return str(made['cluster']['id'])

    def finished_cluster(self, cluster_id: str) -> Any:
        """Return a cluster once it is active or has failed."""
        found: dict[str, Any] = {}

        def is_finished() -> bool:
            body = self.do('GET', 'data-processing', f'/clusters/{cluster_id}')
            found.update(body['cluster'])
            return found['status'] in ('Active', 'Error')

        polling.wait_until(is_finished, f'cluster {cluster_id}', _SECONDS)
        return found

    def remove(self, service: str, path: str) -> None:
        """Delete something and wait until it is gone."""
        self.do('DELETE', service, path)
        self.wait_until_gone(service, path)

    def wait_until_gone(self, service: str, path: str) -> None:
        """Return once something is not there any more."""
        polling.wait_until(
            lambda: self.ask('GET', service, path).status_code == 404,
            f'{path} to be gone',
            _SECONDS,
        )

    def tasks(self, server_or_tag: str) -> list[Any]:
        """Return what nova was asked to do with a server, or under a tag."""
        path = f'/servers/{server_or_tag}/tasks'
        return list(self.do('GET', 'compute', path)['tasks'])


def see_services(stack: Stack) -> None:
    """See both services answer users that keystone knows, and no others."""
    for service, path in (
        ('compute-audit', '/servers'),
        ('data-processing', '/clusters'),
    ):
        stack.do('GET', service, path)
        answer = stack.ask('GET', service, path, authenticated=False)
        _expect(answer.status_code, 401, f'{service} without a token')


def see_retry(stack: Stack) -> None:
    """See a server that is asked for twice made once."""
    tag = f'retry-{uuid.uuid4()}'
    first = stack.create_server(tag)
    _expect(first.status_code, 202, 'the first request')
    _expect(stack.create_server(tag).status_code, 409, 'the second request')
    found = stack.do('GET', 'compute', '/servers', params={'name': tag})
    _expect(len(found['servers']), 1, 'servers')
    _expect(len(stack.tasks(tag)), 1, 'tasks')
    stack.remove('compute', f'/servers/{first.json()["server"]["id"]}')


def see_cluster(stack: Stack) -> None:
    """See a cluster made of servers of nova, each launched under a tag."""
    cluster_id = stack.create_cluster(f'see-{uuid.uuid4().hex[:8]}')
    cluster = stack.finished_cluster(cluster_id)
    _expect(cluster['status'], 'Active', cluster['status_description'])
    [group] = cluster['node_groups']
    servers = [instance['instance_id'] for instance in group['instances']]
    _expect(len(set(servers)), _SERVERS, 'servers of the cluster')
    for server in servers:
        _expect_launch_under_tag(stack, cluster_id, server)
    stack.remove('data-processing', f'/clusters/{cluster_id}')
    for server in servers:
        # nova shows one that is deleted for a moment more.
        stack.wait_until_gone('compute', f'/servers/{server}')


def _expect_launch_under_tag(
    stack: Stack, cluster_id: str, server: str
) -> None:
    launches = [t for t in stack.tasks(server) if t['task'] == 'create']
    _expect(len(launches), 1, f'launches of server {server}')
    tag = str(launches[0]['tag'])
    _expect(tag.startswith(f'{cluster_id}-'), True, f'the tag {tag}')


def _expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        sys.exit(f'{what}: {found}, not {wanted}')


def main() -> None:
    """See one thing after the other; end at the first that is not so."""
    stack = Stack()
    for see in (see_services, see_retry, see_cluster):
        see(stack)
        sys.stdout.write(f'{see.__doc__}\n')


if __name__ == '__main__':
    main()
