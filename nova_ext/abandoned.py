# SPDX-License-Identifier: Apache-2.0
"""Servers in the task state of an operation that no process will finish."""

import logging
from typing import Any

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext import operations
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList

LOG = logging.getLogger(__name__)


def fail_move(context: RequestContext, instance_uuid: str) -> None:
    """Fail the move of a server that is being moved or rebuilt.

    The server keeps its vm_state if that is certain to be right, else it is
    in ERROR. A server that is not being moved is not changed.
    """
    try:
        instance = instance_updates.load_instance(context, instance_uuid)
    except exception.InstanceNotFound:
        # A migration that was created just after the server was deleted.
        end_migrations(context, instance_uuid)
        return
    task_state = instance.task_state
    if not operations.migration_types_of(task_state):
        return
    for migration in unfinished_migrations(context, instance):
        status = MigrationStatus.ERROR
        if migration.migration_type == MigrationType.EVACUATION:
            status = MigrationStatus.FAILED
        instance_updates.end_migration(migration, status)
    _clear_task_state(context, instance)


def clear_task_state(context: RequestContext, instance: Instance) -> None:
    """End the task state of an operation that has ended."""
    if operations.migration_types_of(instance.task_state):
        fail_move(context, instance.uuid)
    else:
        _clear_task_state(context, instance)


def _clear_task_state(context: RequestContext, instance: Instance) -> None:
    task_state = instance.task_state
    values: dict[str, Any] = {'task_state': None}
    if not operations.is_reversible(task_state):
        values['vm_state'] = VMState.ERROR
    LOG.warning(
        'Instance %s: ending abandoned task state %s',
        instance.uuid,
        task_state,
    )
    instance_updates.update_instance(
        context, instance.uuid, [task_state], **values
    )


def end_migrations(context: RequestContext, instance_uuid: str) -> None:
    """End all migrations of a server that was deleted or evacuated."""
    for migration in MigrationList.get_by_filters(
        context, {'instance_uuid': instance_uuid}
    ):
        if migration.status not in MigrationStatus.ENDED:
            instance_updates.end_migration(migration, MigrationStatus.ERROR)


def unfinished_migrations(
    context: RequestContext, instance: Instance
) -> list[Migration]:
    """Return the migrations that the task state of a server is about."""
    migrations = MigrationList.get_by_filters(
        context, {'instance_uuid': instance.uuid}
    )
    types = operations.migration_types_of(instance.task_state)
    return [
        migration
        for migration in migrations
        if migration.migration_type in types
        and migration.status not in MigrationStatus.ENDED
    ]
