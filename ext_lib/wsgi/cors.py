# SPDX-License-Identifier: Apache-2.0
"""Defaults of CORS: what pages of other origins may send and read."""

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


def defaults(
    request_headers: Sequence[str] = (), response_headers: Sequence[str] = ()
) -> dict[str, list[str]]:
    """Return the defaults of the options in ``[cors]`` by name.

    :param request_headers: of one service, beside those that all have
    :param response_headers: likewise
    """
    return {
        'allow_methods': list(METHODS),
        'allow_headers': [*REQUEST_HEADERS, *request_headers],
        'expose_headers': [*RESPONSE_HEADERS, *response_headers],
    }


def set_defaults(conf: cfg.ConfigOpts, values: dict[str, list[str]]) -> None:
    """Make ``values`` the defaults in ``conf``.

    Not those of oslo.middleware, which all services of a process share.
    """
    conf.register_opts(cors.OPTS, _GROUP)
    for name, value in values.items():
        conf.set_default(name, value, _GROUP)


def set_library_defaults(values: dict[str, list[str]]) -> None:
    """Make ``values`` the defaults that sample files show."""
    cors.set_defaults(**values)
