# SPDX-License-Identifier: Apache-2.0
"""Admission of requests that change servers, and the record of it.

A task state and an action are stored in one transaction: after a crash either
both are there, so that the operation can be recovered, or neither is.
"""

from collections.abc import Collection, Sequence
import dataclasses
from typing import Any

from oslo_utils import timeutils

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.objects.base import transactional
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList

#: Task states of a server on which no operation is under way.
_AT_REST: Sequence[str | None] = (None,)


@dataclasses.dataclass(frozen=True)
class Admission:
    """A kind of request, and in which states a server may get one.

    :param method: as clients know it
    :param action: an ActionName
    :param vm_states: None for any
    :param task_states: None for any
    :param needs_host: whether a server that is on no host is refused
    :param needs_launch: whether one that has never run is refused
    :param minds_lock: whether a locked server is refused
    """

    method: str
    action: str
    vm_states: Collection[str] | None = None
    task_states: Sequence[str | None] | None = _AT_REST
    needs_host: bool = False
    needs_launch: bool = True
    minds_lock: bool = True

    def check(self, context: RequestContext, instance: Instance) -> None:
        """Refuse what the state of the server does not permit.

        :raises InstanceIsLocked: unless an administrator asks
        :raises InstanceNotReady: when it is on no host and has to be
        :raises InstanceInvalidState: when it is in a wrong state
        """
        if self.minds_lock and instance.locked and not context.is_admin:
            raise exception.InstanceIsLocked(instance_uuid=instance.uuid)
        if self.needs_host and not instance.host:
            raise exception.InstanceNotReady(instance_id=instance.uuid)
        self._check_attribute(instance, 'vm_state', self.vm_states)
        self._check_attribute(instance, 'task_state', self.task_states)
        if self.needs_launch and instance.launched_at is None:
            raise self.invalid(instance, 'launched_at')

    def _check_attribute(
        self,
        instance: Instance,
        name: str,
        states: Collection[str | None] | None,
    ) -> None:
        if states is not None and getattr(instance, name) not in states:
            raise self.invalid(instance, name)

    def invalid(
        self, instance: Instance, attribute: str
    ) -> exception.InstanceInvalidState:
        """Return the error for a server with the wrong value there."""
        return exception.InstanceInvalidState(
            instance_uuid=instance.uuid,
            attr=attribute,
            state=getattr(instance, attribute),
            method=self.method,
        )

    def accept(
        self, context: RequestContext, instance: Instance, **changes: Any
    ) -> None:
        """Check, change the server and record the action.

        :raises InstanceInvalidState: as :meth:`check` does, and when another
            request has changed the task state in the meantime
        """
        self.check(context, instance)
        try:
            fresh = _accept(
                context, instance.uuid, self.action, self.task_states, changes
            )
        except exception.UnexpectedTaskStateError as error:
            instance.refresh()
            raise self.invalid(instance, 'task_state') from error
        replace_fields(instance, fresh)

    def accept_end_of_move(
        self,
        context: RequestContext,
        instance: Instance,
        status: str,
        **changes: Any,
    ) -> Migration:
        """Accept the confirmation or reversion of a move; return that.

        :param status: the new one of the migration
        :raises InstanceNotResized: when there is no such move
        """
        self.check(context, instance)
        try:
            fresh, migration = _accept_end_of_move(
                context, instance.uuid, self.action, status, changes
            )
        except exception.UnexpectedTaskStateError as error:
            instance.refresh()
            raise self.invalid(instance, 'task_state') from error
        replace_fields(instance, fresh)
        return migration

    def accept_evacuation(
        self,
        context: RequestContext,
        instance: Instance,
        dest: str | None,
    ) -> Migration:
        """Accept the move of a server from its dead host; return that."""
        fresh, migration = _accept_evacuation(
            context, instance.uuid, self.action, dest
        )
        replace_fields(instance, fresh)
        return migration


def replace_fields(instance: Instance, fresh: Instance) -> None:
    """Replace the fields of ``instance`` by those of ``fresh``."""
    for name in instance.fields:
        if name in fresh:
            setattr(instance, name, getattr(fresh, name))
    instance.obj_reset_changes()


@transactional
def _accept(
    context: RequestContext,
    uuid: str,
    action: str,
    task_states: Sequence[str | None] | None,
    changes: dict[str, Any],
) -> Instance:
    instance = change(context, uuid, changes)
    instance.save(expected_task_state=task_states)
    InstanceAction.action_start(context, uuid, action, want_result=False)
    return instance


@transactional
def _accept_end_of_move(
    context: RequestContext,
    uuid: str,
    action: str,
    status: str,
    changes: dict[str, Any],
) -> tuple[Instance, Migration]:
    instance = change(context, uuid, changes)
    instance.save(expected_task_state=_AT_REST)
    migration = finished_migration(context, uuid)
    migration.status = status
    migration.save(expected_status=MigrationStatus.FINISHED)
    InstanceAction.action_start(context, uuid, action, want_result=False)
    return instance, migration


@transactional
def _accept_evacuation(
    context: RequestContext, uuid: str, action: str, dest: str | None
) -> tuple[Instance, Migration]:
    instance = change(context, uuid, {'task_state': TaskState.REBUILDING})
    instance.save()
    migration = Migration(
        context,
        instance_uuid=uuid,
        migration_type=MigrationType.EVACUATION,
        status=MigrationStatus.ACCEPTED,
        source_compute=instance.host,
        source_node=instance.node,
        dest_compute=dest,
    )
    migration.create()
    InstanceAction.action_start(context, uuid, action, want_result=False)
    return instance, migration


@transactional
def delete_locally(
    context: RequestContext, uuid: str, expected_host: str | None
) -> bool:
    """Delete a server whose host is down, and record the action.

    :param expected_host: where the caller found the server
    :returns: False if the server is on another host, so that nothing was
        changed
    :raises InstanceNotFound: when it was deleted
    :raises UnexpectedTaskStateError: when its task state has changed
    """
    instance = Instance.get_by_uuid(context, uuid)
    if instance.host != expected_host:
        return False
    task_state = instance.task_state
    instance.vm_state = VMState.DELETED
    instance.task_state = None
    instance.power_state = PowerState.NOSTATE
    instance.terminated_at = timeutils.utcnow()
    # A host that takes the server at the same time changes the task state.
    instance.save(expected_task_state=[task_state])
    InstanceAction.action_start(
        context, uuid, ActionName.DELETE, want_result=False
    )
    instance.destroy()
    return True


def change(
    context: RequestContext, uuid: str, changes: dict[str, Any]
) -> Instance:
    """Return a server as it is now, with ``changes`` still to be saved."""
    instance = Instance.get_by_uuid(context, uuid)
    for name, value in changes.items():
        setattr(instance, name, value)
    return instance


def finished_migration(context: RequestContext, uuid: str) -> Migration:
    """Return the migration that waits to be confirmed or reverted.

    :raises InstanceNotResized: when there is none
    """
    migrations = MigrationList.get_by_filters(
        context,
        {'instance_uuid': uuid, 'status': MigrationStatus.FINISHED},
    )
    if not migrations:
        raise exception.InstanceNotResized(instance_id=uuid)
    return migrations[-1]
