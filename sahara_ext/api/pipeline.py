# SPDX-License-Identifier: Apache-2.0
"""The factories that api-paste.ini names, and the application at its end."""

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
from sahara_ext.api import router
from sahara_ext.api import routes
from sahara_ext.api import validation
from sahara_ext.api import versions
from sahara_ext.engine.api import EngineAPI

App = Any
Filter = Callable[[App], App]


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
        self.router = router.Router(table)

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
    if routing.path_of(req).endswith(router.SUFFIX):
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
