# SPDX-License-Identifier: Apache-2.0
"""RPC client of the engines; sahara_ext.engine.manager is the server."""

import oslo_messaging as messaging

from ext_lib import rpc
from ext_lib.context import RequestContext
from sahara_ext.objects.base import Serializer

TOPIC = 'sahara-ext-engine'
VERSION = '1.0'


class EngineRPCAPI:
    """Client of the engines: a message reaches any one of them.

    :param transport: from :func:`ext_lib.rpc.get_transport`
    """

    def __init__(self, transport: messaging.Transport) -> None:
        target = messaging.Target(topic=TOPIC, version=VERSION)
        client = rpc.get_client(transport, target, Serializer())
        self._sender = rpc.Sender(client, best_effort=True)

    def run_operation(self, context: RequestContext, cluster_id: str) -> None:
        """Have the operation carried out that is stored with the cluster.

        Engines search for such operations now and then, so that nothing is
        lost if the message is.
        """
        self._sender.cast(context, 'run_operation', cluster_id=cluster_id)
