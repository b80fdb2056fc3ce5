# SPDX-License-Identifier: Apache-2.0
"""The factories that api-paste.ini names, and the applications at its end."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import webob
import webob.exc

from ext_lib import policy
from ext_lib.wsgi import application
from ext_lib.wsgi import auth
from ext_lib.wsgi import controller
from ext_lib.wsgi import fault
from ext_lib.wsgi import links
from ext_lib.wsgi import loading
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import routing
from sahara_ext import policies
from sahara_ext.api import faults
from sahara_ext.api import microversions
from sahara_ext.api import routes
from sahara_ext.api import validation
from sahara_ext.api import versions
from sahara_ext.engine.api import EngineAPI

App = Any
Filter = Callable[[App], App]

#: What a URL may end with, for no reason but habit.
_SUFFIX = '.json'


class Versions:
    """All versions of the API, distinguished by where they are mounted.

    :param applications: by the last segment of the path
    """

    def __init__(self, applications: Mapping[str, Any]) -> None:
        self.applications = dict(applications)

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        segment = environ['SCRIPT_NAME'].rpartition('/')[-1]
        return self.applications[segment](environ, start_response)


class Router(routing.Router):
    """Finds the target of a request.

    Each path is reachable with and without the caller's project before it,
    and with and without ``.json`` behind it.
    """

    def __init__(self, table: routing.Table) -> None:
        super().__init__(
            [
                (form, methods)
                for path, methods in table
                for form in (path + _SUFFIX, path)
            ]
        )
        self._verbs = sorted({verb for _, verbs in table for verb in verbs})

    def match(self, req: request.Request) -> routing.Match:
        """Return the target of ``req``.

        :raises webob.exc.HTTPNotFound: when there is none
        :raises webob.exc.HTTPMethodNotAllowed: when there is one for another
            method
        :raises webob.exc.HTTPUnauthorized: when the path names a project
            that is not the caller's
        :raises webob.exc.HTTPServiceUnavailable: when the caller's token is
            for no project
        """
        # What answers a GET answers a HEAD, without the body.
        method = 'GET' if req.method == 'HEAD' else req.method
        for path, project in _readings(req):
            found = self._find(path, method, project)
            if found is not None:
                _check_project(req, found)
                return found
        if any(
            self._find(path, verb, None)
            for path, _ in _readings(req)
            for verb in self._verbs
        ):
            raise faults.plain(
                webob.exc.HTTPMethodNotAllowed,
                f'{req.method} is not for this URL.',
            )
        raise faults.plain(
            webob.exc.HTTPNotFound, 'There is nothing at this URL.'
        )


def _readings(req: request.Request) -> list[tuple[str, str | None]]:
    """Return how a path can be read: as it is, or as one in a project."""
    path = routing.path_of(req)
    project, slash, rest = path.removeprefix('/').partition('/')
    if not slash:
        return [(path, None)]
    return [(path, None), (f'/{rest}', project)]


def _check_project(req: request.Request, found: routing.Match) -> None:
    if not req.context.project_id:
        # A token of a domain, say. Clients know this status for it.
        raise faults.plain(
            webob.exc.HTTPServiceUnavailable,
            'The token is not for a project.',
        )
    if found.project not in (None, req.context.project_id):
        raise faults.plain(
            webob.exc.HTTPUnauthorized,
            'The project of the URL is not the one of the token.',
        )


class Application(application.Application):
    """One version of the API, made of a table of controller methods."""

    def __init__(
        self,
        table: routing.Table,
        version: microversion.Version,
        settings: application.Settings,
    ) -> None:
        super().__init__(
            table,
            microversions.NEGOTIATORS[version],
            faults.FAULTS,
            settings,
        )
        self.router = Router(table)

    def serve(
        self, req: request.Request, match: routing.Match
    ) -> webob.Response:
        """Return the answer of the method a request leads to."""
        _check_accept(req)
        method = match.target
        # Those are for URLs whose body names the method.
        assert not isinstance(method, routing.Actions)
        contract = controller.contract(method)
        validation.check_query(req, contract, self.settings.max_limit)
        arguments = dict(match.ids)
        if contract.body is not None:
            body = validation.read_body(req)
            validation.check_body(req, contract.body, body)
            arguments['body'] = body
        return self.render(req, contract, method(req, **arguments))


def _check_accept(req: request.Request) -> None:
    if routing.path_of(req).endswith(_SUFFIX):
        return
    if not req.accept.acceptable_offers([request.JSON_TYPE]):
        raise faults.plain(
            webob.exc.HTTPNotAcceptable, 'Answers are JSON, and nothing else.'
        )


def version_list_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the application of ``/``."""
    return versions.VersionList(links.Links())


def app_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the API itself; version 1.0 is another name of 1.1."""
    conf = loading.current_conf()
    settings = application.Settings(
        max_limit=conf.api.max_limit,
        check_answers=conf.api.response_validation == 'error',
    )
    engine = EngineAPI(conf)
    v1, v2 = (
        Application(routes.table(engine, version), version, settings)
        for version in (microversions.V1, microversions.V2)
    )
    return Versions({'v1.0': v1, 'v1.1': v1, 'v2': v2})


def fault_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that turns what escapes into a fault."""
    return lambda app: fault.FaultWrapper(app, faults.FAULTS)


def context_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that makes the request's context."""
    enforcer = policy.Enforcer(loading.current_conf(), policies.list_rules())
    return lambda app: auth.ContextFilter(app, enforcer)
