# SPDX-License-Identifier: Apache-2.0
"""Clusters."""

from collections.abc import Mapping, Sequence
import datetime
from typing import Any

from oslo_utils import timeutils
from oslo_utils import uuidutils
from oslo_versionedobjects import exception as ovo_exception
from oslo_versionedobjects import fields

from ext_lib.context import RequestContext
from ext_lib.paging import Page
from sahara_ext.db.api import cluster as cluster_db
from sahara_ext.db.api import cluster_list as cluster_list_db
from sahara_ext.db.api import operation as operation_db
from sahara_ext.objects import base
from sahara_ext.objects import operation
from sahara_ext.objects import template
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.fields import JsonDictField
from sahara_ext.objects.fields import StepType
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.objects.provision_step import ClusterProvisionStep
from sahara_ext.objects.provision_step import ClusterProvisionStepList

#: Fields in tables of their own.
_PARTS = frozenset({'node_groups', 'provision_steps'})
#: Fields that tell of the operation; each changes in a way of its own.
_OPERATION = frozenset(operation.OperationObject.fields)


@base.VersionedObjectRegistry.register
class Cluster(
    template.OwnedObject,
    template.ClusterObject,
    operation.OperationObject,
    base.SaharaExtObject,
):
    """One cluster."""

    # 1.0: Initial version
    # 1.1: Add provision_steps
    # 1.2: NodeGroup 1.1
    VERSION = '1.2'
    SINCE = {'provision_steps': '1.1'}
    NOT_COLUMNS = _PARTS
    obj_relationships = {
        'node_groups': [('1.0', '1.0'), ('1.2', '1.1')],
        'provision_steps': [('1.1', '1.1')],
    }

    fields = {
        'user_id': fields.StringField(nullable=True),
        'anti_affinity_ratio': fields.IntegerField(nullable=True),
        'user_keypair_id': fields.StringField(nullable=True),
        'management_public_key': fields.StringField(nullable=True),
        'trust_id': fields.StringField(nullable=True),
        'is_transient': fields.BooleanField(default=False),
        'cluster_template_id': fields.StringField(nullable=True),
        #: What plugins tell users, by service.
        'info': JsonDictField(default={}),
        #: In the order they were given in.
        'node_groups': fields.ListOfObjectsField('NodeGroup', default=[]),
        #: Oldest first; not set unless requested.
        'provision_steps': fields.ListOfObjectsField('ClusterProvisionStep'),
    }

    def instances(self, *states: str) -> list[ClusterInstance]:
        """Return the instances in one of ``states``; all when none given."""
        return [
            instance
            for group in self.node_groups
            for instance in group.instances
            if not states or instance.state in states
        ]

    def _load_rest(self, row: Any) -> None:
        if 'node_groups' in vars(row):
            self.node_groups = [
                NodeGroup.from_row(self.obj_context, group)
                for group in row.node_groups
            ]

    @staticmethod
    @base.reading
    def get(
        context: RequestContext,
        cluster_id: str,
        steps: bool = True,
        events: bool = False,
    ) -> 'Cluster':
        """Return a cluster of the caller's project, or a public one.

        :param steps: whether its steps come with it
        :param events: whether these have their events
        :raises ClusterNotFound: when there is none
        """
        row = cluster_db.cluster_get(context, cluster_id)
        cluster = Cluster.from_row(context, row)
        if steps:
            found = ClusterProvisionStepList.get_by_cluster(
                context, cluster_id, events
            )
            _set_steps(cluster, found.objects)
        return cluster

    @classmethod
    def get_ref(cls, context: RequestContext, cluster_id: str) -> 'Cluster':
        """Return a cluster without what is in other tables.

        :raises ClusterNotFound: as :meth:`get` does
        """
        return cls.from_row(
            context, cluster_db.cluster_get_ref(context, cluster_id)
        )

    @classmethod
    def get_progress(
        cls, context: RequestContext, cluster_id: str
    ) -> 'Cluster':
        """Return a cluster with its steps and its state, and no more.

        :raises ClusterNotFound: as :meth:`get` does
        """
        rows = cluster_db.cluster_get_progress(context, cluster_id)
        *state, _ = rows[0]
        self = cls(
            context,
            **dict(zip(cluster_db.PROGRESS_COLUMNS, state, strict=True)),
        )
        steps = [step for *_, step in rows if step is not None]
        self.provision_steps = ClusterProvisionStepList.from_rows(
            context, ClusterProvisionStep, steps
        ).objects
        self.obj_reset_changes()
        return self

    @classmethod
    def get_for_engine(
        cls, context: RequestContext, cluster_id: str
    ) -> 'Cluster':
        """Return a cluster of any project, without its steps.

        :raises ClusterNotFound: when there is none
        """
        return cls.from_row(
            context, cluster_db.cluster_get_any(context, cluster_id)
        )

    def create(self, step_type: str = StepType.CREATING) -> None:
        """Store the cluster as one of the caller's, with all its parts.

        The operation that is to follow is stored with it.

        :raises ClusterNameExists: when the project has one of this name
        :raises InvalidValue: when a value does not fit
        :raises ObjectActionError: when it is stored already
        """
        if 'id' in self:
            raise ovo_exception.ObjectActionError(
                action='create', reason='already created'
            )
        self.id = uuidutils.generate_uuid()
        self.project_id = self.obj_context.project_id
        self.user_id = self.obj_context.user_id
        self.operation_id = uuidutils.generate_uuid()
        self.operation_type = step_type
        self.operation_started_at = timeutils.utcnow()
        self.obj_set_defaults()
        groups, instances = operation.adopt(self.id, self.node_groups)
        row = cluster_db.cluster_create(
            self.obj_context, operation.columns(self), groups, instances
        )
        self.load_row(row)

    def save(self) -> None:
        """Store what users may change, where it did.

        :raises ClusterNotFound: when the cluster is gone
        :raises ClusterNameExists: when the project has one of this name
        :raises InvalidValue: when a value does not fit
        :raises ObjectActionError: when the operation changed as well
        """
        changes = operation.columns(self)
        if _OPERATION & set(changes):
            raise ovo_exception.ObjectActionError(
                action='save', reason='operations are begun and finished'
            )
        if changes:
            row = cluster_db.cluster_update(self.obj_context, self.id, changes)
            self.updated_at = row.updated_at
            self.obj_reset_changes()


def _set_steps(
    cluster: Cluster, steps: Sequence[ClusterProvisionStep]
) -> None:
    cluster.provision_steps = list(steps)
    cluster.obj_reset_changes(['provision_steps'])


@base.VersionedObjectRegistry.register
class ClusterList(base.PageList[Cluster], base.SaharaExtObject):
    """Clusters, the newest first unless they are sorted otherwise."""

    # 1.0: Initial version
    # 1.1: Cluster 1.1
    # 1.2: Cluster 1.2
    VERSION = '1.2'
    obj_relationships = {
        'objects': [('1.0', '1.0'), ('1.1', '1.1'), ('1.2', '1.2')]
    }

    fields = {
        'objects': fields.ListOfObjectsField('Cluster'),
    }

    @staticmethod
    @base.reading
    def get_page(
        context: RequestContext,
        page: Page,
        filters: Mapping[str, Any] | None = None,
        sort: tuple[str, str] | None = None,
    ) -> 'ClusterList':
        """Return clusters of the caller's project and public ones.

        :param page: its marker is the id of a cluster
        :param filters: columns, each with a value or a list of which any
            will do
        :param sort: a column, and ``asc`` or ``desc``
        :raises MarkerNotFound: when the caller sees no cluster of that id
        :raises Invalid: when a filter or ``sort`` makes no sense
        """
        clusters = ClusterList.from_page(
            context,
            Cluster,
            cluster_list_db.cluster_get_page(
                context, page, filters or {}, sort
            ),
        )
        if clusters.objects:
            ClusterList.load_steps(context, clusters.objects)
        return clusters

    @staticmethod
    def load_steps(
        context: RequestContext, clusters: Sequence[Cluster]
    ) -> None:
        """Set the steps of clusters as they are stored now."""
        ids = [cluster.id for cluster in clusters]
        found = ClusterProvisionStepList.get_by_clusters(context, ids)
        for cluster in clusters:
            _set_steps(cluster, found[cluster.id].objects)

    @classmethod
    def get_abandoned(
        cls,
        context: RequestContext,
        stale_before: datetime.datetime,
        limit: int,
        engine_id: str | None = None,
    ) -> Sequence[str]:
        """Return the ids of clusters that wait for an engine, longest first.

        :param stale_before: an owner not seen since is dead
        :param engine_id: what this engine owns is returned, too
        """
        return operation_db.clusters_get_abandoned(
            context, stale_before, limit, engine_id
        )
