# SPDX-License-Identifier: Apache-2.0
"""Tasks: records of requests that change servers."""

import datetime
from typing import Any, Final

from oslo_utils import uuidutils
from oslo_versionedobjects import fields

from ext_lib import masking
from ext_lib import objects
from ext_lib.context import RequestContext
from ext_lib.objects import DateTimeField
from ext_lib.paging import Page
from nova_ext.db.api import task as task_db
from nova_ext.db.api import task_key as task_key_db
from nova_ext.db.api import task_list as task_list_db
from nova_ext.objects import base


class RequestState:
    """States of a task: of the request that it records."""

    #: Accepted; nothing is recorded of it yet.
    PENDING: Final = 'pending'
    RUNNING: Final = 'running'
    SUCCESS: Final = 'success'
    ERROR: Final = 'error'

    ALL: Final = (PENDING, RUNNING, SUCCESS, ERROR)
    UNFINISHED: Final = (PENDING, RUNNING)


@base.VersionedObjectRegistry.register
class Task(base.NovaExtObject):
    """One request."""

    # 1.0: Initial version
    # 1.1: Add tag and reservation
    # 1.2: create() takes a key, answer() what a repeat of it gets
    VERSION = '1.2'
    SINCE = {'tag': '1.1', 'reservation': '1.1'}
    NOT_COLUMNS = frozenset({'instance_uuids'})

    fields = {
        'id': fields.IntegerField(),
        'uuid': fields.UUIDField(),
        'created_at': DateTimeField(),
        'updated_at': DateTimeField(),
        #: When it reached its last state.
        'ended_at': DateTimeField(nullable=True),
        #: What was requested, e.g. create or stop.
        'task': fields.StringField(),
        #: One of RequestState.
        'state': fields.StringField(),
        #: The server, or the first of several; None while it is not known.
        'instance_uuid': fields.StringField(nullable=True),
        #: All of several servers, empty for a request that is about one.
        'instance_uuids': fields.ListOfStringsField(),
        'request_id': fields.StringField(),
        'user_id': fields.StringField(),
        'project_id': fields.StringField(),
        #: Status of the answer; None while there is none.
        'code': fields.IntegerField(nullable=True),
        #: Why it failed.
        'message': fields.StringField(nullable=True),
        #: The process that works on the request; None when none does.
        'owner': fields.StringField(nullable=True),
        #: The client's name for the request, or for a group of requests.
        'tag': fields.StringField(nullable=True),
        #: Unique among requests; None once it is released.
        'reservation': fields.StringField(nullable=True),
    }

    def _load_rest(self, row: Any) -> None:
        self.instance_uuids = row.instance_uuids

    @classmethod
    @base.remotable
    def get_by_uuid(
        cls, context: RequestContext, uuid: str, project_id: str | None
    ) -> 'Task':
        """Return a task of a project; of any when it is None.

        :raises TaskNotFound: when there is none
        """
        return cls.from_row(
            context, task_db.task_get_by_uuid(context, uuid, project_id)
        )

    @classmethod
    @base.remotable
    def get_by_reservation(
        cls, context: RequestContext, reservation: str
    ) -> 'Task | None':
        """Return the task that holds a reservation, None when none does."""
        row = task_db.task_get_by_reservation(context, reservation)
        return None if row is None else cls.from_row(context, row)

    @base.remotable
    def create(self, key: dict[str, str] | None = None) -> None:
        """Store the task as the caller's, pending.

        :param key: ``key`` and ``fingerprint`` of a TaskKey to store with it
        :raises TaskReservationExists: when another has its reservation, or
            the key
        """
        self._identify()
        values = self.obj_get_changes()
        context = self.obj_context
        if key is None:
            self.id = task_db.task_create(context, values)
        else:
            self.id = task_key_db.task_create_with_key(context, values, key)
        self.obj_reset_changes()

    @base.remotable
    def create_answered(self, /, ends: bool = False, **values: Any) -> None:
        """Store the task as the caller's, together with the answer.

        :param ends: whether the task is over with it
        """
        self._identify()
        self.created_at = self.obj_context.timestamp
        values = {**self.obj_get_changes(), **_without_secrets(values)}
        self.id = task_db.task_create_answered(self.obj_context, values, ends)
        self.obj_reset_changes()

    def _identify(self) -> None:
        self.uuid = uuidutils.generate_uuid()
        self.state = RequestState.PENDING
        self.user_id = self.obj_context.user_id or ''
        # A token without a project: a task of no project, which its policy
        # may permit where the application stands behind a filter.
        self.project_id = self.obj_context.project_id or ''
        self.request_id = self.obj_context.request_id

    @base.remotable
    def change(self, /, **values: Any) -> bool:
        """Store ``values`` unless the task has ended.

        :returns: whether it had not
        """
        expected = {'state': list(RequestState.UNFINISHED)}
        values = _without_secrets(values)
        return task_db.task_update(self.obj_context, self.id, values, expected)

    @base.remotable
    def answer(
        self,
        /,
        ends: bool = False,
        stored: dict[str, Any] | None = None,
        **values: Any,
    ) -> bool:
        """Store what the answer says, if there was none before.

        It replaces the outcome of a task that was given up meanwhile.

        :param ends: whether the task is over with it
        :param stored: columns of its TaskKey
        """
        values = _without_secrets(values)
        context = self.obj_context
        if stored is None:
            return task_db.task_answer(context, self.id, values, ends)
        return task_key_db.task_answer_with_key(
            context, self.id, values, ends, stored
        )

    @base.remotable
    def release(self) -> None:
        """Give up the reservation: the request may be made again."""
        task_db.task_update(
            self.obj_context,
            self.id,
            {'reservation': None},
            {'reservation': self.reservation},
        )

    @base.remotable
    def set_instances(self, instance_uuids: list[str]) -> None:
        """Store the servers that a request for several has made."""
        task_db.task_instances_set(self.obj_context, self.id, instance_uuids)

    @base.remotable
    def destroy(self) -> None:
        """Delete the task, if it is stored at all."""
        task_db.task_destroy(self.obj_context, self.uuid)

    @property
    def servers(self) -> list[str]:
        """The servers it is about, as far as they are known."""
        if self.instance_uuids:
            return list(self.instance_uuids)
        return [self.instance_uuid] if self.instance_uuid else []

    @property
    def has_begun(self) -> bool:
        """Return whether its request is known to have been accepted.

        So it is as long as the reservation is held; without one the request
        may have been refused.
        """
        return self.state != RequestState.PENDING

    @property
    def has_ended(self) -> bool:
        """Return whether its state is final."""
        return self.state not in RequestState.UNFINISHED


@base.VersionedObjectRegistry.register
class TaskList(objects.ObjectList[Task], base.NovaExtObject):
    """Tasks."""

    # 1.0: Initial version
    # 1.1: Task 1.1; get_by_key() takes tags; has_tag()
    VERSION = '1.1'

    fields = {
        'objects': fields.ListOfObjectsField('Task'),
    }

    @classmethod
    @base.remotable
    def get_by_key(
        cls,
        context: RequestContext,
        key: str,
        filters: dict[str, Any],
        limit: int | None = None,
        marker: str | None = None,
    ) -> 'TaskList':
        """Return the tasks of a server or with a tag, newest first.

        :param filters: ``project_id``, ``state`` or a list of states,
            ``changes-since``
        :param marker: uuid of the last task of the page before
        :raises MarkerNotFound: when no task has the marker's uuid
        """
        return cls.get_page(context, key, filters, Page(limit, marker))

    @classmethod
    def get_page(
        cls,
        context: RequestContext,
        key: str | None,
        filters: dict[str, Any],
        page: Page,
    ) -> 'TaskList':
        """Return a page; for processes that hold the database.

        :param key: a server or a tag; None for the tasks of all
        :param filters: ``server`` and ``tag``, too
        """
        rows = task_list_db.task_get_all_by_filters(
            context, {**filters, 'key': key}, page
        )
        return cls.from_rows(context, Task, rows)

    @classmethod
    @base.remotable
    def has_tag(
        cls, context: RequestContext, tag: str, project_id: str | None
    ) -> bool:
        """Return whether a task of the project, or of any, has the tag."""
        return task_db.task_tag_exists(context, tag, project_id)

    @classmethod
    @base.remotable
    def get_claimed(
        cls, context: RequestContext, instance_uuids: list[str]
    ) -> set[str]:
        """Return those servers that a task is known to have made."""
        return task_db.task_claimed_instances(context, instance_uuids)

    @classmethod
    @base.remotable
    def get_clock(cls, context: RequestContext) -> datetime.datetime:
        """Return the time by the clock that stamps tasks."""
        return task_db.task_clock(context)


def _without_secrets(values: dict[str, Any]) -> dict[str, Any]:
    """Return columns to store, with secrets masked in the message."""
    if not values.get('message'):
        return values
    return {**values, 'message': masking.mask_text(values['message'])}
