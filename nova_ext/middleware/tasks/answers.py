# SPDX-License-Identifier: Apache-2.0
"""Answers of the application, and of the filter in its place."""

from collections.abc import Iterable
import dataclasses
from typing import Any
import urllib.parse

from oslo_serialization import jsonutils
import webob

from ext_lib import masking
from ext_lib.db import text
from ext_lib.wsgi import links
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from nova_ext.api.openstack import faults
from nova_ext.middleware.tasks import upstream
from nova_ext.objects.task import Task

TAG = 'Task-tag'
ID = 'Task-id'
REPEAT = 'Task-repeat'
_VERSION = 'openstack-api-version'
#: Characters of a reason that are kept; a column holds as many bytes, times 4.
_LONGEST = 16000


@dataclasses.dataclass
class Answer:
    """What the application answered, before it goes out."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    exc_info: Any = None

    @property
    def code(self) -> int:
        """The status as a number."""
        return int(self.status.split()[0])

    @property
    def document(self) -> dict[str, Any]:
        """The body as an object of JSON, empty when it is none."""
        try:
            found = jsonutils.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def reason(self) -> str:
        """The text of a fault, or the status line when it has none."""
        for fault in self.document.values():
            if isinstance(fault, dict) and fault.get('message'):
                return str(fault['message'])
        return self.status

    def storable_reason(self, asked: Any) -> str:
        """Return the reason as a task keeps it, for others to read.

        :param asked: the body of the request, which it may quote
        """
        reason = masking.mask_quoted(self.reason, asked)
        return text.storable(reason)[:_LONGEST]

    def is_routed(self, environ: dict[str, Any]) -> bool:
        """Return whether the application knows the URL.

        Where it does not it names no version, nor what it called.
        """
        if (
            self.code != 404
            or environ.get('wsgiorg.routing_args', ((), {}))[1]
        ):
            return True
        return any(name.lower() == _VERSION for name, _ in self.headers)


def ask(application: Any, environ: dict[str, Any]) -> Answer:
    """Return the application's answer, all of it."""
    answer = Answer('', [], b'')
    written: list[bytes] = []

    def start(status: str, headers: Any, exc_info: Any = None) -> Any:
        answer.status, answer.headers = status, list(headers)
        answer.exc_info = exc_info
        return written.append

    chunks = application(environ, start)
    try:
        body = b''.join(chunks)
    finally:
        if hasattr(chunks, 'close'):
            chunks.close()
    answer.body = b''.join(written) + body
    return answer


def send(answer: Answer, start_response: Any) -> Iterable[bytes]:
    """Send an answer on its way to the client."""
    if answer.exc_info:
        start_response(answer.status, answer.headers, answer.exc_info)
    else:
        start_response(answer.status, answer.headers)
    return [answer.body]


def name(answer: Answer, task: Task) -> None:
    """Let an answer tell of its task, as far as that is stored."""
    if 'id' in task:
        answer.headers.append((ID, task.uuid))
    if 'tag' in task:
        answer.headers.append((TAG, str(task.tag)))


class Faults:
    """The filter's own answers, which look like the application's."""

    def __init__(self, house: upstream.House, links: links.Links) -> None:
        self.house = house
        self.links = links

    def repeated(self, req: request.Request, task: Task) -> webob.Response:
        """Return the answer to a request that was accepted before."""
        tag = task.tag or ''
        path = f'servers/{urllib.parse.quote(tag, safe="")}/tasks'
        headers = {
            TAG: tag,
            ID: task.uuid,
            REPEAT: 'true',
            'Link': f'<{self.links.base(req)}/{path}>; rel="tasks"',
        }
        message = 'That request is already accepted.'
        return self._fault(req, 409, message, headers)

    def bad_tag(self, req: request.Request) -> webob.Response:
        """Return the answer to a request whose tag cannot be one."""
        message = (
            'Invalid Task-tag. It must be one header of 1 to 255 visible '
            'ASCII characters, none of , / ? # %, and none of the words '
            '. .. detail.'
        )
        return self._fault(req, 400, message)

    def no_task(self, req: request.Request) -> webob.Response:
        """Return the answer to a tagged request that makes no task."""
        message = 'Task-tag is not supported for this request.'
        return self._fault(req, 400, message)

    def no_store(self, req: request.Request) -> webob.Response:
        """Return the answer when a promise could not be kept."""
        message = (
            'Tasks cannot be stored at present, so this request cannot be '
            'protected by its Task-tag. It was not carried out.'
        )
        return self._fault(req, 503, message)

    def _fault(
        self,
        req: request.Request,
        status: int,
        message: str,
        headers: dict[str, str] | None = None,
    ) -> webob.Response:
        response = faults.FAULTS.respond(status, message, headers)
        negotiator = self.house.negotiator(req.environ)
        try:
            version = negotiator.requested(req)
        except microversion.InvalidVersion:
            return response
        negotiator.stamp(response, version)
        return response
