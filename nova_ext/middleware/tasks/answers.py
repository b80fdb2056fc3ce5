# SPDX-License-Identifier: Apache-2.0
"""Answers as clients get them: the application's, and the filter's own."""

from collections.abc import Iterable
import functools
from typing import Any
import urllib.parse

from oslo_config import cfg
import webob

from ext_lib import policy
from ext_lib.wsgi import application
from ext_lib.wsgi import auth
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from nova_ext import policies
from nova_ext.api.openstack import faults
from nova_ext.api.openstack.compute import server_tasks
from nova_ext.api.openstack.compute import task_pages
from nova_ext.middleware.tasks import requests
from nova_ext.middleware.tasks import reservations
from nova_ext.middleware.tasks import resolver
from nova_ext.middleware.tasks import upstream
from nova_ext.objects.task import Task

TAG = 'Task-tag'
ID = 'Task-id'
REPEAT = 'Task-repeat'
RETRY_AFTER = 'Retry-After'

#: Seconds after which to ask again for an answer that is under way.
_SOON = 1
_REASONS: dict[type[reservations.Taken], tuple[int, str]] = {
    reservations.Repeated: (409, 'That request is already accepted.'),
    reservations.InProgress: (
        409,
        'The request with this Idempotency-Key has no answer yet. Try later.',
    ),
    reservations.OtherRequest: (
        422,
        'This Idempotency-Key was used for another method, URL or body.',
    ),
    reservations.OtherTag: (
        400,
        'This Idempotency-Key was used with another Task-tag, or none.',
    ),
}

#: The forms of names, for clients that have another.
_FORMS = {
    'Task-tag': 'It must be one header of 1 to 255 visible ASCII characters, '
    'none of , / ? # %, and none of the words . .. detail.',
    'Idempotency-Key': 'It must be one header with a string of 1 to 255 '
    'printable ASCII characters in double quotes, " and \\ in it each after '
    'a \\ (RFC 9651).',
}


def send(
    answer: upstream.Answer, task: Task, start_response: Any
) -> Iterable[bytes]:
    """Send the application's answer; it names its task if that is stored."""
    headers = answer.headers
    if answer.is_routed:
        if 'id' in task:
            headers.append((ID, task.uuid))
        if 'tag' in task:
            headers.append((TAG, str(task.tag)))
    if answer.exc_info:
        start_response(answer.status, headers, answer.exc_info)
    else:
        start_response(answer.status, headers)
    return [answer.body]


class Refusals:
    """Answers to requests that the application does not get to see."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        upstream: upstream.Upstream,
        links: links.Links,
    ) -> None:
        self.conf = conf
        self.upstream = upstream
        self.links = links

    def taken(
        self, req: request.Request, taken: reservations.Taken
    ) -> webob.Response:
        """Return the answer to a request that another one stands for."""
        status, message = _REASONS[type(taken)]
        headers = {}
        if isinstance(taken, reservations.Repeated):
            headers = self._named(req, taken.task)
        elif isinstance(taken, reservations.InProgress):
            headers = {ID: taken.task.uuid, RETRY_AFTER: str(_SOON)}
        return self._fault(req, status, message, headers)

    def bad_name(
        self, req: request.Request, intent: requests.Intent
    ) -> webob.Response:
        """Return the answer to a tag or key that cannot be one.

        Or which the request cannot have, as it makes no task.
        """
        header = 'Task-tag' if intent.has_bad_tag else 'Idempotency-Key'
        message = f'{header} is not supported for this request.'
        if intent.effect is requests.Effect.MAKES_TASK:
            message = f'Invalid {header}. {_FORMS[header]}'
        return self._fault(req, 400, message)

    def no_store(
        self, req: request.Request, intent: requests.Intent
    ) -> webob.Response:
        """Return the answer to a request that cannot be protected."""
        header = 'Task-tag' if intent.key is None else 'Idempotency-Key'
        message = (
            'Tasks cannot be stored at present, so this request cannot be '
            f'protected by its {header}. It was not carried out.'
        )
        seconds = max(self.conf.tasks.store_retry_interval, _SOON)
        return self._fault(req, 503, message, {RETRY_AFTER: str(seconds)})

    def _named(self, req: request.Request, task: Task) -> dict[str, str]:
        """Return the headers that name the task of a request's tag."""
        tag = task.tag or ''
        path = f'servers/{urllib.parse.quote(tag, safe="")}/tasks'
        return {
            TAG: tag,
            ID: task.uuid,
            REPEAT: 'true',
            'Link': f'<{self.links.base(req)}/{path}>; rel="tasks"',
        }

    def _fault(
        self,
        req: request.Request,
        status: int,
        message: str,
        headers: dict[str, str] | None = None,
    ) -> webob.Response:
        response = faults.FAULTS.respond(status, message, headers)
        negotiator = self.upstream.negotiator(req.environ)
        negotiator.stamp_requested(req, response)
        return response


class Tasks:
    """Answers to requests for tasks; all others are the application's."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        upstream: upstream.Upstream,
        resolver: resolver.Resolver,
        links: links.Links,
    ) -> None:
        self.conf = conf
        self.upstream = upstream
        rules = policies.list_rules('os_compute_api:os-server-tasks:')
        self.enforcer = policy.Enforcer(conf, rules)
        waiting = task_pages.Waiting(
            conf.tasks.max_wait, conf.tasks.max_waiting
        )
        controller = server_tasks.ServerTasksController(
            links, resolver, waiting
        )
        self.table = server_tasks.table(controller)

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        own = {
            **environ,
            request.CONTEXT: auth.caller(environ, self.enforcer, False),
            upstream.OUTER: environ,
        }
        tasks = self._application_at(self.upstream.negotiator(environ))
        try:
            tasks.router.match(request.Request(own))
        except webob.exc.HTTPNotFound:
            return self.upstream.application(environ, start_response)
        return tasks(own, start_response)

    @functools.lru_cache(maxsize=2)  # noqa: B019 - as long as the process
    def _application_at(self, negotiator: Any) -> application.Application:
        settings = application.Settings(
            max_limit=self.conf.api.max_limit,
            check_answers=self.conf.api.response_validation == 'error',
        )
        return application.Application(
            self.table, negotiator, faults.FAULTS, settings
        )
