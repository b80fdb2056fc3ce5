# SPDX-License-Identifier: Apache-2.0
"""Factories for paste files: the filters that every service has.

Most are oslo.middleware's and keystonemiddleware's; here they are given the
service's own configuration in place of the global one.
"""

from collections.abc import Callable
import importlib
from typing import Any

from ext_lib.wsgi import auth
from ext_lib.wsgi import filters
from ext_lib.wsgi import healthcheck
from ext_lib.wsgi import loading
from ext_lib.wsgi import request_log
from ext_lib.wsgi import urlmap

App = Any
Filter = Callable[[App], App]


def urlmap_factory(
    loader: Any, global_conf: dict[str, str], **paths: str
) -> App:
    """Return the map of paths to the applications named in the file.

    One that several paths lead to is made once.
    """
    apps = {
        name: loader.get_app(name, global_conf=global_conf)
        for name in dict.fromkeys(paths.values())
    }
    return urlmap.URLMap({path: apps[name] for path, name in paths.items()})


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


def healthcheck_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the application that tells load balancers of the process."""
    return healthcheck.application(loading.current_conf())


def cors_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that lets browsers of other sites in."""
    conf = loading.current_conf()
    return lambda app: filters.CORS(app, conf)


def proxy_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that trusts a TLS proxy's headers."""
    conf = loading.current_conf()
    return lambda app: filters.HTTPProxyToWSGI(app, conf)


def sizelimit_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that refuses huge bodies."""
    conf = loading.current_conf()
    return lambda app: filters.RequestBodySizeLimiter(app, conf)


def request_id_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that gives each request its id."""
    conf = loading.current_conf()
    return lambda app: filters.RequestId(app, conf)


def request_log_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that logs each request."""
    return request_log.RequestLog


def noauth_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that trusts the token unchecked."""
    return auth.NoAuth


def authtoken_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that has keystone validate the token."""
    # keystonemiddleware is a large part of all imports, and pipelines without
    # keystone have no use for it.
    module = importlib.import_module('ext_lib.wsgi.token_validation')
    settings = {'oslo_config_config': loading.current_conf(), **local}
    return lambda app: module.TokenValidation(app, settings)
