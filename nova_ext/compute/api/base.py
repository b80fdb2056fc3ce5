# SPDX-License-Identifier: Apache-2.0
"""What all parts of the compute API hold.

A client does not wait for a broker that is away: whatever is sent was stored
before, and conductors look for what nobody has begun.
"""

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib import rpc
from nova_ext.compute.hosts import Hosts
from nova_ext.rpcapi.compute import ComputeAPI
from nova_ext.rpcapi.conductor import ConductorAPI

#: Modules of errors that a host's answer to a call may name.
EXCEPTION_MODULES = ('nova_ext.exception',)


class BaseAPI:
    """Ways to those who carry requests out.

    :param transport: made from ``conf`` when None
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        transport: messaging.Transport | None = None,
    ) -> None:
        transport = transport or rpc.get_transport(conf, EXCEPTION_MODULES)
        self._host: str = conf.host
        self._hosts = Hosts(conf)
        self._compute = ComputeAPI(transport, best_effort=True)
        self._conductor = ConductorAPI(transport, best_effort=True)
        #: How long to wait for a host, in seconds.
        self._response_timeout: int = transport.conf.rpc_response_timeout
