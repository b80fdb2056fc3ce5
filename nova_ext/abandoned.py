# SPDX-License-Identifier: Apache-2.0
"""What becomes of a server whose move nobody can finish any more."""

from collections.abc import Sequence
import logging
from typing import Any

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList

LOG = logging.getLogger(__name__)

_COLD = (MigrationType.MIGRATION, MigrationType.RESIZE)
_REBUILD = (MigrationType.EVACUATION,)

#: Types of migration that each task is about.
_TYPES: dict[str | None, Sequence[str]] = {
    TaskState.RESIZE_PREP: _COLD,
    TaskState.RESIZE_MIGRATING: _COLD,
    TaskState.RESIZE_MIGRATED: _COLD,
    TaskState.RESIZE_FINISH: _COLD,
    TaskState.RESIZE_REVERTING: _COLD,
    TaskState.MIGRATING: (MigrationType.LIVE_MIGRATION,),
    TaskState.REBUILDING: _REBUILD,
    TaskState.REBUILD_BLOCK_DEVICE_MAPPING: _REBUILD,
    TaskState.REBUILD_SPAWNING: _REBUILD,
}

#: Tasks that can be dropped at any point: the server runs where it ran.
_HARMLESS = (
    TaskState.RESIZE_PREP,
    TaskState.RESIZE_MIGRATING,
    TaskState.MIGRATING,
)


#: Tasks that leave a server as it was when they fail.
_REVERSIBLE = (
    TaskState.POWERING_ON,
    TaskState.POWERING_OFF,
    TaskState.REBOOTING,
    TaskState.REBOOT_STARTED,
    TaskState.REBOOTING_HARD,
    TaskState.REBOOT_STARTED_HARD,
    TaskState.PAUSING,
    TaskState.UNPAUSING,
)


def give_up(context: RequestContext, instance_uuid: str) -> None:
    """End the move of a server that is being moved or rebuilt.

    It stays as it was if that is certain, else it is in ERROR. A server
    that is not being moved is left alone.
    """
    try:
        instance = instance_updates.load_instance(context, instance_uuid)
    except exception.InstanceNotFound:
        # What was stored just after the server had been deleted.
        end_migrations(context, instance_uuid)
        return
    task_state = instance.task_state
    if task_state not in _TYPES:
        return
    for migration in unfinished(context, instance):
        status = MigrationStatus.ERROR
        if migration.migration_type == MigrationType.EVACUATION:
            status = MigrationStatus.FAILED
        instance_updates.end_migration(migration, status)
    values: dict[str, Any] = {'task_state': None}
    if task_state not in _HARMLESS:
        values['vm_state'] = VMState.ERROR
    LOG.warning('Giving up %s of instance %s', task_state, instance_uuid)
    instance_updates.update_instance(
        context, instance_uuid, [task_state], **values
    )


def drop_task(context: RequestContext, instance: Instance) -> None:
    """End a task of which nothing is left but its name."""
    task_state = instance.task_state
    if task_state in _TYPES:
        give_up(context, instance.uuid)
        return
    values: dict[str, Any] = {'task_state': None}
    if task_state not in _REVERSIBLE:
        values['vm_state'] = VMState.ERROR
    LOG.warning('Dropping %s of instance %s', task_state, instance.uuid)
    instance_updates.update_instance(
        context, instance.uuid, [task_state], **values
    )


def end_migrations(context: RequestContext, instance_uuid: str) -> None:
    """End all migrations of a server; something else became of it."""
    for migration in MigrationList.get_by_filters(
        context, {'instance_uuid': instance_uuid}
    ):
        if migration.status not in MigrationStatus.ENDED:
            instance_updates.end_migration(migration, MigrationStatus.ERROR)


def unfinished(context: RequestContext, instance: Instance) -> list[Migration]:
    """Return the migrations that the task of a server is about."""
    migrations = MigrationList.get_by_filters(
        context, {'instance_uuid': instance.uuid}
    )
    return [
        migration
        for migration in migrations
        if migration.migration_type in _TYPES.get(instance.task_state, ())
        and migration.status not in MigrationStatus.ENDED
    ]
