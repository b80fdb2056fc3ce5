# SPDX-License-Identifier: Apache-2.0
"""What others ask of a compute host; nova_ext.compute.manager answers."""

from typing import Any

import oslo_messaging as messaging

from ext_lib import rpc
from ext_lib.context import RequestContext
from nova_ext.objects.base import Serializer
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration

TOPIC = 'compute'
VERSION = '1.0'


class ComputeAPI:
    """Sends operations to the host that carries them out.

    :param transport: from :func:`ext_lib.rpc.get_transport`
    :param is_hasty: as :class:`ext_lib.rpc.Sender` takes it
    """

    def __init__(
        self, transport: messaging.Transport, is_hasty: bool = False
    ) -> None:
        self._client = rpc.get_client(
            transport,
            messaging.Target(topic=TOPIC, version=VERSION),
            Serializer(),
        )
        self._sender = rpc.Sender(self._client, is_hasty)

    def cast(
        self,
        context: RequestContext,
        host: str,
        method: str,
        *,
        instance: Instance,
        **kwargs: Any,
    ) -> bool:
        """Have ``host`` carry out an operation that needs no more words.

        That is every method of a server and nothing else: start_instance,
        stop_instance, pause_instance, terminate_instance and so on.

        :returns: as :meth:`ext_lib.rpc.Sender.cast` does
        """
        return self._sender.cast(
            context, method, host, instance=instance, **kwargs
        )

    def reboot_instance(
        self, context: RequestContext, instance: Instance, reboot_type: str
    ) -> None:
        """Reboot; ``reboot_type`` is SOFT or HARD."""
        self.cast(
            context,
            str(instance.host),
            'reboot_instance',
            instance=instance,
            reboot_type=reboot_type,
        )

    def rebuild_instance(
        self,
        context: RequestContext,
        instance: Instance,
        host: str,
        migration: Migration | None,
    ) -> None:
        """Rebuild on its host, or evacuate to another: then ``migration``."""
        self.cast(
            context,
            host,
            'rebuild_instance',
            instance=instance,
            migration=migration,
        )

    def prep_resize(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
        size: dict[str, Any],
    ) -> None:
        """Have the destination make room, then the source go on."""
        self._cast_move(
            context,
            str(migration.dest_compute),
            'prep_resize',
            instance,
            migration,
            size=size,
        )

    def resize_instance(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
        size: dict[str, Any],
    ) -> None:
        """Have the source give the server away, then the destination go on."""
        self._cast_move(
            context,
            str(migration.source_compute),
            'resize_instance',
            instance,
            migration,
            size=size,
        )

    def finish_resize(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
        size: dict[str, Any],
    ) -> None:
        """Have the destination set the server up."""
        self._cast_move(
            context,
            str(migration.dest_compute),
            'finish_resize',
            instance,
            migration,
            size=size,
        )

    def confirm_resize(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
    ) -> bool:
        """Have the source forget the server.

        :returns: as :meth:`ext_lib.rpc.Sender.cast` does
        """
        return self._cast_move(
            context,
            str(migration.source_compute),
            'confirm_resize',
            instance,
            migration,
        )

    def revert_resize(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
    ) -> None:
        """Have the destination forget the server, then the source go on."""
        self._cast_move(
            context,
            str(migration.dest_compute),
            'revert_resize',
            instance,
            migration,
        )

    def finish_revert_resize(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
    ) -> None:
        """Have the source set the server up again."""
        self._cast_move(
            context,
            str(migration.source_compute),
            'finish_revert_resize',
            instance,
            migration,
        )

    def check_can_live_migrate_destination(
        self, context: RequestContext, instance: Instance, host: str
    ) -> None:
        """Ask ``host``, and through it the source; raise what they raise."""
        self._call(
            context, host, 'check_can_live_migrate_destination', instance
        )

    def check_can_live_migrate_source(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Ask the host of the server; raise what it raises."""
        host = str(instance.host)
        self._call(context, host, 'check_can_live_migrate_source', instance)

    def pre_live_migration(
        self, context: RequestContext, instance: Instance, host: str
    ) -> None:
        """Have the destination get ready; raise what it raises."""
        self._call(context, host, 'pre_live_migration', instance)

    def live_migration(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
    ) -> None:
        """Have the source copy the server."""
        self._cast_move(
            context,
            str(migration.source_compute),
            'live_migration',
            instance,
            migration,
        )

    def live_migration_force_complete(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
    ) -> None:
        """Have the source end the copy soon."""
        self._cast_move(
            context,
            str(migration.source_compute),
            'live_migration_force_complete',
            instance,
            migration,
        )

    def live_migration_abort(
        self,
        context: RequestContext,
        instance: Instance,
        migration: Migration,
    ) -> None:
        """Have the source give the copy up."""
        self._cast_move(
            context,
            str(migration.source_compute),
            'live_migration_abort',
            instance,
            migration,
        )

    def post_live_migration_at_destination(
        self, context: RequestContext, instance: Instance, host: str
    ) -> None:
        """Have the destination take over; raise what it raises."""
        self._call(
            context, host, 'post_live_migration_at_destination', instance
        )

    def _call(
        self,
        context: RequestContext,
        host: str,
        method: str,
        instance: Instance,
    ) -> None:
        client = self._client.prepare(server=host)
        client.call(context, method, instance=instance)

    def _cast_move(
        self,
        context: RequestContext,
        host: str,
        method: str,
        instance: Instance,
        migration: Migration,
        **kwargs: Any,
    ) -> bool:
        return self.cast(
            context,
            host,
            method,
            instance=instance,
            migration=migration,
            **kwargs,
        )
