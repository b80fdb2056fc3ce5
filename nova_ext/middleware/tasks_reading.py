# SPDX-License-Identifier: Apache-2.0
"""The URLs of tasks, among those of the application."""

from collections.abc import Iterable
import functools
from typing import Any

from oslo_config import cfg
import webob.exc

from ext_lib import policy
from ext_lib.wsgi import application
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from nova_ext.api.openstack import faults
from nova_ext.api.openstack.compute import server_tasks
from nova_ext.middleware import tasks_caller
from nova_ext.middleware.tasks import resolver
from nova_ext.middleware.tasks import upstream
from nova_ext.policies import base as base_policies
from nova_ext.policies import server_tasks as policies


class Reading:
    """Answers requests for tasks; all others are the application's."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        house: upstream.House,
        settler: resolver.Settler,
        links: links.Links,
    ) -> None:
        self.conf = conf
        self.house = house
        rules = [*base_policies.list_rules(), *policies.list_rules()]
        self.enforcer = policy.Enforcer(conf, rules)
        controller = server_tasks.ServerTasksController(links, settler)
        self.table = server_tasks.table(controller)

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        own = {
            **environ,
            request.CONTEXT: tasks_caller.caller(environ, self.enforcer),
            upstream.OUTER: environ,
        }
        tasks = self._application_at(self.house.negotiator(environ))
        try:
            tasks.router.match(request.Request(own))
        except webob.exc.HTTPNotFound:
            return self.house.application(environ, start_response)
        return tasks(own, start_response)

    @functools.lru_cache(maxsize=2)  # noqa: B019 - filters live for ever
    def _application_at(self, negotiator: Any) -> application.Application:
        settings = application.Settings(
            max_limit=self.conf.api.max_limit,
            check_answers=self.conf.api.response_validation == 'error',
        )
        return application.Application(
            self.table, negotiator, faults.FAULTS, settings
        )
