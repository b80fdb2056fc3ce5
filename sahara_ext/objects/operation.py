# SPDX-License-Identifier: Apache-2.0
"""The operation on a cluster, and the engine that owns it."""

from collections.abc import Collection, Mapping, Sequence
import dataclasses
import datetime
from typing import Any, TypeVar

from oslo_utils import uuidutils
from oslo_versionedobjects import fields as ovo_fields

from ext_lib import objects
from ext_lib.context import RequestContext
from ext_lib.objects import DateTimeField
from sahara_ext import exception
from sahara_ext.db.api import cluster as cluster_db
from sahara_ext.db.api import operation as operation_db
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.objects.fields import StepTypeField
from sahara_ext.objects.node_group import NodeGroup

_Object = TypeVar('_Object', bound='OperationObject')

#: How many events are deleted in one transaction.
_CHUNK = 1000


@dataclasses.dataclass(frozen=True)
class NewOperation:
    """An operation that is to begin on a cluster.

    :param type: a StepType
    :param status: of the cluster from then on
    :param expected_status: the statuses that permit it; None for any
    :param force: whether what cannot be deleted is left behind
    :param node_groups: to be added, with their instances
    :param instances: to be added to node groups there are
    :param counts: how many instances node groups are to have, by id
    :param removing: ids of instances to go; None for all of them
    """

    type: str
    status: str
    expected_status: Collection[str] | None = None
    force: bool = False
    node_groups: Sequence[NodeGroup] = ()
    instances: Sequence[ClusterInstance] = ()
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    removing: Collection[str] | None = ()

    def changes(self, cluster_id: str) -> operation_db.Changes:
        """Return what it changes of the parts of a cluster."""
        groups, planned = adopt(cluster_id, self.node_groups)
        planned += [_adopted(cluster_id, each) for each in self.instances]
        return operation_db.Changes(
            groups, planned, self.counts, self.removing
        )


class OperationObject(objects.VersionedObject):
    """The side of a cluster that engines see.

    While anything is to be done to it ``operation_id`` is set. The engine
    that does it is named by ``engine_id``; what it stores is refused once
    another operation, or another engine, took the place.
    """

    fields = {
        'id': ovo_fields.UUIDField(),
        #: One of ClusterStatus.
        'status': ovo_fields.StringField(default=ClusterStatus.VALIDATING),
        'status_description': ovo_fields.StringField(nullable=True),
        #: None when nothing is to be done.
        'operation_id': ovo_fields.StringField(nullable=True),
        'operation_type': StepTypeField(nullable=True),
        'operation_started_at': DateTimeField(nullable=True),
        #: Whether what cannot be deleted is left behind.
        'operation_force': ovo_fields.BooleanField(default=False),
        #: None when no engine works on it.
        'engine_id': ovo_fields.StringField(nullable=True),
    }

    @classmethod
    def lock(
        cls: type[_Object], context: RequestContext, cluster_id: str
    ) -> _Object:
        """Return a cluster that stays as it is until the transaction ends.

        It is the first that a transaction does: what it returns is what was
        committed last.

        :returns: it without its steps, of any project
        :raises ClusterNotFound: when there is none
        """
        return cls.from_row(
            context, cluster_db.cluster_lock(context, cluster_id)
        )

    @classmethod
    def begin_operation(
        cls: type[_Object],
        context: RequestContext,
        cluster_id: str,
        operation: NewOperation,
    ) -> _Object:
        """Store that something is to be done, in place of all before.

        An engine that works on the cluster stays its owner until it notices
        and releases it.

        :returns: the cluster as it is then, without its steps
        :raises ClusterNotFound: when there is none
        :raises ClusterProtected: when it is to stay as it is
        :raises ClusterInvalidStatus: when its status is not an expected one
        """
        row = operation_db.cluster_operation_begin(
            context,
            cluster_id,
            operation.expected_status,
            {
                'operation_id': uuidutils.generate_uuid(),
                'operation_type': operation.type,
                'operation_force': operation.force,
                'status': operation.status,
            },
            operation.changes(cluster_id),
        )
        return cls.from_row(context, row)

    @classmethod
    def claim(
        cls,
        context: RequestContext,
        cluster_id: str,
        engine_id: str,
        stale_before: datetime.datetime,
    ) -> bool:
        """Have an engine own a cluster to which something is to be done.

        :param stale_before: an owner not seen since is dead
        :returns: whether it does, perhaps since long ago
        """
        return operation_db.cluster_claim(
            context, cluster_id, engine_id, stale_before
        )

    def release(self) -> bool:
        """Release the cluster; return whether this engine has owned it."""
        if self.engine_id is None:
            return False
        return operation_db.cluster_release(
            self.obj_context, self.id, self.engine_id
        )

    @property
    def operation_request_id(self) -> str | None:
        """The request id of what is done for the operation, if there is one.

        Engines log under it, and tell other services of it.
        """
        return f'req-{self.operation_id}' if self.operation_id else None

    def is_held(self) -> bool:
        """Return whether its engine still has the right to its operation."""
        return operation_db.cluster_is_held(self.obj_context, self._lease())

    def set_status(self, status: str, description: str | None = None) -> None:
        """Show how far the operation has come.

        :param description: stays what it is when None
        :raises OperationSuperseded: when the engine lost the right to it
        """
        values = {'status': status}
        if description is not None:
            values['status_description'] = description
        self._set_status(values)

    def describe(self, description: str | None) -> None:
        """Say something of the status, which stays what it is.

        :param description: None for nothing
        :raises OperationSuperseded: when the engine lost the right to it
        """
        self._set_status({'status_description': description})

    def _set_status(self, values: Mapping[str, Any]) -> None:
        operation_db.cluster_set_status(
            self.obj_context, self._lease(), values
        )
        self._take(values)

    def finish_operation(
        self,
        status: str,
        description: str | None = None,
        gone: Sequence[str] = (),
    ) -> None:
        """Note that nothing more is to be done, and release the cluster.

        Instances that are left are part of it. The parts of this object are
        those from before.

        :param gone: ids of instances that do not exist any more
        :raises OperationSuperseded: when the engine lost the right to it
        """
        values = {'status': status, 'status_description': description}
        operation_db.cluster_operation_finish(
            self.obj_context, self._lease(), values, gone
        )
        self._take({**values, **operation_db.NO_OPERATION})

    def destroy(self) -> None:
        """Delete the cluster, its parts, steps and events.

        :raises OperationSuperseded: when the engine lost the right to it
        """
        if not self.is_held():
            raise exception.OperationSuperseded(cluster_id=self.id)
        # There may be too many for one transaction.
        ClusterEventList.destroy_by_cluster(self.obj_context, self.id, _CHUNK)
        operation_db.cluster_destroy(self.obj_context, self._lease())

    def _lease(self) -> operation_db.Lease:
        return operation_db.Lease(self.id, self.operation_id, self.engine_id)

    def _take(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.obj_reset_changes(list(values))


def adopt(
    cluster_id: str, node_groups: Sequence[NodeGroup]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the columns of new node groups, and of their instances."""
    groups, instances = [], []
    for position, group in enumerate(node_groups):
        if 'position' not in group:
            group.position = position
        groups.append(_adopted(cluster_id, group))
        for each in group.instances:
            each.node_group_id = group.id
            instances.append(_adopted(cluster_id, each))
    return groups, instances


def _adopted(
    cluster_id: str, part: NodeGroup | ClusterInstance
) -> dict[str, Any]:
    part.cluster_id = cluster_id
    if 'id' not in part:
        part.id = uuidutils.generate_uuid()
    part.obj_set_defaults()
    return columns(part)


def columns(changed: objects.VersionedObject) -> dict[str, Any]:
    """Return what changed of an object and is a column of its own."""
    changes = changed.obj_get_changes()
    return {
        name: value
        for name, value in changes.items()
        if name not in changed.NOT_COLUMNS
    }
