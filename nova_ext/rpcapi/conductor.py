# SPDX-License-Identifier: Apache-2.0
"""RPC client of conductors; the server is nova_ext.conductor.manager."""

from typing import Any

import oslo_messaging as messaging

from ext_lib import rpc
from ext_lib.context import RequestContext
from nova_ext.objects.base import Serializer
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration

TOPIC = 'conductor'
#: Where conductors load and store objects for hosts.
OBJECTS_TOPIC = 'conductor-objects'
VERSION = '1.0'

#: Key of the system metadata with the only host permitted for a server.
REQUESTED_HOST = 'requested_host'


def get_objects_client(
    transport: messaging.Transport,
) -> messaging.RPCClient:
    """Return the client that reaches the objects of any conductor."""
    return _get_client(transport, OBJECTS_TOPIC)


def _get_client(
    transport: messaging.Transport, topic: str
) -> messaging.RPCClient:
    return rpc.get_client(
        transport,
        messaging.Target(topic=topic, version=VERSION),
        Serializer(),
    )


class ConductorAPI:
    """Requests to any conductor for operations that need a host selected.

    :param transport: from :func:`ext_lib.rpc.get_transport`
    :param best_effort: as :class:`ext_lib.rpc.Sender` takes it
    """

    def __init__(
        self, transport: messaging.Transport, best_effort: bool = False
    ) -> None:
        self._sender = rpc.Sender(_get_client(transport, TOPIC), best_effort)

    def schedule_and_build_instances(
        self,
        context: RequestContext,
        instances: list[Instance],
    ) -> None:
        """Choose a host for each server and have it built there."""
        self._sender.cast(
            context, 'schedule_and_build_instances', instances=instances
        )

    def migrate_server(
        self,
        context: RequestContext,
        instance: Instance,
        size: dict[str, Any],
        requested_host: str | None = None,
    ) -> None:
        """Ask for a resize or cold migration to a host to be selected.

        :param size: ``instance_type_id``, ``memory_mb``, ``vcpus``,
            ``root_gb`` and ``ephemeral_gb``, as they are or as they are to be
        """
        self._sender.cast(
            context,
            'migrate_server',
            instance=instance,
            size=size,
            requested_host=requested_host,
        )

    def live_migrate_instance(
        self,
        context: RequestContext,
        instance: Instance,
        requested_host: str | None = None,
    ) -> None:
        """Choose a host and move the running server there."""
        self._sender.cast(
            context,
            'live_migrate_instance',
            instance=instance,
            requested_host=requested_host,
        )

    def rebuild_instance(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration | None = None,
        requested_host: str | None = None,
    ) -> None:
        """Rebuild the server where it is or, with ``migration``, elsewhere."""
        self._sender.cast(
            context,
            'rebuild_instance',
            instance=instance,
            migration=migration,
            requested_host=requested_host,
        )
