# SPDX-License-Identifier: Apache-2.0
"""Benchmark of the tasks filter in a real nova-api.

README.rst describes the method, and how to run it.
"""

import http.client
import json
import os
import sys
import time
from typing import Any
import urllib.parse
import uuid

from benchmarks import comparison
from ext_lib.testing import polling
from ext_lib.tests.realcloud import cloud
from nova_ext.tests.realcloud import bypass

ROUNDS = int(os.environ.get('ROUNDS', '400'))
WARM_UP = 20

#: The most that a request may take with the filter, in times of what it takes
#: without.
TARGETS = {'untagged GET': 1.02, 'untagged action': 1.1, 'tagged action': 1.1}
#: Ways to send a request. The switch in front of the filter knows one header;
#: the other one makes both requests as long.
WAYS = {
    'with': {'X-Through-Tasks': '1'},
    'without': {'X-Without-Tasks': '1'},
    'without again': {'X-Without-Tasks': '1'},
}


class Client:
    """Sends requests to nova-api, and does little else that takes time."""

    def __init__(self, clouds: cloud.Cloud) -> None:
        token, url = clouds.session('demo')
        place = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(place.netloc, timeout=60)
        self.path = place.path
        self.headers = {
            'X-Auth-Token': token,
            'OpenStack-API-Version': 'compute 2.37',
            'Accept': 'application/json',
            'Content-Type': 'application/json',
        }
        self.image = clouds.image
        self.flavor = clouds.flavor('m1.tiny')

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        """Return the body of an answer that is none to an error."""
        text = None if body is None else json.dumps(body)
        self.connection.request(
            method, self.path + path, text, {**self.headers, **(headers or {})}
        )
        answer = self.connection.getresponse()
        found = answer.read()
        if answer.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f'{method} {path}: {answer.status} {found!r}')
        return found

    def boot(self) -> str:
        """Return the id of a server that is active."""
        body = {
            'name': 'benchmark',
            'imageRef': self.image,
            'flavorRef': self.flavor,
            'networks': 'none',
        }
        answer = self.ask('POST', '/servers', {'server': body})
        path = f'/servers/{json.loads(answer)["server"]["id"]}'
        polling.wait_until(
            lambda: b'"ACTIVE"' in self.ask('GET', path), 'the server'
        )
        return path


class Requests:
    """The kinds of requests that are measured, by the name of their target."""

    def __init__(self, client: Client, server: str) -> None:
        self.client = client
        self.server = server

    def send(self, name: str, headers: dict[str, str]) -> float:
        """Return the seconds that a kind of request takes."""
        if name == 'untagged GET':
            return self._timed('GET', '/servers', None, headers)
        # Both ways find the server as the other has left it.
        return sum(
            self._act({action: None}, name, headers)
            for action in ('lock', 'unlock')
        )

    def _act(self, body: Any, name: str, headers: dict[str, str]) -> float:
        if name == 'tagged action':
            headers = {**headers, 'Task-tag': uuid.uuid4().hex}
        return self._timed('POST', f'{self.server}/action', body, headers)

    def _timed(
        self, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> float:
        began = time.perf_counter()
        self.client.ask(method, path, body, headers)
        return time.perf_counter() - began


def compare(requests: Requests, name: str) -> bool:
    """Measure a kind of request; return whether it meets its target."""

    def way(headers: dict[str, str]) -> comparison.Way:
        return lambda chance: requests.send(
            name, {**headers, bypass.DEPTH: str(int(chance * bypass.FRAMES))}
        )

    ways = {how: way(headers) for how, headers in WAYS.items()}
    times = comparison.alternate(ways, ROUNDS, WARM_UP)
    found, control = (
        comparison.ratio(times[how], times['without'])
        for how in ('with', 'without again')
    )
    is_met = found.value <= TARGETS[name]
    sys.stdout.write(
        f'{name:16} {found}, at most {TARGETS[name]:.2f}: '
        f'{"met" if is_met else "missed"}; '
        f'without twice {control}\n'
    )
    sys.stdout.flush()
    return is_met


def main() -> int:
    """Compare; return 1 when a target is missed."""
    client = Client(cloud.Cloud())
    server = client.boot()
    try:
        met = [compare(Requests(client, server), name) for name in TARGETS]
    finally:
        client.ask('POST', f'{server}/action', {'unlock': None})
        client.ask('DELETE', server)
    return int(not all(met))


if __name__ == '__main__':
    sys.exit(main())
