# SPDX-License-Identifier: Apache-2.0
"""Which host a server goes to."""

from collections.abc import Collection
import itertools

from oslo_config import cfg

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.objects.service import ServiceList


class Scheduler:
    """Takes the hosts in turn; all of them have room for any server.

    :param conf: configuration with ``service_down_time``
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._turns = itertools.count()

    def select_destination(
        self,
        context: RequestContext,
        requested_host: str | None = None,
        exclude: Collection[str | None] = (),
    ) -> str:
        """Return the name of a host that is up and enabled.

        :param requested_host: the only one that will do
        :param exclude: hosts that will not do
        :raises NoValidHost: when none is left
        """
        hosts = [
            host
            for host in ServiceList.get_available_hosts(
                context, self._conf.service_down_time
            )
            if host not in exclude and requested_host in (None, host)
        ]
        if not hosts:
            raise exception.NoValidHost(reason=exception.NOT_ENOUGH_HOSTS)
        if len(hosts) == 1:
            return hosts[0]
        return hosts[next(self._turns) % len(hosts)]
