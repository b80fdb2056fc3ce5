# SPDX-License-Identifier: Apache-2.0
"""Factories and filters of this service for api-paste.ini."""

from collections.abc import Callable, Iterable
import importlib
from typing import Any

from oslo_config import cfg

from ext_lib import policy
from ext_lib.wsgi import application
from ext_lib.wsgi import auth
from ext_lib.wsgi import fault
from ext_lib.wsgi import filters
from ext_lib.wsgi import links
from ext_lib.wsgi import loading
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import routing
from nova_ext import policies
from nova_ext.api.openstack import faults
from nova_ext.api.openstack.compute import audit_routes
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute import versions

App = Any
Filter = Callable[[App], App]

_JSON_TYPES = frozenset(
    {request.JSON_TYPE, 'application/vnd.openstack.compute+json'}
)
_VARY = 'vary'
_VERSION_HEADERS = frozenset(
    name.lower()
    for name in (
        'OpenStack-API-Version',
        str(microversions.NEGOTIATOR.legacy_header),
    )
)


class RequestId(filters.RequestId):
    """Filter that gives each request its id, in both headers of the API."""

    compat_headers = ['x-compute-request-id']


class LegacyV2:
    """Filter that removes versions from requests and from answers.

    Below ``/v2`` the first version is served, whatever version a request asks
    for, and answers name no version. Unknown properties of a body are
    dropped. It stands between the filter that makes the context and the
    application.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""

        def start(status: str, headers: Any, *exc_info: Any) -> Any:
            return start_response(status, _without_version(headers), *exc_info)

        for name in _VERSION_HEADERS:
            key = 'HTTP_' + name.upper().replace('-', '_')
            environ.pop(key, None)
        environ[request.LEGACY_V2] = True
        found: Iterable[bytes] = self.application(environ, start)
        return found


def _without_version(
    headers: Iterable[tuple[str, str]],
) -> list[tuple[str, str]]:
    kept = []
    for name, value in headers:
        if name.lower() == _VARY:
            names = [part.strip() for part in value.split(',')]
            value = ', '.join(
                n for n in names if n.lower() not in _VERSION_HEADERS
            )
            if not value:
                continue
        if name.lower() not in _VERSION_HEADERS:
            kept.append((name, value))
    return kept


def compute_app_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the compute API itself."""
    return loading.shared(_compute_app)


def audit_app_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the part of the compute API that reads records."""
    return loading.shared(_audit_app)


def _compute_app() -> App:
    # With all that changes servers, for which the audit has no use.
    routes = importlib.import_module('nova_ext.api.openstack.compute.routes')
    return _application(routes.table, microversions.NEGOTIATOR)


def _audit_app() -> App:
    conf = loading.current_conf()
    return _application(
        audit_routes.table, microversions.audit_negotiator(conf)
    )


def _application(
    table: Callable[[cfg.ConfigOpts], routing.Table],
    negotiator: microversion.Negotiator,
) -> App:
    conf = loading.current_conf()
    settings = application.Settings(
        json_types=_JSON_TYPES,
        max_limit=conf.api.max_limit,
        check_answers=conf.api.response_validation == 'error',
    )
    return application.Application(
        table(conf), negotiator, faults.FAULTS, settings
    )


def version_list_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the application of ``/``."""
    return versions.VersionList(_links())


def version_detail_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the application of ``/v2.1`` and, behind a filter, ``/v2``."""
    return versions.VersionDetail(_links())


def audit_version_list_factory(
    global_conf: dict[str, str], **local: str
) -> App:
    """Return the application of ``/`` of the audit."""
    negotiator = microversions.audit_negotiator(loading.current_conf())
    return versions.VersionList(_links(), negotiator)


def audit_version_detail_factory(
    global_conf: dict[str, str], **local: str
) -> App:
    """Return the application of ``/v2.1`` of the audit."""
    negotiator = microversions.audit_negotiator(loading.current_conf())
    return versions.VersionDetail(_links(), negotiator)


def request_id_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that gives each request its id."""
    conf = loading.current_conf()
    return lambda app: RequestId(app, conf)


def fault_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that turns unhandled errors into faults."""
    return lambda app: fault.FaultWrapper(app, faults.FAULTS)


def context_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that makes the request's context."""
    enforcer = loading.shared(_enforcer)
    return lambda app: auth.ContextFilter(app, enforcer)


def _enforcer() -> policy.Enforcer:
    return policy.Enforcer(loading.current_conf(), policies.list_rules())


def legacy_v2_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that makes the API one without microversions."""
    return LegacyV2


def _links() -> links.Links:
    return links.Links(loading.current_conf().api.compute_link_prefix)
