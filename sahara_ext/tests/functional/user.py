# SPDX-License-Identifier: Apache-2.0
"""A user of a running API over HTTP."""

from typing import Any

import requests

from ext_lib.testing import polling

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
_SECONDS = 60


class User:
    """Sends requests to a data processing endpoint with one token.

    :param url: of the endpoint, version 1.1
    """

    def __init__(self, url: str, token: str = 'alice:demo') -> None:
        self._url = url
        self._headers = {'X-Auth-Token': token}

    def ask(
        self, method: str, path: str, body: Any = None
    ) -> requests.Response:
        """Send a request on a connection of its own; return any answer."""
        return requests.request(
            method,
            self._url + path,
            json=body,
            headers={**self._headers, 'Connection': 'close'},
            timeout=_SECONDS,
        )

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that succeeds; return the body of its answer."""
        answer = self.ask(method, path, body)
        if not answer.ok:
            raise requests.HTTPError(answer.text, response=answer)
        return answer.json() if answer.content else None

    def create(self, name: str, count: int = 2, **fake: Any) -> str:
        """Have a cluster created; return its id.

        :param fake: the faults to inject
        """
        group = {
            'name': 'worker',
            'count': count,
            'flavor_id': '1',
            'node_processes': ['datanode'],
        }
        cluster = {
            'name': name,
            'plugin_name': 'fake',
            'hadoop_version': '0.1',
            'default_image_id': IMAGE,
            'cluster_configs': {'fake': fake} if fake else {},
            'node_groups': [group],
        }
        made = self.do('POST', '/clusters', cluster)['cluster']
        return str(made['id'])

    def cluster(self, cluster_id: str) -> Any:
        """Return a cluster as it is shown."""
        return self.do('GET', f'/clusters/{cluster_id}')['cluster']

    def progress(self, cluster_id: str) -> Any:
        """Return the events of the step that matters."""
        return self.do('GET', f'/clusters/{cluster_id}/progress')['events']

    def wait_for(self, cluster_id: str, *statuses: str) -> Any:
        """Return a cluster once it has one of the statuses."""
        found: dict[str, Any] = {}

        def is_there() -> bool:
            found.update(self.cluster(cluster_id))
            return found['status'] in statuses

        try:
            polling.wait_until(is_there, f'{cluster_id} to be {statuses}')
        except AssertionError as error:
            raise AssertionError(f'{error}: {found}') from error
        return found

    def is_gone(self, cluster_id: str) -> bool:
        """Return whether there is no such cluster."""
        return self.ask('GET', f'/clusters/{cluster_id}').status_code == 404
