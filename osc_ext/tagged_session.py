# SPDX-License-Identifier: Apache-2.0
"""A session of keystoneauth whose requests that change servers have a tag."""

from collections.abc import Callable, Mapping
import re
import time
from typing import Any, Final
import urllib.parse

from keystoneauth1 import exceptions
import requests

from osc_ext import exit_status
from osc_ext import tags
from osc_ext.exceptions import AnswerLost
from osc_ext.sdk import changes
from osc_ext.sdk import lost_answers
from osc_ext.sdk import task as sdk_task
from osc_ext.sdk.task import Task

_REPEAT: Final = 'Task-repeat'
_ID: Final = 'Task-id'
_READING: Final = frozenset({'GET', 'HEAD', 'OPTIONS'})
_COMPUTE: Final = frozenset({'compute', 'computev21', 'compute_legacy'})
_ANYWHERE: Final = 'servers'
#: Version and project, then the servers.
_SERVERS = re.compile(r'/?(?:v\d[\d.]*/)?(?:[^/?]+/)?(servers)(?=[/?]|\Z)')
_VERSION = re.compile(r'/v\d[\d.]*(?:/[^/]+)?/?\Z')
#: What says where a request goes.
_DESTINATION: Final = (
    'auth', 'authenticated', 'endpoint_filter', 'endpoint_override',
)  # fmt: skip
#: A query that the tasks API refuses, without looking for the tag.
_BAD_QUERY: Final = 'limit=none'
_VERSION_OPTIONS: Final = ('microversion', 'microversion_service_type')
#: How long the first request may take to name its server, in seconds.
_TIMEOUT: Final = 60
_INTERVAL: Final = 1.0


class Stop(BaseException):
    """The end of a command amid its requests.

    Commands that change several servers continue after an ``Exception``.

    :param status: exit status
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class TaggedSession:
    """Sends the tag with every request of a session that changes a server.

    A repeat is answered with what became of the first request, in the form
    of the first answer.

    :param session: of keystoneauth
    :param endpoint: returns the endpoint of the compute API
    :param say: prints a line for the user
    :param is_new: whether to print the tag for the user
    """

    def __init__(
        self,
        session: Any,
        tag: str,
        endpoint: Callable[[], str | None],
        say: Callable[[str], None],
        is_new: bool = False,
    ) -> None:
        self.tag = tag
        #: How many requests had the tag.
        self.sent = 0
        #: The tasks of requests that had been accepted before.
        self.repeated: list[Task] = []
        self._session = session
        self._send = session.request
        self._endpoint = endpoint
        self._say = say
        self._is_new = is_new
        self._has_tasks = False
        session.request = self.request

    def close(self) -> None:
        """Leave the session as it was."""
        del self._session.request

    def request(self, url: str, method: str, **kwargs: Any) -> Any:
        """Send a request, with the tag if it changes a server."""
        found = None
        # The endpoint is known only after a login, which is a request, too.
        may_change = method.upper() not in _READING and _ANYWHERE in url
        if may_change and self._is_compute(url, kwargs):
            found = _SERVERS.match(self._path(url))
        if found is None:
            return self._send(url, method, **kwargs)
        base = url[: len(url) - len(self._path(url)) + found.start(1)]
        return self._change(base, url, method, kwargs)

    def _is_compute(self, url: str, kwargs: Mapping[str, Any]) -> bool:
        address = url
        if not _is_absolute(url):
            service = (kwargs.get('endpoint_filter') or {}).get('service_type')
            if service:
                return service in _COMPUTE
            address = kwargs.get('endpoint_override') or ''
        root = self._root()
        return root is not None and f'{address}/'.startswith(f'{root}/')

    def _root(self) -> str | None:
        endpoint = self._endpoint()
        return _VERSION.sub('', endpoint).rstrip('/') if endpoint else None

    def _path(self, url: str) -> str:
        return url[len(self._root() or '') :] if _is_absolute(url) else url

    def _change(
        self, base: str, url: str, method: str, kwargs: dict[str, Any]
    ) -> Any:
        if self._is_new and not self.sent:
            self._say(f'Task tag: {self.tag}')
        self._check_tasks(base, kwargs)
        raises = kwargs.pop('raise_exc', True)
        headers = {**(kwargs.pop('headers', None) or {})}
        headers[tags.HEADER] = self.tag
        self.sent += 1
        try:
            answer = self._send(
                url, method, headers=headers, raise_exc=False, **kwargs
            )
        except exceptions.ConnectFailure:
            self._say(f'The answer was lost. {self._hint}')
            raise
        if answer.headers.get(_REPEAT):
            return self._first_answer(base, method, url, answer, kwargs)
        if answer.status_code == 400 and tags.HEADER in answer.text:
            raise Stop(_message(answer), exit_status.UNUSABLE)
        if answer.status_code >= 500:
            self._say(f'The request may not have been made. {self._hint}')
        if raises and answer.status_code >= 400:
            raise exceptions.from_response(answer, method, url)
        return answer

    @property
    def _hint(self) -> str:
        return f'Repeat the command with --task-tag {self.tag}'

    def _check_tasks(self, base: str, kwargs: Mapping[str, Any]) -> None:
        """Check that the API has tasks, before the first request.

        Nova without the filter ignores a tag. The query is one that tasks
        refuse with 400; where there are none, the URL is answered with 404.
        """
        if self._has_tasks:
            return
        answer = self._get(f'{self._tasks(base)}?{_BAD_QUERY}', kwargs)
        if answer.status_code == 404:
            message = (
                'The compute API has no tasks, so a request cannot have a '
                'tag. Nothing was sent.'
            )
            raise Stop(message, exit_status.UNUSABLE)
        if answer.status_code != 400:
            message = (
                'The compute API does not say whether it has tasks '
                f'({answer.status_code}). Nothing was sent.'
            )
            raise Stop(message, exit_status.UNUSABLE)
        self._has_tasks = True

    def _tasks(self, base: str) -> str:
        return f'{base}servers/{urllib.parse.quote(self.tag, safe="")}/tasks'

    def _get(self, url: str, kwargs: Mapping[str, Any], **more: Any) -> Any:
        destination = {k: kwargs[k] for k in _DESTINATION if k in kwargs}
        return self._send(url, 'GET', raise_exc=False, **destination, **more)

    def _first_answer(
        self,
        base: str,
        method: str,
        url: str,
        answer: Any,
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Return the answer that the first request would have got.

        :raises Stop: when it cannot be made anew
        """
        task = self._task(base, answer, kwargs)
        self.repeated.append(task)
        change = changes.recognize(
            method, url[len(base) :], kwargs.get('json', kwargs.get('data'))
        )
        is_create = change is not None and change.kind == changes.CREATE
        if change is None or (is_create and not task.server_id):
            raise Stop(describe(task), status_of(task))

        def read(path: str) -> Any:
            version = {k: kwargs[k] for k in _VERSION_OPTIONS if k in kwargs}
            found = self._get(base + path.lstrip('/'), kwargs, **version)
            return found.json() if found.status_code == 200 else None

        try:
            made = lost_answers.remake(change, task, read, answer)
        except AnswerLost:
            raise Stop(describe(task), status_of(task)) from None
        self._say(describe(task))
        return made

    def _task(self, base: str, answer: Any, kwargs: Mapping[str, Any]) -> Task:
        """Return the task of the first request, when it knows its server."""
        url = f'{self._tasks(base)}/{answer.headers[_ID]}'
        deadline = time.monotonic() + _TIMEOUT
        while True:
            found = self._get(url, kwargs)
            if found.status_code != 200:
                message = (
                    'The request was accepted before. Its task cannot be '
                    f'read: {_message(found)}'
                )
                raise Stop(message, exit_status.ERROR)
            task = Task.existing(**found.json()['task'])
            is_known = task.has_ended or task.server_id
            if is_known or time.monotonic() > deadline:
                return task
            time.sleep(_INTERVAL)


def describe(task: Task) -> str:
    """Return a line on a task, for the user."""
    servers = _servers(task)
    about = f' of server {", ".join(servers)}' if servers else ''
    message = f': {task.message}' if task.message else ''
    return (
        f'The request was accepted before, with the tag {task.tag}: '
        f'{task.task}{about}, {task.state}{message}'
    )


def status_of(task: Task) -> int:
    """Return the exit status that a task stands for."""
    return {
        sdk_task.ERROR: exit_status.ERROR,
        sdk_task.PENDING: exit_status.TIMED_OUT,
    }.get(task.state, exit_status.SUCCESS)


def _servers(task: Task) -> list[str]:
    """Return the ids of the servers of a task, as far as known."""
    return list(task.servers or filter(None, [task.server_id]))


def _is_absolute(url: str) -> bool:
    return bool(urllib.parse.urlsplit(url).netloc)


def _message(answer: requests.Response) -> str:
    """Return the message of a fault, its status where it has none."""
    try:
        [fault] = answer.json().values()
        return str(fault['message'])
    except (ValueError, TypeError, KeyError, AttributeError):
        return f'{answer.status_code} {answer.reason}'
