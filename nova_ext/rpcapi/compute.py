# SPDX-License-Identifier: Apache-2.0
"""RPC client of compute hosts; the server is nova_ext.compute.manager."""

from typing import Any

import oslo_messaging as messaging

from ext_lib import rpc
from ext_lib.context import RequestContext
from nova_ext.objects.base import Serializer
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration
from nova_ext.step_types import StepPlace
from nova_ext.step_types import StepType

TOPIC = 'compute'
VERSION = '1.0'


class ComputeAPI:
    """Messages that ask hosts to take steps.

    :param transport: from :func:`ext_lib.rpc.get_transport`
    :param best_effort: as :class:`ext_lib.rpc.Sender` takes it
    """

    def __init__(
        self, transport: messaging.Transport, best_effort: bool = False
    ) -> None:
        self._client = rpc.get_client(
            transport,
            messaging.Target(topic=TOPIC, version=VERSION),
            Serializer(),
        )
        self._sender = rpc.Sender(self._client, best_effort)

    def cast(
        self,
        context: RequestContext,
        host: str,
        method: str,
        *,
        instance: Instance,
        **kwargs: Any,
    ) -> bool:
        """Ask ``host`` to take the step of a server called ``method``.

        :returns: as :meth:`ext_lib.rpc.Sender.cast` does
        """
        return self._sender.cast(
            context, method, host, instance=instance, **kwargs
        )

    def send(
        self,
        context: RequestContext,
        step: StepType,
        instance: Instance,
        migration: Migration | None = None,
        **arguments: Any,
    ) -> bool:
        """Ask the host of ``step`` to take it.

        :param migration: of the operation, if there is one
        :param arguments: as :attr:`StepType.needs` names them
        :returns: as :meth:`ext_lib.rpc.Sender.cast` does
        """
        if migration is not None:
            arguments['migration'] = migration
        return self.cast(
            context,
            _host_of(step, instance, migration),
            step.method,
            instance=instance,
            **arguments,
        )

    def call(
        self,
        context: RequestContext,
        host: str,
        step: StepType,
        instance: Instance,
    ) -> None:
        """Ask ``host`` to take a step, and wait; raise what it raises.

        :raises oslo_messaging.MessagingTimeout: when the host does not answer
        """
        client = self._client.prepare(server=host)
        client.call(context, step.method, instance=instance)


def _host_of(
    step: StepType, instance: Instance, migration: Migration | None
) -> str:
    if migration is None:
        return str(instance.host)
    if step.place is StepPlace.SOURCE:
        return str(migration.source_compute)
    return str(migration.dest_compute)
