# SPDX-License-Identifier: Apache-2.0
"""What the API has to know of compute hosts before it accepts a request."""

from oslo_config import cfg

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.objects.service import COMPUTE
from nova_ext.objects.service import Service


class Hosts:
    """The compute services, as their records tell.

    :param conf: configuration with ``service_down_time``
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf

    def is_up(self, context: RequestContext, host: str | None) -> bool:
        """Tell whether a compute service runs on ``host``."""
        try:
            service = _get(context, host)
        except exception.HostBinaryNotFound:
            return False
        return service.is_up(self._conf.service_down_time)

    def check_known(self, context: RequestContext, host: str | None) -> None:
        """Refuse a host that a request names and nobody knows.

        :raises DestinationHostNotFound: when there is no such host
        """
        if host is None:
            return
        try:
            _get(context, host)
        except exception.HostBinaryNotFound as error:
            raise exception.DestinationHostNotFound(host=host) from error


def _get(context: RequestContext, host: str | None) -> Service:
    return Service.get_by_host_and_binary(context, str(host), COMPUTE)
