# SPDX-License-Identifier: Apache-2.0
"""A plain HTTP client, and connections that are reset under it.

The client has no more than urllib3 has for everyone: it repeats a request,
with its headers, when the connection breaks or the status says so.
"""

from concurrent import futures
import random
import re
import threading
from typing import Any
import uuid

import requests
from requests import adapters
from urllib3.util import retry

from ext_lib.testing import relay

#: So often a request is sent, at most.
_TRIES = 30
_CLIENTS = 8
_SECONDS = 60
_KEY = re.compile(rb'^idempotency-key: *("[^"]*")', re.IGNORECASE | re.M)
_PLACES = (relay.AFTER_REQUEST, relay.BEFORE_ANSWER)


class Resets:
    """Resets of connections: one or two for each key, then none.

    ``places`` has where they were.
    """

    def __init__(self, seed: int) -> None:
        self.places: list[str] = []
        self._dice = random.Random(seed)
        self._left: dict[bytes, int] = {}
        self._lock = threading.Lock()

    def decide(self, request: bytes) -> str | None:
        """Return where the connection of a request is reset."""
        found = _KEY.search(request)
        if found is None:
            return None
        with self._lock:
            left = self._left.setdefault(
                found[1], self._dice.choice((1, 1, 2))
            )
            if left == 0:
                return None
            self._left[found[1]] = left - 1
            place = self._dice.choice(_PLACES)
            self.places.append(place)
            return place


def client() -> requests.Session:
    """Return a client that repeats requests."""
    retries = retry.Retry(
        total=_TRIES,
        allowed_methods=None,
        status_forcelist=(409, 503),
        backoff_factor=0.01,
        raise_on_status=False,
    )
    made = requests.Session()
    made.mount('http://', adapters.HTTPAdapter(max_retries=retries))
    return made


def create_all(
    url: str, headers: dict[str, str], bodies: list[Any]
) -> list[requests.Response]:
    """Send requests for servers, each with a key; return the answers.

    :param url: of the collection
    """

    def create(body: Any) -> requests.Response:
        key = {'Idempotency-Key': f'"{uuid.uuid4()}"'}
        with client() as session:
            return session.post(
                url, json=body, headers={**headers, **key}, timeout=_SECONDS
            )

    with futures.ThreadPoolExecutor(_CLIENTS) as pool:
        return list(pool.map(create, bodies))
