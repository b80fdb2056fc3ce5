# SPDX-License-Identifier: Apache-2.0
"""Base class of the parts of the compute API.

Its RPC clients do not wait for a broker that is unreachable: all that is sent
was stored before, and conductors redeliver what no service has begun.
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
    """Clients of the services that carry requests out.

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
        #: In seconds.
        self._response_timeout: int = transport.conf.rpc_response_timeout
