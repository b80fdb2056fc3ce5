# SPDX-License-Identifier: Apache-2.0
"""What the tasks filter costs a real nova-api.

Sends each request with and without the filter, in turns, and prints the
medians and their ratio. The filter must be installed as the tests install it
(``python -m nova_ext.tests.realnova.cloud install``).
"""

import os
import statistics
import sys
import time
import uuid

import requests

from nova_ext.tests.realnova import cloud

ROUNDS = int(os.environ.get('ROUNDS', '200'))
_TARGETS = {'untagged GET': 1.02, 'untagged action': 1.1, 'tagged action': 1.1}


class Client:
    """Times requests to nova-api."""

    def __init__(self, clouds: cloud.Cloud) -> None:
        token, self.url = clouds.session('demo')
        self.http = requests.Session()
        self.http.headers.update(
            {
                'X-Auth-Token': token,
                'OpenStack-API-Version': 'compute 2.37',
                'Accept': 'application/json',
            }
        )
        self.image = clouds.image
        self.flavor = clouds.flavor('m1.tiny')

    def timed(self, method: str, path: str, body=None, **headers) -> float:
        """Return how long a request takes, in milliseconds."""
        began = time.perf_counter()
        answer = self.http.request(
            method, self.url + path, json=body, headers=headers, timeout=60
        )
        took = (time.perf_counter() - began) * 1000
        answer.raise_for_status()
        return took

    def boot(self) -> str:
        """Return the id of a server that is active."""
        body = {
            'name': 'benchmark',
            'imageRef': self.image,
            'flavorRef': self.flavor,
            'networks': 'none',
        }
        answer = self.http.post(f'{self.url}/servers', json={'server': body})
        answer.raise_for_status()
        server = answer.json()['server']['id']
        path = f'{self.url}/servers/{server}'
        while self.http.get(path).json()['server']['status'] != 'ACTIVE':
            time.sleep(0.5)
        return server


def compare(client: Client, name: str, server: str) -> float:
    """Print what a kind of request takes with and without the filter."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(ROUNDS * 2):
        filtered = number % 4 in (0, 3)
        headers = {} if filtered else {'X-Without-Tasks': '1'}
        if name == 'untagged GET':
            took = client.timed('GET', '/servers', **headers)
        else:
            if name == 'tagged action':
                headers['Task-tag'] = uuid.uuid4().hex
            body = {'lock': None} if number % 2 else {'unlock': None}
            path = f'/servers/{server}/action'
            took = client.timed('POST', path, body, **headers)
        times[filtered].append(took)
    with_it, without = (statistics.median(times[f]) for f in (True, False))
    ratio = with_it / without
    sys.stdout.write(
        f'{name:16} {with_it:7.2f} ms with, {without:7.2f} ms without, '
        f'ratio {ratio:.3f} (at most {_TARGETS[name]})\n'
    )
    return ratio


def main() -> int:
    """Compare; return 1 when a target is missed."""
    client = Client(cloud.Cloud())
    server = client.boot()
    try:
        ratios = {name: compare(client, name, server) for name in _TARGETS}
    finally:
        client.timed('DELETE', f'/servers/{server}')
    return int(any(ratios[name] > _TARGETS[name] for name in _TARGETS))


if __name__ == '__main__':
    sys.exit(main())
