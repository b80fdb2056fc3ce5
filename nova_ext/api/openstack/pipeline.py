# SPDX-License-Identifier: Apache-2.0
"""What api-paste.ini names: factories of the filters and applications.

The filters are oslo.middleware's and keystonemiddleware's; here they are only
given this service's configuration in place of the global one.
"""

from collections.abc import Callable
from typing import Any

from keystonemiddleware import auth_token
import oslo_middleware
from oslo_middleware import request_id

from ext_lib import policy
from ext_lib.wsgi import application
from ext_lib.wsgi import auth
from ext_lib.wsgi import fault
from ext_lib.wsgi import links
from ext_lib.wsgi import loading
from ext_lib.wsgi import request
from ext_lib.wsgi import request_log
from ext_lib.wsgi import urlmap
from nova_ext import policies
from nova_ext.api.openstack import faults
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute import routes
from nova_ext.api.openstack.compute import versions

App = Any
Filter = Callable[[App], App]

_JSON_TYPES = frozenset(
    {request.JSON_TYPE, 'application/vnd.openstack.compute+json'}
)


class RequestId(request_id.RequestId):
    """Filter: gives each request its id, in both of the API's headers."""

    compat_headers = ['x-compute-request-id']


def urlmap_factory(
    loader: Any, global_conf: dict[str, str], **paths: str
) -> App:
    """Return the map of paths to the applications named in the file."""
    return urlmap.URLMap(
        {
            path: loader.get_app(name, global_conf=global_conf)
            for path, name in paths.items()
        }
    )


def pipeline_factory(
    loader: Any, global_conf: dict[str, str], **pipelines: str
) -> App:
    """Return the pipeline named like ``[api] auth_strategy``."""
    conf = loading.current_conf()
    *filters, name = pipelines[conf.api.auth_strategy].split()
    app = loader.get_app(name, global_conf=global_conf)
    for name in reversed(filters):
        app = loader.get_filter(name, global_conf=global_conf)(app)
    return app


def compute_app_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the compute API itself."""
    conf = loading.current_conf()
    settings = application.Settings(
        json_types=_JSON_TYPES,
        max_limit=conf.api.max_limit,
        check_answers=conf.api.response_validation == 'error',
    )
    return application.Application(
        routes.table(conf), microversions.NEGOTIATOR, faults.FAULTS, settings
    )


def version_list_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the application of ``/``."""
    return versions.VersionList(_links())


def version_detail_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the application of ``/v2.1``."""
    return versions.VersionDetail(_links())


def cors_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that lets browsers of other sites in."""
    conf = loading.current_conf()
    return lambda app: oslo_middleware.CORS(app, conf)


def proxy_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that believes a TLS proxy's headers."""
    conf = loading.current_conf()
    return lambda app: oslo_middleware.HTTPProxyToWSGI(app, conf)


def sizelimit_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that refuses huge bodies."""
    conf = loading.current_conf()
    return lambda app: oslo_middleware.RequestBodySizeLimiter(app, conf)


def request_id_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that gives each request its id."""
    conf = loading.current_conf()
    return lambda app: RequestId(app, conf)


def request_log_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that logs each request."""
    return request_log.RequestLog


def fault_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that turns what escapes into a fault."""
    return lambda app: fault.FaultWrapper(app, faults.FAULTS)


def noauth_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that believes what the token says."""
    return auth.NoAuth


def authtoken_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that has keystone validate the token."""
    conf = loading.current_conf()
    return lambda app: auth_token.AuthProtocol(
        app, {'oslo_config_config': conf, **local}
    )


def context_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that makes the request's context."""
    enforcer = policy.Enforcer(loading.current_conf(), policies.list_rules())
    return lambda app: auth.ContextFilter(app, enforcer)


def _links() -> links.Links:
    return links.Links(loading.current_conf().api.compute_link_prefix)
