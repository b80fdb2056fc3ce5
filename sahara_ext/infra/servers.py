# SPDX-License-Identifier: Apache-2.0
"""Servers of a compute API: requests, their retries, and their answers."""

from collections.abc import Callable
import logging
import time
from typing import Any

from keystoneauth1 import exceptions as auth_exceptions
from openstack.proxy import Proxy
import requests

from sahara_ext import exception
from sahara_ext.infra.base import Checkpoint

LOG = logging.getLogger(__name__)

Server = dict[str, Any]
Task = dict[str, Any]

#: The first that knows ``networks: auto``.
_VERSION = '2.37'
_REQUEST_ID = 'X-Openstack-Request-Id'
_TAG = 'Task-tag'
_REPEAT = 'Task-repeat'
#: No state of a task: an API with tasks refuses it.
_NO_STATE = 'unheard-of'
#: Answers that say nothing of the request.
_TRANSIENT = (429, 500, 502, 503, 504)
_FAILURES = (
    auth_exceptions.ConnectionError,
    auth_exceptions.DiscoveryFailure,
    auth_exceptions.HttpServerError,
)

#: The first pause between two requests, in seconds.
_SHORTEST = 0.05
#: How long to wait without asking whether to continue, in seconds.
_NAP = 0.5


class RetryLimit:
    """The time something may take; pauses that grow.

    :param what: is waited for, to be said when it takes too long
    :param longest: pause, in seconds
    :param checkpoint: takes what is waited for; raises when there is no
        need to wait any more
    """

    def __init__(
        self,
        what: str,
        seconds: float,
        longest: float,
        checkpoint: Checkpoint,
    ) -> None:
        self._what = what
        self._seconds = seconds
        self._longest = longest
        self._checkpoint = checkpoint
        self._pause = min(_SHORTEST, longest)
        self._end = time.monotonic() + seconds

    def pause(self, reason: object = '') -> None:
        """Wait a little.

        :param reason: for which it was not there yet: a sentence, or an error
        :raises InfraTimeout: when the time is over
        """
        if time.monotonic() > self._end:
            raise exception.InfraTimeout(
                what=self._what,
                seconds=self._seconds,
                reason=f' {reason}' if reason else '',
            )
        self._checkpoint(f'{self._what}. {reason}'.rstrip())
        self._sleep(self._pause)
        self._pause = min(self._pause * 1.5, self._longest)

    def check(self) -> None:
        """Return unless the wait is to end."""
        self._checkpoint()

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self._checkpoint()
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _NAP))
            self._checkpoint()


class Unanswered(Exception):
    """There was no answer, or one that does not say what became of it."""


class Servers:
    """The servers of one project.

    A request without an answer is sent again until its time limit, but for
    :meth:`create`.

    :param compute: returns the compute API of the project
    :param request_id: that the compute API logs as the global one, if any
    """

    def __init__(
        self, compute: Callable[[], Proxy], request_id: str | None = None
    ) -> None:
        self._compute = compute
        self._headers = {_REQUEST_ID: request_id} if request_id else {}

    def know_tasks(self, limit: RetryLimit) -> bool:
        """Return whether the compute API knows of tasks, and so of tags."""
        path = f'/servers/{_NO_STATE}/tasks'
        answer = self.ask(limit, 'GET', path, params={'state': _NO_STATE})
        return answer.status_code == requests.codes.bad_request

    def create(self, server: Server, tag: str) -> str | None:
        """Ask once for a server; return its id.

        :returns: None when the request was accepted before
        :raises ServerRefused: with the reason the compute API gives
        :raises Unanswered: when it may have been accepted or not
        """
        answer = self._try(
            'POST', '/servers', {_TAG: tag}, json={'server': server}
        )
        if answer.headers.get(_REPEAT):
            return None
        if not answer.ok:
            raise exception.ServerRefused(
                name=server['name'], reason=_reason(answer)
            )
        return str(answer.json()['server']['id'])

    def tasks(self, tag: str, limit: RetryLimit) -> list[Task]:
        """Return the tasks of a tag, newest first."""
        answer = self.ask(limit, 'GET', f'/servers/{tag}/tasks')
        return list(answer.json()['tasks']) if is_there(answer) else []

    def search(self, name: str, limit: RetryLimit) -> list[Server]:
        """Return servers, among them all of this name."""
        found: list[Server] = []
        params: dict[str, Any] = {'name': name}
        while True:
            answer = self.ask(limit, 'GET', '/servers/detail', params=params)
            check(answer)
            page = answer.json()
            found += page['servers']
            if not page.get('servers_links') or not page['servers']:
                return found
            params['marker'] = page['servers'][-1]['id']

    def show(self, server_id: str, limit: RetryLimit) -> Server | None:
        """Return a server, None when it is gone."""
        answer = self.ask(limit, 'GET', f'/servers/{server_id}')
        return dict(answer.json()['server']) if is_there(answer) else None

    def delete(self, server_id: str, limit: RetryLimit) -> bool:
        """Have a server deleted; return whether that was accepted."""
        answer = self.ask(limit, 'DELETE', f'/servers/{server_id}')
        if answer.status_code == requests.codes.conflict:
            return False
        is_there(answer)
        return True

    def ask(
        self, limit: RetryLimit, method: str, path: str, **kwargs: Any
    ) -> requests.Response:
        """Send a request until there is a definite answer.

        :raises InfraTimeout: when there is none in time
        """
        while True:
            try:
                return self._try(method, path, {}, **kwargs)
            except Unanswered as silence:
                LOG.warning('%s %s: %s', method, path, silence)
                limit.pause(silence)

    def _try(
        self, method: str, path: str, headers: dict[str, str], **kwargs: Any
    ) -> requests.Response:
        try:
            answer: requests.Response = self._compute().request(
                path,
                method,
                microversion=_VERSION,
                headers={**self._headers, **headers},
                **kwargs,
            )
        except _FAILURES as error:
            raise Unanswered(str(error)) from error
        if answer.status_code in _TRANSIENT:
            raise Unanswered(_reason(answer))
        return answer


def is_there(answer: requests.Response) -> bool:
    """Return whether the resource of a request exists.

    :raises InfraRefused: when it was not carried out for another reason
    """
    if answer.status_code == requests.codes.not_found:
        return False
    check(answer)
    return True


def check(answer: requests.Response) -> None:
    """Return when a request was carried out.

    :raises InfraRefused: with the reason the compute API gives
    """
    if not answer.ok:
        raise exception.InfraRefused(reason=_reason(answer))


def _reason(answer: requests.Response) -> str:
    """Return the message of an answer, which is the only value in it."""
    try:
        [fault] = answer.json().values()
        return f'{fault["message"]} ({answer.status_code})'
    except (ValueError, TypeError, KeyError, AttributeError):
        return f'{answer.reason} ({answer.status_code})'
