# SPDX-License-Identifier: Apache-2.0
"""Servers as one caller may see them, by policy."""

from collections.abc import Collection
from typing import Any

from oslo_config import cfg

from ext_lib.context import RequestContext
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.views import servers as view
from nova_ext.flavors import Catalogue
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.objects.service import COMPUTE
from nova_ext.objects.service import Service
from nova_ext.objects.service import ServiceList
from nova_ext.policies import Flavors
from nova_ext.policies import servers as policies

Shown = dict[str, Any]


class ServerView:
    """Views of servers with the attributes that policies permit."""

    def __init__(
        self, conf: cfg.ConfigOpts, links: links.Links, catalogue: Catalogue
    ) -> None:
        self.conf = conf
        self.view = view.ServerView(links, catalogue)
        self.reference = self.view.reference
        self.created = self.view.created

    def shown(self, req: request.Request, instance: Instance) -> Shown:
        """Return one server in full."""
        return self.view.show(req, instance, self._visibility(req, instance))

    def listed(
        self, req: request.Request, instances: InstanceList
    ) -> list[Shown]:
        """Return servers as the detailed list has them."""
        if not instances:
            return []
        # The caller's rights are the same for all servers of a list.
        visible = self._visibility(req, instances[0])
        shown = [self.view.show(req, i, visible) for i in instances]
        for server in shown:
            _move_to_end(server, 'host_status')
            server.pop('server_groups', None)
        return shown

    def changed(
        self,
        req: request.Request,
        instance: Instance,
        kept: Collection[str] = (),
    ) -> Shown:
        """Return a server as the answer to a change of it.

        Before 2.75 these answers lacked the keys that extensions had added to
        answers to reads.

        :param kept: keys that they did not lack
        """
        shown = self.shown(req, instance)
        if not microversions.supports(req, microversions.STRICT):
            for key in view.ONLY_IN_READS.intersection(shown) - {*kept}:
                del shown[key]
            for key in [k for k in shown if k.startswith('OS-EXT-')]:
                del shown[key]
        return shown

    def rebuilt(
        self, req: request.Request, instance: Instance, password: str
    ) -> Shown:
        """Return a server as the answer to a rebuild of it."""
        has_key = microversions.supports(req, microversions.REBUILD_KEY_NAME)
        shown = self.changed(req, instance, ['key_name'] if has_key else [])
        shown['adminPass'] = password
        if microversions.supports(req, microversions.REBUILD_USER_DATA):
            shown.pop(view.USER_DATA, None)
            shown['user_data'] = None
        return shown

    def _visibility(
        self, req: request.Request, instance: Instance
    ) -> view.Visibility:
        target = {'project_id': instance.project_id}

        def may(rule: str) -> bool:
            return req.context.can(rule, target, fatal=False)

        statuses = None
        if microversions.supports(req, microversions.HOST_STATUS) and may(
            policies.HOST_STATUS
        ):
            statuses = _HostStatus(self.conf, req.context)
        return view.Visibility(
            attributes=may(policies.EXTENDED_ATTRIBUTES),
            extra_specs=may(Flavors.EXTRA_SPECS_INDEX),
            host_status=statuses,
        )


class _HostStatus:
    """The status of each compute host, read once for a whole answer."""

    def __init__(self, conf: cfg.ConfigOpts, context: RequestContext) -> None:
        self._down_time = conf.service_down_time
        self._services = {
            service.host: service
            for service in ServiceList.get_all(
                context.elevated(), binary=COMPUTE
            )
        }

    def __call__(self, host: str | None) -> str:
        """Return UP, DOWN, MAINTENANCE, UNKNOWN, or '' for no host."""
        if not host:
            return ''
        service = self._services.get(host)
        return 'UNKNOWN' if service is None else self._of(service)

    def _of(self, service: Service) -> str:
        if service.forced_down:
            return 'DOWN'
        if service.disabled:
            return 'MAINTENANCE'
        return 'UP' if service.is_up(self._down_time) else 'UNKNOWN'


def _move_to_end(shown: Shown, key: str) -> None:
    if key in shown:
        shown[key] = shown.pop(key)
