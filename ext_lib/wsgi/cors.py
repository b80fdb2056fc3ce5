# SPDX-License-Identifier: Apache-2.0
"""Defaults of CORS: headers for pages of other origins."""

from collections.abc import Sequence

from oslo_config import cfg
from oslo_middleware import cors

_GROUP = 'cors'

#: Methods of the requests that APIs have.
METHODS = ('GET', 'PUT', 'POST', 'DELETE', 'PATCH')
#: Headers of requests: who asks, in which request of a client, and at which
#: microversion.
REQUEST_HEADERS = (
    'X-Auth-Token',
    'X-Openstack-Request-Id',
    'X-Identity-Status',
    'X-Roles',
    'X-Service-Catalog',
    'X-User-Id',
    'X-Tenant-Id',
    'OpenStack-API-Version',
)
#: Headers of answers.
RESPONSE_HEADERS = (
    'X-Auth-Token',
    'X-Openstack-Request-Id',
    'X-Subject-Token',
    'X-Service-Token',
    'OpenStack-API-Version',
    'Location',
    'Retry-After',
    'WWW-Authenticate',
)


class Defaults:
    """Defaults of the options in ``[cors]``.

    :param request_headers: of one service, beside those that all have
    :param response_headers: likewise
    """

    def __init__(
        self,
        request_headers: Sequence[str] = (),
        response_headers: Sequence[str] = (),
    ) -> None:
        self._values = {
            'allow_methods': list(METHODS),
            'allow_headers': [*REQUEST_HEADERS, *request_headers],
            'expose_headers': [*RESPONSE_HEADERS, *response_headers],
        }

    def set(self, conf: cfg.ConfigOpts) -> None:
        """Set what ``[cors]`` of ``conf`` allows unless it is configured.

        Not in oslo.middleware, which all services of a process share.
        """
        conf.register_opts(cors.OPTS, _GROUP)
        for name, value in self._values.items():
            conf.set_default(name, value, _GROUP)

    def set_in_library(self) -> None:
        """Have sample files show the defaults."""
        cors.set_defaults(**self._values)
