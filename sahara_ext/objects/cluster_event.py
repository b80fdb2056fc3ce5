# SPDX-License-Identifier: Apache-2.0
"""Events of the steps of a cluster."""

from collections.abc import Iterator
import sys

from oslo_versionedobjects import fields

from ext_lib import objects
from ext_lib import paging
from ext_lib.context import RequestContext
from sahara_ext.db.api import cluster_event as cluster_event_db
from sahara_ext.objects import base

#: How many steps are looked at, at a time.
_STEPS = 1000


@base.VersionedObjectRegistry.register
class ClusterEvent(base.SaharaExtObject):
    """The success or the failure of an instance, or of a step."""

    # 1.0: Initial version
    # 1.1: Add cluster_id and error_id
    VERSION = '1.1'
    SINCE = {'cluster_id': '1.1', 'error_id': '1.1'}

    fields = {
        'id': fields.UUIDField(),
        'step_id': fields.StringField(),
        'cluster_id': fields.StringField(nullable=True),
        'node_group_id': fields.StringField(nullable=True),
        #: Of the compute service.
        'instance_id': fields.StringField(nullable=True),
        'instance_name': fields.StringField(nullable=True),
        #: Of a failure, the reason and its traceback.
        'event_info': fields.StringField(nullable=True),
        #: Also in the log line that tells of the failure.
        'error_id': fields.StringField(nullable=True),
        'successful': fields.BooleanField(),
        'created_at': objects.DateTimeField(nullable=True),
        'updated_at': objects.DateTimeField(nullable=True),
    }


@base.VersionedObjectRegistry.register
class ClusterEventList(objects.ObjectList[ClusterEvent], base.SaharaExtObject):
    """Events, the oldest first."""

    # 1.0: Initial version
    # 1.1: ClusterEvent 1.1
    VERSION = '1.1'
    obj_relationships = {'objects': [('1.0', '1.0'), ('1.1', '1.1')]}

    fields = {
        'objects': fields.ListOfObjectsField('ClusterEvent'),
    }

    @classmethod
    def get_by_step(
        cls,
        context: RequestContext,
        step_id: str,
        page: paging.Page = paging.ALL,
        successful: bool | None = None,
    ) -> 'ClusterEventList':
        """Return a page of the events of a step.

        :param page: its marker is the id of an event
        :param successful: only the successes, or the failures; None for both
        :raises MarkerNotFound: when the step has no such event
        """
        rows = cluster_event_db.cluster_events_get_by_step(
            context, step_id, page, successful
        )
        return cls.from_rows(context, ClusterEvent, rows)

    @staticmethod
    def destroy_by_cluster(
        context: RequestContext, cluster_id: str, chunk: int
    ) -> None:
        """Delete the events a cluster has; some may be added meanwhile.

        :param chunk: how many go in one transaction
        """
        # Without an end, fast reports would keep this going.
        last = cluster_event_db.cluster_events_last(context, cluster_id)
        while cluster_event_db.cluster_events_destroy_by_cluster(
            context, cluster_id, last, chunk
        ):
            pass

    @staticmethod
    def count_purgeable(context: RequestContext, age: int) -> int:
        """Return how many events :meth:`purge` would delete.

        :param age: seconds since the end of their step
        """
        return cluster_event_db.cluster_events_purgeable(context, age)

    @staticmethod
    def purge(
        context: RequestContext,
        age: int,
        chunk: int,
        max_rows: int | None = None,
    ) -> int:
        """Delete the events of steps that were completed successfully.

        Others may do the same at the same time, or report.

        :param age: seconds since the end of their step
        :param chunk: how many events go in one transaction
        :param max_rows: how many go at most; None for all
        :returns: how many are gone
        """
        purged = 0
        for ids in _completed_steps(context, age):
            is_more = True
            while is_more and (max_rows is None or purged < max_rows):
                limit = min(chunk, (max_rows or sys.maxsize) - purged)
                count, is_more = (
                    cluster_event_db.cluster_events_destroy_by_steps(
                        context, ids, limit
                    )
                )
                purged += count
        return purged


def _completed_steps(context: RequestContext, age: int) -> Iterator[list[str]]:
    after = None
    while steps := cluster_event_db.provision_steps_completed(
        context, age, after, _STEPS
    ):
        yield [step.id for step in steps]
        after = steps[-1]
