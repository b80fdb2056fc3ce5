# SPDX-License-Identifier: Apache-2.0
"""Whether the hosts of servers are well."""

from oslo_config import cfg

from ext_lib import context
from nova_ext.objects.service import COMPUTE
from nova_ext.objects.service import Service
from nova_ext.objects.service import ServiceList


class HostStatus:
    """The status of every compute host, read once for a whole answer."""

    def __init__(
        self, conf: cfg.ConfigOpts, context: context.RequestContext
    ) -> None:
        self._down_time = conf.service_down_time
        self._services = {
            service.host: service
            for service in ServiceList.get_all(
                context.elevated(), binary=COMPUTE
            )
        }

    def __call__(self, host: str | None) -> str:
        """Return UP, DOWN, MAINTENANCE or UNKNOWN; nothing for no host."""
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
