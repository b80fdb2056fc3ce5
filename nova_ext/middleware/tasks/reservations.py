# SPDX-License-Identifier: Apache-2.0
"""Reservations: at most one task for all repeats of a request.

A tag reserves one request of those that it groups, an idempotency key the
only one it is used for. Of a request with both each has its own reservation;
that of the key is looked at first.
"""

import datetime
import hashlib
import json
from typing import Any
import urllib.parse

from oslo_config import cfg

from ext_lib.context import RequestContext
from ext_lib.wsgi import request
from nova_ext import exception
from nova_ext.conf import tasks as tasks_conf
from nova_ext.middleware.tasks import requests
from nova_ext.middleware.tasks import resolver
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskList
from nova_ext.objects.task_key import TaskKey

#: How often to try again when the holder of a reservation gave it up.
_ATTEMPTS = 10


class Taken(Exception):
    """Another task has the reservation: ``task``."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.uuid)
        self.task = task


class Repeated(Taken):
    """The request was accepted before, with its tag."""


class InProgress(Taken):
    """The request with that key has no answer yet."""


class OtherRequest(Taken):
    """The key is that of another request."""


class OtherTag(Taken):
    """The key is that of this request, which had another tag, or none."""


class Answered(Taken):
    """The request with that key has been answered.

    :param key: the key, with what is stored of the answer
    """

    def __init__(self, key: TaskKey) -> None:
        super().__init__(key.task)
        self.key = key


class Reservations:
    """The reservations of requests with a tag, a key or both."""

    def __init__(
        self, conf: cfg.ConfigOpts, resolver: resolver.Resolver
    ) -> None:
        self.conf = conf
        self.resolver = resolver

    def reserve(
        self, req: request.Request, intent: requests.Intent, task: Task
    ) -> None:
        """Store the task, pending, with all that it reserves.

        :raises Taken: when another task has one of its reservations
        """
        context = task.obj_context
        print_ = fingerprint(
            req.method, intent.path, req.query_string, bytes(req.body)
        )
        key = None
        if intent.key is not None:
            key = _key(context, intent.key, print_)
            # So that it is released as that of a tag is.
            task.reservation = key['key']
        if intent.tag is not None:
            task.tag = intent.tag
            task.reservation = reservation(
                _namespace(context), intent.tag, print_
            )
        for _ in range(_ATTEMPTS):
            try:
                task.create(key)
                return
            except exception.TaskReservationExists:
                if key is not None and self._check_key(req, key, task):
                    continue
                if intent.tag is not None:
                    self._check_holder(req, task)
        raise exception.TaskReservationExists()

    def _check_key(
        self, req: request.Request, wanted: dict[str, str], task: Task
    ) -> bool:
        """Check whether the key is still needed; return whether it was there.

        :raises Taken: when it is still needed
        """
        context = task.obj_context
        key = TaskKey.get_by_key(context, wanted['key'])
        if key is None:
            return False
        if not (key.is_answered or key.task.has_ended):
            self.resolver.resolve(req.environ, [key.task])
            key = TaskKey.get_by_key(context, wanted['key'])
        if key is not None:
            if key.is_held and not self._is_old(key):
                raise _taken(key, wanted, task)
            if key.task.reservation == key.key:
                key.task.release()
            key.destroy()
        return True

    def _is_old(self, key: TaskKey) -> bool:
        """Return whether a key no longer protects its request.

        One that may yet turn out to have had an effect does.
        """
        if not (key.is_answered or key.task.has_ended):
            return False
        seconds = tasks_conf.key_lifetime(self.conf)
        return self._is_over(key.task, key.task.created_at, seconds)

    def _check_holder(self, req: request.Request, task: Task) -> None:
        """Check whether the task that has the reservation still needs it.

        :raises Repeated: when it does
        """
        holder = _holder(task)
        if holder is not None and not holder.has_ended:
            self.resolver.resolve(req.environ, [holder])
            holder = _holder(task)
        if holder is None:
            return
        if not self._has_expired(holder):
            raise Repeated(holder)
        holder.release()

    def _has_expired(self, task: Task) -> bool:
        """Return whether a task no longer protects its request."""
        if task.ended_at is None:
            return False
        seconds = self.conf.tasks.tag_lifetime
        return self._is_over(task, task.ended_at, seconds)

    @staticmethod
    def _is_over(task: Task, since: datetime.datetime, seconds: int) -> bool:
        lifetime = datetime.timedelta(seconds=seconds)
        now = TaskList.get_clock(task.obj_context)
        return bool(since + lifetime < now)


def _taken(key: TaskKey, wanted: dict[str, str], task: Task) -> Taken:
    """Return the reason why a key that is held cannot be reserved."""
    holder = key.task
    if key.fingerprint != wanted['fingerprint']:
        return OtherRequest(holder)
    if 'tag' in task and task.tag != holder.tag:
        return OtherTag(holder)
    if key.is_answered or holder.has_begun:
        return Answered(key)
    return InProgress(holder)


def fingerprint(method: str, path: str, query: str, body: bytes) -> str:
    """Return a digest that is equal for requests that ask for the same.

    :param path: without the project segment
    :param query: parameters in any order
    :param body: spaces and the order of keys do not matter if it is JSON
    """
    parameters = urllib.parse.parse_qsl(query, keep_blank_values=True)
    about = json.dumps([method, path, sorted(parameters)])
    return hashlib.sha256(about.encode() + b'\n' + canonical(body)).hexdigest()


def reservation(project_id: str, tag: str, fingerprint: str) -> str:
    """Return what only one task may hold."""
    return _digest([project_id, tag, fingerprint])


def _digest(parts: list[str | None]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _key(context: RequestContext, key: str, print_: str) -> dict[str, str]:
    """Return what is stored of a key.

    A reader of the table learns neither the key nor, without it, by trying
    one after the other, what the request said.
    """
    owner = ['key', context.project_id, context.user_id, key]
    return {
        'key': _digest(owner),
        'fingerprint': _digest([*owner, print_]),
    }


def canonical(body: bytes) -> bytes:
    """Return the one form of all JSON documents that say the same.

    What is not JSON comes back as it is, marked so that it never equals a
    document.
    """
    try:
        document = json.loads(
            body, parse_float=_number, parse_constant=_refuse
        )
        text = json.dumps(document, sort_keys=True, separators=(',', ':'))
    except (ValueError, RecursionError):
        return b'raw:' + body
    return b'json:' + text.encode()


def _number(text: str) -> float | int:
    # 1.0 is the number 1, however a client's library writes it.
    number = float(text)
    return int(number) if number.is_integer() else number


def _refuse(constant: str) -> Any:
    raise ValueError(f'{constant} is not JSON')


def _namespace(context: RequestContext) -> str:
    """Return whose tags they are: the project's, or the user's without one.

    No id has a slash.
    """
    return context.project_id or f'/{context.user_id}'


def _holder(task: Task) -> Task | None:
    found: Task | None = Task.get_by_reservation(
        task.obj_context, str(task.reservation)
    )
    return found
