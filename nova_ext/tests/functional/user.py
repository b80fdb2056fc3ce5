# SPDX-License-Identifier: Apache-2.0
"""User of a running API over HTTP."""

from typing import Any

import requests

from ext_lib.testing import polling

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
_VERSION = '2.80'
_SECONDS = 60


class User:
    """Sends requests to a compute endpoint with one token.

    :param url: of the endpoint
    """

    def __init__(self, url: str, token: str = 'admin:demo') -> None:
        self._url = url
        self._headers = {
            'X-Auth-Token': token,
            'OpenStack-API-Version': f'compute {_VERSION}',
        }

    def ask(
        self, method: str, path: str, body: Any = None
    ) -> requests.Response:
        """Send a request on a connection of its own; return any answer."""
        headers = {**self._headers, 'Connection': 'close'}
        return requests.request(
            method,
            self._url + path,
            json=body,
            headers=headers,
            timeout=_SECONDS,
        )

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that succeeds.

        :returns: the answer
        :raises requests.HTTPError: with the answer, when it does not
        """
        answer = self.ask(method, path, body)
        if not answer.ok:
            raise requests.HTTPError(answer.text, response=answer)
        return answer

    def get(self, path: str) -> Any:
        """Return the body of a GET that succeeds."""
        return self.do('GET', path).json()

    def create(
        self,
        name: str,
        metadata: dict[str, str] | None = None,
        **properties: Any,
    ) -> str:
        """Have a server created; return its id."""
        server = {
            'name': name,
            'imageRef': IMAGE,
            'flavorRef': '1',
            'networks': 'none',
            'metadata': metadata or {},
            **properties,
        }
        answer = self.do('POST', '/servers', {'server': server})
        return str(answer.json()['server']['id'])

    def act(self, server_id: str, action: str, argument: Any = None) -> str:
        """Have an action done; return the id of the request."""
        path = f'/servers/{server_id}/action'
        return request_id(self.do('POST', path, {action: argument}))

    def delete(self, server_id: str) -> str:
        """Have a server deleted; return the id of the request."""
        return request_id(self.do('DELETE', f'/servers/{server_id}'))

    def server(self, server_id: str) -> Any:
        """Return a server as it is shown."""
        return self.get(f'/servers/{server_id}')['server']

    def is_gone(self, server_id: str) -> bool:
        """Return whether there is no such server."""
        return self.ask('GET', f'/servers/{server_id}').status_code == 404

    def actions(self, server_id: str) -> Any:
        """Return what was done to a server, newest first."""
        path = f'/servers/{server_id}/os-instance-actions'
        return self.get(path)['instanceActions']

    def action(self, server_id: str, request: str) -> Any:
        """Return one action with its events."""
        path = f'/servers/{server_id}/os-instance-actions/{request}'
        return self.get(path)['instanceAction']

    def events(self, server_id: str, request: str) -> list[tuple[Any, ...]]:
        """Return event, host and result of each step, oldest first."""
        return [
            (event['event'], event['host'], event['result'])
            for event in self.action(server_id, request)['events'][::-1]
        ]

    def migrations(self, server_id: str) -> list[Any]:
        """Return all migrations of a server, oldest first."""
        path = f'/os-migrations?instance_uuid={server_id}'
        found: list[Any] = self.get(path)['migrations']
        return found[::-1]

    def services(self) -> dict[str, Any]:
        """Return the compute services by the names of their hosts."""
        found = self.get('/os-services?binary=nova-compute')['services']
        return {service['host']: service for service in found}

    def force_down(self, host: str, is_down: bool) -> None:
        """Declare a compute host dead, or not."""
        service = self.services()[host]['id']
        body = {'forced_down': is_down}
        self.do('PUT', f'/os-services/{service}', body)

    def wait_for(self, server_id: str, status: str) -> Any:
        """Return a server once it has a status and nothing is done to it."""
        seen: dict[str, Any] = {}

        def is_there() -> bool:
            seen.update(self.server(server_id))
            at_rest = seen['OS-EXT-STS:task_state'] is None
            return at_rest and seen['status'] == status

        try:
            polling.wait_until(is_there, f'{server_id} to be {status}')
        except AssertionError as error:
            raise AssertionError(f'{error}: {seen}') from error
        return seen

    def wait_for_step(
        self, server_id: str, request: str, event: str, host: str
    ) -> None:
        """Return when a host has begun a step, and not ended it."""
        step = (event, host, None)
        polling.wait_until(
            lambda: step in self.events(server_id, request),
            f'{event} on {host}',
        )

    def wait_for_end(self, server_id: str, request: str) -> list[Any]:
        """Return the steps of an action once each has ended."""
        steps: list[Any] = []

        def is_over() -> bool:
            steps[:] = self.events(server_id, request)
            return bool(steps) and all(result for *_, result in steps)

        polling.wait_until(is_over, f'the end of {request}')
        return steps


def request_id(answer: Any) -> str:
    """Return the id of the request an answer belongs to."""
    return str(answer.headers['x-compute-request-id'])
