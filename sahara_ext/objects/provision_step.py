# SPDX-License-Identifier: Apache-2.0
"""The steps in which something is done to a cluster."""

from collections.abc import Collection, Mapping
import datetime
from typing import Any

from oslo_versionedobjects import fields

from ext_lib import objects
from ext_lib.context import RequestContext
from sahara_ext.db.api import cluster_event as cluster_event_db
from sahara_ext.db.api import provision_step as provision_step_db
from sahara_ext.objects import base
from sahara_ext.objects.cluster_event import ClusterEvent
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.fields import StepTypeField


@base.VersionedObjectRegistry.register
class ClusterProvisionStep(base.SaharaExtObject):
    """One step of what is done to a cluster, and how far it has come.

    It is planned until ``started_at``, has failed from its first failure on,
    and is over at ``completed_at``.
    """

    # 1.0: Initial version
    # 1.1: Add completed, failed, started_at and completed_at
    VERSION = '1.1'
    SINCE = {
        'completed': '1.1',
        'failed': '1.1',
        'started_at': '1.1',
        'completed_at': '1.1',
    }
    NOT_COLUMNS = frozenset({'events'})
    obj_relationships = {'events': [('1.0', '1.0'), ('1.1', '1.1')]}

    fields = {
        'id': fields.UUIDField(),
        #: Steps are in this order.
        'sequence': fields.IntegerField(),
        'cluster_id': fields.StringField(),
        'project_id': fields.StringField(nullable=True),
        'operation_id': fields.StringField(nullable=True),
        'step_name': fields.StringField(),
        'step_type': StepTypeField(),
        #: How many successes and how many failures count.
        'completed': fields.IntegerField(default=0),
        'failed': fields.IntegerField(default=0),
        #: How many of both there will be; None while that is not known.
        'total': fields.IntegerField(nullable=True),
        #: None until the first failure or the end.
        'successful': fields.BooleanField(nullable=True),
        'started_at': objects.DateTimeField(nullable=True),
        'completed_at': objects.DateTimeField(nullable=True),
        'created_at': objects.DateTimeField(nullable=True),
        'updated_at': objects.DateTimeField(nullable=True),
        #: Oldest first; set only when requested.
        'events': fields.ObjectField('ClusterEventList'),
    }

    @classmethod
    def get_by_id(
        cls,
        context: RequestContext,
        step_id: str,
        cluster_id: str | None = None,
    ) -> 'ClusterProvisionStep':
        """Return a step.

        :param cluster_id: whose it must be; None for any
        :raises ProvisionStepNotFound: when there is none
        """
        row = provision_step_db.provision_step_get(
            context, step_id, cluster_id
        )
        return cls.from_row(context, row)

    @classmethod
    def begin(
        cls,
        context: RequestContext,
        identity: Mapping[str, str],
        name: str,
        total: int | None = None,
    ) -> 'ClusterProvisionStep':
        """Begin a step, or resume it; return it.

        It is added if it is not planned. With nothing to do it is completed.

        :param identity: ``cluster_id``, ``operation_id`` and ``step_type``
        :param total: how many successes and failures there will be; as
            planned, when omitted
        :raises ClusterGone: when there is no such cluster
        :raises StepFailed: when a step of the operation has failed, unless it
            is this one and has not ended
        """
        row = provision_step_db.provision_step_begin(
            context, identity, name, total
        )
        return cls.from_row(context, row)

    @property
    def is_planned(self) -> bool:
        """True until it begins."""
        return self.started_at is None

    @property
    def is_running(self) -> bool:
        """True from its beginning to its end."""
        return self.started_at is not None and self.completed_at is None

    @property
    def duration(self) -> datetime.timedelta | None:
        """The time it took; None until it is over."""
        if self.started_at is None or self.completed_at is None:
            return None
        return self.completed_at - self.started_at


@base.VersionedObjectRegistry.register
class ClusterProvisionStepList(
    objects.ObjectList[ClusterProvisionStep], base.SaharaExtObject
):
    """Steps, in their order."""

    # 1.0: Initial version
    # 1.1: ClusterProvisionStep 1.1
    VERSION = '1.1'
    obj_relationships = {'objects': [('1.0', '1.0'), ('1.1', '1.1')]}

    fields = {
        'objects': fields.ListOfObjectsField('ClusterProvisionStep'),
    }

    @classmethod
    def get_by_cluster(
        cls, context: RequestContext, cluster_id: str, events: bool = False
    ) -> 'ClusterProvisionStepList':
        """Return the steps of a cluster.

        :param events: whether their events come with them
        """
        if events:
            return cls._with_events(context, cluster_id)
        rows = provision_step_db.provision_steps_get_by_clusters(
            context, [cluster_id]
        )
        return cls.from_rows(context, ClusterProvisionStep, rows)

    @classmethod
    def _with_events(
        cls, context: RequestContext, cluster_id: str
    ) -> 'ClusterProvisionStepList':
        steps: dict[str, Any] = {}
        events: dict[str, list[Any]] = {}
        for step, event in cluster_event_db.provision_steps_get_with_events(
            context, cluster_id
        ):
            steps[step.id] = step
            found = events.setdefault(step.id, [])
            if event is not None:
                found.append(event)
        self = cls.from_rows(context, ClusterProvisionStep, steps.values())
        for each in self:
            each.events = ClusterEventList.from_rows(
                context, ClusterEvent, events[each.id]
            )
            each.obj_reset_changes(['events'])
        return self

    @classmethod
    def get_by_clusters(
        cls, context: RequestContext, cluster_ids: Collection[str]
    ) -> dict[str, 'ClusterProvisionStepList']:
        """Return the steps of clusters, by the id of each."""
        rows = provision_step_db.provision_steps_get_by_clusters(
            context, cluster_ids
        )
        sorted_rows: dict[str, list[Any]] = {key: [] for key in cluster_ids}
        for row in rows:
            sorted_rows[row.cluster_id].append(row)
        return {
            key: cls.from_rows(context, ClusterProvisionStep, rows)
            for key, rows in sorted_rows.items()
        }

    @staticmethod
    def plan(
        context: RequestContext,
        identity: Mapping[str, str],
        totals: Mapping[str, int | None],
    ) -> None:
        """Store the steps an operation is going to take, but those known.

        :param identity: ``cluster_id``, ``operation_id`` and ``step_type``
        :param totals: by name, in order; None when not known yet
        :raises ClusterGone: when there is no such cluster
        """
        provision_step_db.provision_steps_plan(context, identity, totals)

    @property
    def current(self) -> ClusterProvisionStep | None:
        """The step users want to know of; None before one has begun.

        Of what was done last it is the step that is running, else the one
        that has failed, else the last.
        """
        begun = [step for step in self if not step.is_planned]
        last = [s for s in begun if s.operation_id == begun[-1].operation_id]
        running = [step for step in last if step.is_running]
        failed = [step for step in last if step.successful is False]
        return next(iter([*running, *failed, *last[-1:]]), None)
