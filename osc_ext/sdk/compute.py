# SPDX-License-Identifier: Apache-2.0
"""The compute API with its tasks and its audit."""

from collections.abc import Callable, Generator, Iterator
import contextlib
from typing import Any
import urllib.parse

from openstack import exceptions
from openstack import proxy
from openstack.compute.v2 import _proxy as compute_proxy

from osc_ext import tags
from osc_ext.exceptions import AuditNotSupported
from osc_ext.exceptions import InvalidTag
from osc_ext.exceptions import TasksNotSupported
from osc_ext.sdk import audit
from osc_ext.sdk import pauses
from osc_ext.sdk.task import Task

#: Seconds for which one request waits for an outcome, at most.
_LONG_POLL = 30
_PROJECT_TASKS = '/os-server-tasks'
#: Headers of every answer of the compute API but its router's.
_VERSIONS = ('OpenStack-API-Version', 'X-OpenStack-Nova-API-Version')


class Proxy(compute_proxy.Proxy):
    """The SDK's proxy of the compute API, and requests for tasks and audit.

    All methods for tasks raise :class:`osc_ext.exceptions.InvalidTag` for a
    text that is neither a server's id nor a tag, before anything is sent, and
    :class:`osc_ext.exceptions.TasksNotSupported` where the API has no tasks.
    Those for the audit raise :class:`osc_ext.exceptions.AuditNotSupported`
    where it has none.
    """

    def server_tasks(
        self, server_or_tag: Any, **query: Any
    ) -> Generator[Task, None, None]:
        """Return the tasks of a server or with a tag, newest first.

        :param server_or_tag: a server, its id, or a tag
        :param query: ``state``, ``changes_since`` (ISO 8601) and
            ``all_projects`` filter; ``limit`` is the size of a page, and
            ``marker`` the id of the task before the first one
        :raises openstack.exceptions.NotFoundException: when the caller's
            project has no task and no server of that name
        """
        return self._tasks(server_or_tag=_key(server_or_tag), **query)

    def project_tasks(self, **query: Any) -> Generator[Task, None, None]:
        """Return the tasks of the project, newest first.

        :param query: ``server`` (its id) and ``tag`` filter, too; the rest as
            :meth:`server_tasks` takes it
        """
        return self._tasks(base_path=_PROJECT_TASKS, **query)

    def _tasks(self, **query: Any) -> Generator[Task, None, None]:
        with _without_tasks():
            yield from self._list(Task, **query)

    def get_server_task(self, task: str | Task, server_or_tag: Any) -> Task:
        """Return a task of a server or with a tag.

        :param task: the task or its id
        :param server_or_tag: a server, its id, or a tag
        :raises openstack.exceptions.NotFoundException: when there is none
        """
        key = _key(server_or_tag)
        with _without_tasks():
            return self._get(Task, task, server_or_tag=key)

    def get_project_task(
        self, task: str | Task, all_projects: bool = False
    ) -> Task:
        """Return a task of the project, of any server and tag.

        :param task: the task or its id
        :param all_projects: whether to look in all projects
        :raises openstack.exceptions.NotFoundException: when there is none
        """
        key = _key(task)
        query = {'all_tenants': True} if all_projects else {}
        response = self.get(f'{_PROJECT_TASKS}/{key}', params=query)
        with _without_tasks():
            exceptions.raise_from_response(response)
        return Task.existing(**response.json()['task'])

    def wait_for_task(
        self,
        server_or_tag: Any,
        timeout: float = 600,
        callback: Callable[[list[Task]], None] | None = None,
    ) -> list[Task]:
        """Return the tasks of a server or with a tag once all have ended.

        Where the API takes ``wait``, it answers when a task has ended;
        otherwise it is asked again and again, in intervals that grow to ten
        seconds, or as ``Retry-After`` says. Once the first answer has come,
        the API may be unreachable meanwhile.

        :param server_or_tag: a server, its id, or a tag
        :param timeout: seconds to wait
        :param callback: called with the tasks after each answer
        :return: the tasks, newest first; whether they succeeded is in their
            ``state``
        :raises openstack.exceptions.NotFoundException: when there is no task
            and no server of that name
        :raises openstack.exceptions.ResourceTimeout: when time has passed
        """
        key = _key(server_or_tag)
        pause = pauses.Pauses(timeout, f'the tasks of {key} to end')
        ask = _LongPoll(self, key, pause)
        for tasks in pause.poll(ask, at_least=lambda: ask.retry_after):
            if callback is not None:
                callback(tasks)
            if all(task.has_ended for task in tasks):
                break
        return tasks

    def audit_actions(
        self, **query: Any
    ) -> Generator[audit.AuditAction, None, None]:
        """Return the actions of all servers that the caller may see.

        :param query: filters, by their ids: ``user``, ``project`` (which owns
            the server), ``server``, ``request_id``; ``server_name``, ``host``
            and ``action`` by exact names; ``result`` is ``success``, ``error``
            or ``unfinished``; ``since`` and ``before`` are ISO 8601; with
            ``events=1`` each has its events; ``limit`` is the size of a page,
            and ``marker`` the id of the action before the first one
        :return: the newest first
        """
        try:
            yield from self._list(audit.AuditAction, **query)
        except exceptions.NotFoundException as error:
            raise _without_audit(error) from error

    def audit_migrations(
        self, server: Any, **query: Any
    ) -> Generator[audit.AuditMigration, None, None]:
        """Return the migrations of a server, which may be deleted.

        :param server: a server or its id
        :param query: ``migration_type`` and ``status`` filter
        :return: the newest first
        :raises openstack.exceptions.NotFoundException: when the caller may see
            no such server
        """
        with self._audit_of():
            yield from self._list(
                audit.AuditMigration, server=_id(server), **query
            )

    def get_audit_timeline(self, server: Any) -> audit.AuditTimeline:
        """Return all that was done to a server, which may be deleted.

        :param server: a server or its id
        :raises openstack.exceptions.NotFoundException: when the caller may see
            no such server
        """
        key = urllib.parse.quote(_id(server), safe='')
        path = f'/audit/servers/{key}/timeline'
        first = self._timeline_page(path)
        entries = self._entries(path, first)
        return audit.AuditTimeline(first['server'], first['tasks'], entries)

    def _entries(self, path: str, page: Any) -> Iterator[audit.AuditEntry]:
        while True:
            yield from map(audit.entry, page['timeline'])
            if 'timeline_links' not in page:
                return
            page = self._timeline_page(path, marker=page['timeline'][-1]['id'])

    def _timeline_page(self, path: str, **query: str) -> Any:
        response = self.get(path, params=query)
        with self._audit_of():
            exceptions.raise_from_response(response)
        return response.json()

    @contextlib.contextmanager
    def _audit_of(self) -> Generator[None, None, None]:
        """Raise AuditNotSupported when a 404 is that of an API without audit.

        It may also be that of a server which the caller may not see.
        """
        try:
            yield
        except exceptions.NotFoundException:
            next(self.audit_actions(limit=1), None)
            raise


def check_tasks(used: proxy.Proxy) -> None:
    """Check that a compute API has tasks, by a request that reads.

    :param used: a proxy of the API, of any class
    :raises osc_ext.exceptions.TasksNotSupported: when it has none
    """
    tasks = Task.list(used, server_or_tag=tags.make(), limit=1)
    try:
        with _without_tasks():
            next(tasks, None)
    except exceptions.NotFoundException:
        # The tag is not known, as was to be expected.
        pass


class _LongPoll:
    """Requests for tasks, answered when one has changed where that can be.

    The first one is answered at once.
    """

    def __init__(self, used: Proxy, key: str, pause: pauses.Pauses) -> None:
        self._proxy = used
        self._key = key
        self._pause = pause
        self._takes_wait = True
        self._is_first = True
        #: Seconds that the last answer asks to wait.
        self.retry_after = 0.0

    def __call__(self) -> list[Task]:
        """Return the tasks."""
        if self._takes_wait and not self._is_first:
            try:
                return self._ask(wait=self._seconds)
            except exceptions.BadRequestException:
                self._takes_wait = False
        self._is_first = False
        return self._ask()

    def _ask(self, **query: Any) -> list[Task]:
        path = f'/servers/{urllib.parse.quote(self._key, safe="")}/tasks'
        response = self._proxy.get(path, params=query)
        with _without_tasks():
            exceptions.raise_from_response(response)
        self.retry_after = pauses.retry_after(response.headers)
        document = response.json()
        own: dict[str, Any] = {'server_or_tag': self._key}
        tasks = [Task.existing(**own, **task) for task in document['tasks']]
        if 'tasks_links' in document:
            more = {**own, 'marker': tasks[-1].id}
            tasks += Task.list(self._proxy, **more)
        return tasks

    @property
    def _seconds(self) -> int:
        """The seconds a request may wait with its answer still in time."""
        limit = self._proxy.session.timeout
        most = [_LONG_POLL, self._pause.left, *([limit / 2] if limit else [])]
        return max(1, int(min(most)))


def _id(server: Any) -> Any:
    return getattr(server, 'id', server)


def _key(server_or_tag: Any) -> str:
    """Return what tasks are read below.

    :raises InvalidTag: when it is neither a server nor a tag
    """
    key = _id(server_or_tag)
    if not isinstance(key, str) or not tags.is_tag(key):
        raise InvalidTag(key)
    return key


@contextlib.contextmanager
def _without_tasks() -> Generator[None, None, None]:
    """Turn the answer of an API without such a URL into an error."""
    try:
        yield
    except exceptions.NotFoundException as error:
        if _is_routed(error.response):
            raise
        raise TasksNotSupported() from error


def _without_audit(error: Any) -> AuditNotSupported:
    """Return the error for a 404 to a request across servers.

    It has the reason of an API that knows the URL.
    """
    known = _is_routed(error.response) and error.details
    return AuditNotSupported(known or '')


def _is_routed(response: Any) -> bool:
    """Return whether an API that answers 404 has the URL at all.

    If not, the answer comes from its router, which knows no microversions.
    """
    return any(name in response.headers for name in _VERSIONS)
