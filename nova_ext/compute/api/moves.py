# SPDX-License-Identifier: Apache-2.0
"""Requests that take a server to another host."""

import dataclasses
from typing import Any

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext import step_types
from nova_ext.compute import creation
from nova_ext.compute.admission import Admission
from nova_ext.compute.admission import finished_migration
from nova_ext.compute.api.base import BaseAPI
from nova_ext.flavors import Flavor
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.migration import Migration

_RESIZE = Admission(
    'resize',
    ActionName.RESIZE,
    [VMState.ACTIVE, VMState.STOPPED],
    needs_host=True,
)
_MIGRATE = dataclasses.replace(
    _RESIZE, method='migrate', action=ActionName.MIGRATE
)
_CONFIRM = Admission(
    'confirmResize', ActionName.CONFIRM_RESIZE, [VMState.RESIZED]
)
_REVERT = Admission(
    'revertResize', ActionName.REVERT_RESIZE, [VMState.RESIZED]
)
_LIVE_MIGRATE = Admission(
    'os-migrateLive',
    ActionName.LIVE_MIGRATION,
    [VMState.ACTIVE, VMState.PAUSED],
    needs_host=True,
)
_FORCE_COMPLETE = Admission(
    'force_complete',
    ActionName.LIVE_MIGRATION_FORCE_COMPLETE,
    [VMState.ACTIVE],
    [TaskState.MIGRATING],
)
_ABORT = Admission(
    'abort live migration',
    ActionName.LIVE_MIGRATION_CANCEL,
    None,
    [TaskState.MIGRATING],
)
#: In any task state: no operation continues when the host is down.
_EVACUATE = Admission(
    'evacuate',
    ActionName.EVACUATE,
    [VMState.ACTIVE, VMState.STOPPED, VMState.ERROR],
    None,
    minds_lock=False,
)


class MoveAPI(BaseAPI):
    """Requests to resize, migrate or evacuate, and to end or steer a move.

    All methods raise what :meth:`Admission.accept` raises.
    """

    def resize(
        self,
        context: RequestContext,
        instance: Instance,
        flavor: Flavor | None = None,
        host: str | None = None,
        auto_disk_config: bool = False,
    ) -> None:
        """Resize or cold-migrate a server.

        :param flavor: the new size; None keeps the present one
        :param host: the only destination permitted
        :param auto_disk_config: becomes the server's; as in nova, a request
            that does not say so makes it False
        :raises CannotResizeDisk: when that size has no disk
        :raises ServiceUnavailable: when its host is down
        :raises CannotResizeToSameFlavor: when it has that size
        :raises CannotMigrateToSameHost: when it is there
        :raises DestinationHostNotFound: when there is no such host
        """
        admission = _MIGRATE if flavor is None else _RESIZE
        admission.check(context, instance)
        self._hosts.check_up(context, instance.host)
        size = _size(instance, flavor)
        if host is not None and host == instance.host:
            raise exception.CannotMigrateToSameHost()
        self._hosts.check_known(context, host)
        admission.accept(
            context,
            instance,
            task_state=TaskState.RESIZE_PREP,
            progress=0,
            auto_disk_config=auto_disk_config,
        )
        self._conductor.migrate_server(context, instance, size, host)

    def confirm_resize(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Confirm a move; the source removes what it kept of the server.

        :raises InstanceNotResized: when there is nothing to confirm
        :raises ServiceUnavailable: when the source is down
        """
        _CONFIRM.check(context, instance)
        migration = finished_migration(context, instance.uuid)
        self._hosts.check_up(context, migration.source_compute)
        migration = _CONFIRM.accept_end_of_move(
            context, instance, MigrationStatus.CONFIRMING
        )
        self._compute.send(
            context, step_types.CONFIRM_RESIZE, instance, migration
        )

    def revert_resize(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Bring a server that was moved back to the source.

        :raises InstanceNotResized: when there is nothing to revert
        """
        migration = _REVERT.accept_end_of_move(
            context,
            instance,
            MigrationStatus.REVERTING,
            task_state=TaskState.RESIZE_REVERTING,
        )
        self._compute.send(
            context, step_types.REVERT_RESIZE, instance, migration
        )

    def check_live_migration(
        self,
        context: RequestContext,
        instance: Instance,
        host: str | None = None,
    ) -> None:
        """Refuse a live migration that a conductor would refuse later.

        :param host: the only destination permitted
        :raises DestinationHostNotFound: when there is no such host
        :raises ComputeServiceUnavailable: when the host of the server is down
        :raises UnableToMigrateToSelf: when the server is there
        :raises NoValidHost: when no destination is up and enabled
        """
        _LIVE_MIGRATE.check(context, instance)
        self._hosts.check_known(context, host)
        self._hosts.check_live_migration(context, instance, host)

    def live_migrate(
        self,
        context: RequestContext,
        instance: Instance,
        host: str | None = None,
        force: bool = False,
    ) -> None:
        """Live-migrate a server.

        :param host: the only destination permitted
        :param force: makes no difference; every host has room
        :raises DestinationHostNotFound: when there is no such host
        """
        _LIVE_MIGRATE.check(context, instance)
        self._hosts.check_known(context, host)
        _LIVE_MIGRATE.accept(context, instance, task_state=TaskState.MIGRATING)
        self._conductor.live_migrate_instance(context, instance, host)

    def live_migrate_force_complete(
        self, context: RequestContext, instance: Instance, migration_id: int
    ) -> None:
        """Force a live migration to complete, at the guest's expense.

        :raises MigrationNotFoundForInstance: when it has no such migration
        :raises InvalidMigrationState: when it is not running
        """
        migration = self._accept_steering(
            context,
            instance,
            migration_id,
            _FORCE_COMPLETE,
            [MigrationStatus.RUNNING],
        )
        self._compute.send(
            context, step_types.FORCE_COMPLETE, instance, migration
        )

    def live_migrate_abort(
        self,
        context: RequestContext,
        instance: Instance,
        migration_id: int,
        allow_queued: bool = False,
    ) -> None:
        """Abort a live migration; the server stays on its host.

        :param allow_queued: also before it runs
        :raises MigrationNotFoundForInstance: when it has no such migration
        :raises InvalidMigrationState: when it cannot be aborted any more
        """
        statuses = [MigrationStatus.RUNNING]
        if allow_queued:
            statuses += [MigrationStatus.QUEUED, MigrationStatus.PREPARING]
        migration = self._accept_steering(
            context, instance, migration_id, _ABORT, statuses
        )
        self._compute.send(context, step_types.ABORT, instance, migration)

    def _accept_steering(
        self,
        context: RequestContext,
        instance: Instance,
        migration_id: int,
        admission: Admission,
        statuses: list[str],
    ) -> Migration:
        admission.check(context, instance)
        migration = Migration.get_by_id_and_instance(
            context, migration_id, instance.uuid
        )
        if migration.status not in statuses:
            raise exception.InvalidMigrationState(
                migration_id=migration_id,
                instance_uuid=instance.uuid,
                state=migration.status,
                method=admission.method,
            )
        InstanceAction.action_start(
            context, instance.uuid, admission.action, want_result=False
        )
        return migration

    def evacuate(
        self,
        context: RequestContext,
        instance: Instance,
        host: str | None = None,
        force: bool = False,
    ) -> None:
        """Rebuild a server whose host is down on another host.

        :param host: the only destination permitted
        :param force: makes no difference; every host has room
        :raises ComputeServiceInUse: when its host is up
        :raises CannotMigrateToSameHost: when it is there
        :raises DestinationHostNotFound: when there is no such host
        """
        _EVACUATE.check(context, instance)
        if host is not None and host == instance.host:
            raise exception.CannotMigrateToSameHost()
        self._hosts.check_known(context, host)
        if self._hosts.is_up(context, instance.host):
            raise exception.ComputeServiceInUse(host=instance.host)
        migration = _EVACUATE.accept_evacuation(context, instance, host)
        self._conductor.rebuild_instance(context, instance, migration, host)


def _size(instance: Instance, flavor: Flavor | None) -> dict[str, Any]:
    if flavor is None:
        return {name: getattr(instance, name) for name in creation.SIZE}
    # A server that boots from a volume has no image, and needs no disk.
    if instance.image_ref and instance.root_gb and not flavor.root_gb:
        raise exception.CannotResizeDisk(
            reason='Resize to zero disk flavor is not allowed.'
        )
    if flavor.id == instance.instance_type_id:
        raise exception.CannotResizeToSameFlavor()
    return creation.size_of(flavor)
