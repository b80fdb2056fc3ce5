# SPDX-License-Identifier: Apache-2.0
"""The application at the end of the pipeline: negotiate, call, render."""

from collections.abc import Iterable
import dataclasses
import json
from typing import Any

from oslo_serialization import jsonutils
import webob
import webob.exc

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import fault
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import routing
from ext_lib.wsgi import validation

#: What an answer that is not of the API may be written in, besides JSON.
_TEXT_TYPES = ('text/html', 'text/plain')

#: As jsonutils.dumps() does it, which makes an encoder for each call.
_dump = json.JSONEncoder(default=jsonutils.to_primitive).encode


class WrongProject(exception.Invalid):
    """The path names a project that is not the caller's."""

    msg_fmt = (
        "Malformed request URL: URL's project_id '%(url)s' doesn't match "
        "Context's project_id '%(context)s'"
    )


@dataclasses.dataclass(frozen=True)
class Settings:
    """Choices of a service for its API.

    :param json_types: content types that are JSON here
    :param max_limit: the most items of a page
    :param check_answers: hold each answer against its schema; for tests
    """

    json_types: frozenset[str] = frozenset({request.JSON_TYPE})
    max_limit: int = 1000
    check_answers: bool = False


class Application:
    """A microversioned REST API made of a table of controller methods.

    A service with other habits overrides :meth:`serve`.
    """

    def __init__(
        self,
        table: routing.Table,
        negotiator: microversion.Negotiator,
        faults: fault.Faults,
        settings: Settings,
    ) -> None:
        self.router = routing.Router(table)
        self.negotiator = negotiator
        self.faults = faults
        self.settings = settings

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        req = request.Request(environ)
        try:
            match = self.router.match(req)
        except webob.exc.HTTPException as unrouted:
            return _iterable(unrouted, _json_first(req), start_response)
        return _iterable(self._negotiated(req, match), environ, start_response)

    def _negotiated(
        self, req: request.Request, match: routing.Match
    ) -> webob.Response:
        try:
            req.version = self.negotiator.requested(req)
        except microversion.InvalidVersion as error:
            return self.faults.from_error(error)
        try:
            self.negotiator.check(req.version)
            response = self.serve(req, match)
        except Exception as error:
            response = self.faults.from_error(error)
        self.negotiator.stamp(response, req.version)
        return response

    def serve(
        self, req: request.Request, match: routing.Match
    ) -> webob.Response:
        """Return the answer of the method a request leads to."""
        # The order of these checks is part of the API: it decides which of
        # several mistakes the answer names.
        raw = req.raw_body(self.settings.json_types)
        method, body = _select(match.target, raw)
        _check_project(req, match)
        if not microversion.is_available(method, req.version):
            raise exception.NotFound()
        contract = controller.contract(method)
        validation.check_query(req, contract, self.settings.max_limit)
        validation.check_body(req, contract, body)
        arguments = {} if contract.body is None else {'body': body}
        reply = method(req, **match.ids, **arguments)
        return self.render(req, contract, reply)

    def render(
        self, req: request.Request, contract: controller.Contract, reply: Any
    ) -> webob.Response:
        """Return what a method gave as an answer."""
        if not isinstance(reply, controller.Reply):
            reply = controller.Reply(reply)
        if self.settings.check_answers and reply.body is not None:
            validation.check_answer(req, contract, reply.body)
        response = _response(
            reply.status or contract.status,
            req.best_type(self.settings.json_types),
            reply.body,
        )
        if reply.headers:
            response.headers.update(reply.headers)
        return response


def _response(status: int, content_type: str, body: Any) -> webob.Response:
    if body is None:
        return webob.Response(
            status=status, content_type=content_type, charset=None
        )
    # With whole headers webob makes an answer in a third of the time.
    raw = _dump(body).encode()
    headers = [
        ('Content-Type', content_type),
        ('Content-Length', str(len(raw))),
    ]
    return webob.Response(status=status, headerlist=headers, app_iter=[raw])


def _select(
    target: routing.Target, raw: bytes
) -> tuple[controller.Method, Any]:
    if isinstance(target, routing.Actions):
        body = request.decode(raw)
        return target.select(body), body
    return target, request.decode(raw) if raw else None


def _check_project(req: request.Request, match: routing.Match) -> None:
    req.project_segment = match.project
    own = req.context.project_id
    if match.project is not None and match.project != own:
        raise WrongProject(url=match.project, context=own)


def _json_first(req: request.Request) -> dict[str, Any]:
    """Return an environ in which webob prefers JSON for its own answers.

    It prefers HTML, which no client of an API reads, where any type will do
    and plain text where none will.
    """
    offers = [request.JSON_TYPE, *_TEXT_TYPES]
    acceptable = req.accept.acceptable_offers(offers)
    best = acceptable[0][0] if acceptable else request.JSON_TYPE
    return {**req.environ, 'HTTP_ACCEPT': best}


def _iterable(
    response: Any, environ: dict[str, Any], start_response: Any
) -> Iterable[bytes]:
    found: Iterable[bytes] = response(environ, start_response)
    return found
