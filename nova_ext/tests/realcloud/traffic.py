# SPDX-License-Identifier: Apache-2.0
"""Simulated users of both services, with the released clients.

Each keeps a list of the requests that were acknowledged. A request that is
not answered, or with 503, is retried.
"""

from collections.abc import Callable
import dataclasses
import pathlib
import random
import threading
import time
from typing import Any, TypeVar

from keystoneauth1 import exceptions
from novaclient import client as nova_client
import openstack.config
from openstack.connection import Connection
from saharaclient.api import client as sahara_client

_R = TypeVar('_R')

_VERSION = '2.80'
_PAUSE = 0.3
#: How long users wait for the end of an operation, in seconds.
_TIMEOUT = 120
#: Where clients' errors have the status of the answer.
_STATUS = ('http_status', 'status_code', 'error_code', 'code')
#: Status of answers without a database or a service.
UNAVAILABLE = 503


@dataclasses.dataclass
class Answer:
    """The answer to one request, and its time."""

    time: float
    request: str
    status: int
    text: str


@dataclasses.dataclass
class Ledger:
    """All requests and their results, as seen by clients."""

    answers: list[Answer] = dataclasses.field(default_factory=list)
    #: Tags of servers by their ids.
    servers: dict[str, str] = dataclasses.field(default_factory=dict)
    #: Ids of servers, with the request and its action.
    actions: list[tuple[str, str, str]] = dataclasses.field(
        default_factory=list
    )
    deleted: set[str] = dataclasses.field(default_factory=set)
    #: Sizes of clusters by their ids.
    clusters: dict[str, int] = dataclasses.field(default_factory=dict)
    deleted_clusters: set[str] = dataclasses.field(default_factory=set)
    #: Number of requests without an answer.
    lost: int = 0


class Session:
    """One user's clients; what they are answered goes to a ledger."""

    def __init__(
        self, clouds: pathlib.Path, name: str, ledger: Ledger
    ) -> None:
        config = openstack.config.OpenStackConfig(
            config_files=[str(clouds)], load_envvars=False
        )
        region = config.get_one(cloud=name)
        self._ledger = ledger
        session = region.get_session()
        session.session.hooks['response'].append(self._note)
        self.connection = Connection(config=region)
        self.compute: Any = self.connection.compute
        self.nova: Any = nova_client.Client(
            _VERSION, session=session, region_name=region.region_name
        )
        self.sahara: Any = sahara_client.Client(
            session=session, region_name=region.region_name
        )

    def _note(self, answer: Any, **_more: Any) -> None:
        request = f'{answer.request.method} {answer.request.path_url}'
        text = answer.text if answer.status_code >= 500 else ''
        self._ledger.answers.append(
            Answer(time.time(), request, answer.status_code, text)
        )


class Worker(threading.Thread):
    """A user who repeats the same work until told to stop.

    ``failure`` is the error that ended the work early.

    :param number: of this user among those with the same work
    """

    failure: BaseException | None = None

    def __init__(
        self,
        session: Session,
        ledger: Ledger,
        is_over: threading.Event,
        number: int,
    ) -> None:
        super().__init__(name=f'{type(self).__name__}-{number}', daemon=True)
        self.session = session
        self.ledger = ledger
        self.is_over = is_over
        self.dice = random.Random(number)

    def run(self) -> None:
        """Work until it is over."""
        try:
            while not self.is_over.is_set():
                self.work()
        except BaseException as error:
            self.failure = error

    def work(self) -> None:
        """Do one piece of work."""
        raise NotImplementedError

    def insist(self, call: Callable[[], _R]) -> _R:
        """Retry an idempotent call until it is answered; return that."""
        deadline = time.monotonic() + _TIMEOUT
        while True:
            try:
                return call()
            except Exception as error:
                if not is_lost(error) or time.monotonic() > deadline:
                    raise
                self.ledger.lost += 1
            self.pause()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Return when something is so."""
        deadline = time.monotonic() + _TIMEOUT
        while not self.insist(condition):
            if time.monotonic() > deadline:
                raise AssertionError(f'Waited in vain for {what}')
            self.pause()

    def pause(self) -> None:
        """Give others a chance."""
        threading.Event().wait(_PAUSE)


def is_lost(error: Exception) -> bool:
    """Return whether an error means that the service was unreachable."""
    return isinstance(error, exceptions.ConnectFailure) or (
        status_of(error) == UNAVAILABLE
    )


def status_of(error: Exception) -> int | None:
    """Return the status of the answer that a client made an error of."""
    found = (getattr(error, name, None) for name in _STATUS)
    return next((status for status in found if isinstance(status, int)), None)
