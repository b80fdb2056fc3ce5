# SPDX-License-Identifier: Apache-2.0
"""Factories that api-paste.ini names, beside those of ext_lib."""

from collections.abc import Callable
from typing import Any

from ext_lib import policy
from ext_lib.wsgi import application as ext_application
from ext_lib.wsgi import auth
from ext_lib.wsgi import fault
from ext_lib.wsgi import links
from ext_lib.wsgi import loading
from sahara_ext import policies
from sahara_ext.api import application
from sahara_ext.api import faults
from sahara_ext.api import microversions
from sahara_ext.api import routes
from sahara_ext.api import versions
from sahara_ext.engine.api import EngineAPI

App = Any
Filter = Callable[[App], App]


def version_list_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the application of ``/``."""
    return versions.VersionList(links.Links())


def app_factory(global_conf: dict[str, str], **local: str) -> App:
    """Return the API itself; version 1.0 is another name of 1.1."""
    conf = loading.current_conf()
    settings = ext_application.Settings(
        max_limit=conf.api.max_limit,
        check_answers=conf.api.response_validation == 'error',
    )
    engine = EngineAPI(conf)
    v1, v2 = (
        application.Application(
            routes.table(engine, version), version, settings
        )
        for version in (microversions.V1, microversions.V2)
    )
    return application.Versions({'v1.0': v1, 'v1.1': v1, 'v2': v2})


def fault_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that turns what escapes into a fault."""
    return lambda app: fault.FaultWrapper(app, faults.FAULTS)


def context_factory(global_conf: dict[str, str], **local: str) -> Filter:
    """Return the filter that makes the request's context."""
    enforcer = policy.Enforcer(loading.current_conf(), policies.list_rules())
    return lambda app: auth.ContextFilter(app, enforcer)
