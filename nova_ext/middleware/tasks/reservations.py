# SPDX-License-Identifier: Apache-2.0
"""Reservations: at most one task for all repeats of a request."""

import datetime
import hashlib
import json
from typing import Any
import urllib.parse

from oslo_config import cfg

from ext_lib.context import RequestContext
from ext_lib.wsgi import request
from nova_ext import exception
from nova_ext.middleware.tasks import requests
from nova_ext.middleware.tasks import resolver
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskList

#: How often to try again when the holder of a reservation gave it up.
_ATTEMPTS = 10


class Repeated(Exception):
    """The request was accepted before, as ``task``."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.uuid)
        self.task = task


class Reservations:
    """The reservations of tagged requests."""

    def __init__(
        self, conf: cfg.ConfigOpts, resolver: resolver.Resolver
    ) -> None:
        self.conf = conf
        self.resolver = resolver

    def reserve(
        self, req: request.Request, intent: requests.Intent, task: Task
    ) -> None:
        """Store the task, pending, and the reservation of its tag.

        :raises Repeated: when another task has the reservation
        """
        tag = str(intent.tag)
        print_ = fingerprint(
            req.method, intent.path, req.query_string, bytes(req.body)
        )
        task.tag = tag
        task.reservation = reservation(
            _namespace(task.obj_context), tag, print_
        )
        for _ in range(_ATTEMPTS):
            try:
                task.create()
                return
            except exception.TaskReservationExists:
                self._check_holder(req, task)
        raise exception.TaskReservationExists()

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
        lifetime = datetime.timedelta(seconds=self.conf.tasks.tag_lifetime)
        now = TaskList.get_clock(task.obj_context)
        return bool(task.ended_at + lifetime < now)


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
    parts = json.dumps([project_id, tag, fingerprint])
    return hashlib.sha256(parts.encode()).hexdigest()


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
