# SPDX-License-Identifier: Apache-2.0
"""The compute API: requests checked, recorded and sent to a service."""

from collections.abc import Callable, Mapping, Sequence
import copy
import logging
import time
from typing import Any

from oslo_context import context as oslo_context

from ext_lib.context import RequestContext
from ext_lib.exception import Error
from nova_ext import action_events
from nova_ext import exception
from nova_ext import step_types
from nova_ext.action_events import Step
from nova_ext.compute import admission
from nova_ext.compute import creation
from nova_ext.compute.admission import Admission
from nova_ext.compute.api.moves import MoveAPI
from nova_ext.compute.api.power import PowerAPI
from nova_ext.flavors import Flavor
from nova_ext.objects.base import transactional
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.step_types import StepType

LOG = logging.getLogger(__name__)

_LOCKED_REASON = 'locked_reason'
_Metadata = dict[str, str | None]

#: Between two checks whether a host has confirmed a move, in seconds.
_PAUSE = 0.1

_DELETE = Admission(
    'delete', ActionName.DELETE, task_states=None, needs_launch=False
)
_CONFIRM = Admission(
    'delete', ActionName.CONFIRM_RESIZE, [VMState.RESIZED], task_states=None
)


class API(PowerAPI, MoveAPI):
    """Requests of the HTTP API.

    Every method takes the server as the caller loaded it, and updates it to
    what is stored.

    :param conf: configuration of the API process
    :param transport: made from ``conf`` when None
    """

    def create(
        self,
        context: RequestContext,
        *,
        flavor: Flavor,
        image_ref: str,
        display_name: str,
        metadata: Mapping[str, str] | None = None,
        tags: Sequence[str] = (),
        min_count: int = 1,
        max_count: int | None = None,
        availability_zone: str | None = None,
        requested_host: str | None = None,
        **columns: Any,
    ) -> tuple[InstanceList, str]:
        """Create equal servers; return them and their reservation id.

        :param max_count: number of servers, as every host has room for any;
            None for ``min_count``
        :param availability_zone: may name a host, too: ``zone:host``
        :param columns: further fields of the servers
        :raises TooManyInstances: when they exceed the quota
        :raises AvailabilityZoneNotFound: when there is no such zone
        :raises DestinationHostNotFound: when there is no such host
        """
        count = max(min_count, max_count or min_count)
        creation.check_count(count)
        zone, host_of_zone = creation.parse_zone(availability_zone)
        self._hosts.check_known(context, requested_host)
        reservation_id = creation.generate_reservation_id()
        plans = creation.plan(
            context,
            {
                **creation.size_of(flavor),
                'display_name': display_name,
                'image_ref': image_ref,
                'metadata': dict(metadata or {}),
                'tags': list(tags),
                'availability_zone': zone,
                'reservation_id': reservation_id,
                **columns,
            },
            count,
            requested_host or host_of_zone,
        )
        instances = creation.store(context, plans)
        self._conductor.schedule_and_build_instances(context, list(instances))
        return instances, reservation_id

    def update(
        self, context: RequestContext, instance: Instance, **columns: Any
    ) -> None:
        """Change the name, the description or other columns of a server."""
        for name, value in columns.items():
            setattr(instance, name, value)
        instance.save()

    def delete(self, context: RequestContext, instance: Instance) -> None:
        """Delete a server, unless it is being deleted.

        :raises InstanceIsLocked: unless an administrator asks
        """
        _DELETE.check(context, instance)
        if instance.task_state == TaskState.DELETING:
            LOG.info('Instance %s is being deleted already', instance.uuid)
            return
        self.force_delete(context, instance)

    def force_delete(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Delete a server, even if it is being deleted.

        :raises InstanceIsLocked: unless an administrator asks
        """
        _DELETE.check(context, instance)
        if instance.vm_state == VMState.RESIZED:
            self._confirm_before_delete(context, instance)
        if self._hosts.is_up(context, instance.host):
            _DELETE.accept(
                context, instance, task_state=TaskState.DELETING, progress=0
            )
            self._compute.send(context, step_types.TERMINATE, instance)
        else:
            self._delete_locally(context, instance)

    def _confirm_before_delete(
        self, context: RequestContext, instance: Instance
    ) -> None:
        """Have the source of a move cleaned up; continue if that fails."""
        # An action is found by server and request. The request of the
        # deletion has an action of its own, so the confirmation needs an id.
        context = copy.copy(context)
        context.request_id = oslo_context.generate_request_id()
        try:
            migration = admission.finished_migration(context, instance.uuid)
            if not self._hosts.is_up(context, migration.source_compute):
                LOG.info(
                    'Instance %s: host %s is down, so its move is not '
                    'confirmed before it is deleted',
                    instance.uuid,
                    migration.source_compute,
                )
                return
            migration = _CONFIRM.accept_end_of_move(
                context, instance, MigrationStatus.CONFIRMING
            )
            if self._compute.send(
                context, step_types.CONFIRM_RESIZE, instance, migration
            ):
                self._wait_for_confirmation(context, instance.uuid)
        except Exception as error:
            LOG.warning(
                'Instance %s: the move is not confirmed: %s',
                instance.uuid,
                error,
                exc_info=not isinstance(error, Error),
            )
        instance.refresh()

    def _wait_for_confirmation(
        self, context: RequestContext, uuid: str
    ) -> None:
        # An RPC call would wait for the broker, too, without limit.
        deadline = time.monotonic() + self._response_timeout
        while not action_events.is_finished(context, uuid):
            if time.monotonic() > deadline:
                LOG.warning(
                    'Instance %s: the move was not confirmed in %s seconds',
                    uuid,
                    self._response_timeout,
                )
                break
            time.sleep(_PAUSE)

    def _delete_locally(
        self, context: RequestContext, instance: Instance
    ) -> None:
        uuid = instance.uuid
        LOG.info('Instance %s is deleted without its host', uuid)
        try:
            is_done = admission.delete_locally(context, uuid, instance.host)
        except exception.UnexpectedTaskStateError:
            is_done = False
        if is_done:
            action_events.end_superseded(context, uuid, self._host)
        else:
            # A host has taken it in the meantime.
            instance.refresh()
            self.force_delete(context, instance)

    def lock(
        self,
        context: RequestContext,
        instance: Instance,
        reason: str | None = None,
    ) -> None:
        """Keep all users but administrators from changing a server.

        An owner cannot change a lock that is there.
        """
        is_owner = instance.project_id == context.project_id
        if instance.locked and is_owner:
            return
        stored = {} if reason is None else {_LOCKED_REASON: reason}
        fresh = _record_here(
            context,
            instance.uuid,
            self._host,
            ActionName.LOCK,
            step_types.LOCK,
            {'locked': True, 'locked_by': 'owner' if is_owner else 'admin'},
            lambda metadata: {**metadata, **stored},
        )
        admission.replace_fields(instance, fresh)

    def unlock(self, context: RequestContext, instance: Instance) -> None:
        """Remove the lock of a server."""
        fresh = _record_here(
            context,
            instance.uuid,
            self._host,
            ActionName.UNLOCK,
            step_types.UNLOCK,
            {'locked': False, 'locked_by': None},
            _without_reason,
        )
        admission.replace_fields(instance, fresh)

    def reset_state(
        self, context: RequestContext, instance: Instance, state: str
    ) -> None:
        """Reset the state of a server, in any task state.

        :param state: ``active`` or ``error``, which are vm_states
        """
        fresh = _reset_state(context, instance.uuid, state)
        admission.replace_fields(instance, fresh)
        action_events.end_superseded(context, instance.uuid, self._host)


@transactional
def _record_here(
    context: RequestContext,
    uuid: str,
    host: str,
    action: str,
    step_type: StepType,
    changes: dict[str, Any],
    edit: Callable[[_Metadata], _Metadata],
) -> Instance:
    """Change a server and record the action and its only step.

    :param edit: changes the system metadata as they are stored now: a host
        that works on the server may have changed them
    """
    InstanceAction.action_start(context, uuid, action, want_result=False)
    with Step(context, uuid, step_type.event, host).recorded():
        instance = admission.change(context, uuid, changes)
        metadata = edit(instance.system_metadata)
        if metadata != instance.system_metadata:
            instance.system_metadata = metadata
        instance.save()
    return instance


def _without_reason(metadata: _Metadata) -> _Metadata:
    return {k: v for k, v in metadata.items() if k != _LOCKED_REASON}


@transactional
def _reset_state(context: RequestContext, uuid: str, state: str) -> Instance:
    InstanceAction.action_start(
        context, uuid, ActionName.RESET_STATE, want_result=False
    )
    instance = admission.change(
        context, uuid, {'vm_state': state, 'task_state': None}
    )
    instance.save()
    InstanceAction.action_finish(context, uuid, want_result=False)
    return instance
