# SPDX-License-Identifier: Apache-2.0
"""Actions: the requests that change a server."""

from collections.abc import Mapping, Sequence
from typing import Any

from oslo_utils import timeutils
from oslo_versionedobjects import fields

from ext_lib import objects
from ext_lib.context import RequestContext
from ext_lib.objects import DateTimeField
from ext_lib.paging import Page
from nova_ext.db.api import instance_action as instance_action_db
from nova_ext.db.api import instance_action_event as instance_action_event_db
from nova_ext.db.api import server_records
from nova_ext.db.trail import cell_or_trail
from nova_ext.objects import base
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.objects.instance_action_event import InstanceActionEventList


@base.VersionedObjectRegistry.register
class InstanceAction(objects.TimestampedObject, base.NovaExtObject):
    """One request that changes a server; its events are the steps."""

    # 1.0: Initial version
    # 1.1: Unicode strings
    VERSION = '1.1'

    fields = {
        'id': fields.IntegerField(),
        #: One of ActionName.
        'action': fields.StringField(nullable=True),
        'instance_uuid': fields.UUIDField(nullable=True),
        'request_id': fields.StringField(nullable=True),
        'user_id': fields.StringField(nullable=True),
        'project_id': fields.StringField(nullable=True),
        #: When the request arrived.
        'start_time': DateTimeField(nullable=True),
        'finish_time': DateTimeField(nullable=True),
        #: Error when a step failed.
        'message': fields.StringField(nullable=True),
    }

    # The type of an optional result is Any: a caller that asks for it knows
    # that it is not None.

    @classmethod
    @base.remotable
    def get_by_request_id(
        cls, context: RequestContext, instance_uuid: str, request_id: str
    ) -> 'InstanceAction | None':
        """Return the action of a request on a server, None without one."""
        row = instance_action_db.action_get_by_request_id(
            context, instance_uuid, request_id
        )
        return None if row is None else cls.from_row(context, row)

    @classmethod
    def get_with_server(
        cls,
        context: RequestContext,
        server_id: str,
        request_id: str,
        read_deleted: bool,
    ) -> 'tuple[Instance, InstanceAction | None, InstanceActionEventList]':
        """Return a server, an action of it, None without one, and its events.

        All with the fields that answers show. Only for processes that hold
        the database.

        :raises InstanceNotFound: as :meth:`Instance.get_ref` does
        """
        found = cell_or_trail.action_get(
            context, server_id, request_id, read_deleted
        )
        server = Instance.from_record(context, found.server)
        width = len(server_records.ACTION)
        action = None
        if found.rows:
            make = objects.loader(cls, server_records.ACTION)
            action = make(context, found.rows[0])
        events = InstanceActionEventList.from_tuples(
            context,
            InstanceActionEvent,
            server_records.EVENT,
            [row[width:] for row in found.rows if row[width] is not None],
        )
        return server, action, events

    @classmethod
    @base.remotable
    def action_start(
        cls,
        context: RequestContext,
        instance_uuid: str,
        action_name: str,
        want_result: bool = True,
    ) -> 'InstanceAction | Any':
        """Record the action of the request on the server.

        :returns: the action if ``want_result``, else None
        """
        values = cls._values(context, instance_uuid)
        values.update(
            action=action_name,
            user_id=context.user_id,
            project_id=context.project_id,
            start_time=context.timestamp,
            updated_at=context.timestamp,
        )
        row = instance_action_db.action_start(context, values)
        return cls.from_row(context, row) if want_result else None

    @classmethod
    @base.remotable
    def action_finish(
        cls,
        context: RequestContext,
        instance_uuid: str,
        want_result: bool = True,
    ) -> 'InstanceAction | Any':
        """Record that nothing more of the request is to be done.

        Only operations that end before the answer do this; the end of the
        others shows in their events.

        :returns: the action if ``want_result``, else None
        :raises InstanceActionNotFound: when the request has no action
        """
        values = cls._values(context, instance_uuid)
        values['finish_time'] = values['updated_at'] = timeutils.utcnow()
        row = instance_action_db.action_finish(context, values)
        return cls.from_row(context, row) if want_result else None

    @staticmethod
    def _values(context: RequestContext, instance_uuid: str) -> dict[str, Any]:
        return {
            'instance_uuid': instance_uuid,
            'request_id': context.request_id,
        }


@base.VersionedObjectRegistry.register
class InstanceActionList(
    objects.ObjectList[InstanceAction], base.NovaExtObject
):
    """Actions of one server."""

    # 1.0: Initial version
    # 1.1: get_by_instance_uuid() pages and filters
    VERSION = '1.1'

    fields = {
        'objects': fields.ListOfObjectsField('InstanceAction'),
    }

    @classmethod
    @base.remotable
    def get_by_instance_uuid(
        cls,
        context: RequestContext,
        instance_uuid: str,
        limit: int | None = None,
        marker: str | None = None,
        filters: dict[str, Any] | None = None,
    ) -> 'InstanceActionList':
        """Return the actions of a server, newest first.

        :param marker: request id of the last action of the page before
        :param filters: ``changes-since``, ``changes-before`` (datetime)
        :raises MarkerNotFound: when the server has no such action
        """
        rows = instance_action_db.actions_get(
            context, instance_uuid, Page(limit, marker), filters
        )
        return cls.from_rows(context, InstanceAction, rows)

    @classmethod
    def get_with_server(
        cls,
        context: RequestContext,
        server_id: str,
        page: Page,
        filters: Mapping[str, Any],
        read_deleted: bool,
    ) -> 'tuple[Instance, InstanceActionList | None]':
        """Return a server and a page of its actions, newest first.

        All with the fields that answers show. Only for processes that hold
        the database.

        :param page: its marker is a request id
        :returns: None for the page after an action that there is not
        :raises InstanceNotFound: as :meth:`Instance.get_ref` does
        """
        found = cell_or_trail.actions_get(
            context, server_id, page, filters, read_deleted
        )
        server = Instance.from_record(context, found.server)
        if not found.has_marker:
            return server, None
        return server, cls.from_tuples(
            context, InstanceAction, server_records.ACTION, found.rows
        )

    @classmethod
    @base.remotable
    def get_without_events(
        cls, context: RequestContext, instance_uuid: str
    ) -> 'InstanceActionList':
        """Return the actions that have not begun, newest first."""
        rows = instance_action_db.actions_without_events(
            context, instance_uuid
        )
        return cls.from_rows(context, InstanceAction, rows)

    @classmethod
    def get_not_begun(
        cls, context: RequestContext, limit: int
    ) -> 'InstanceActionList':
        """Return those of the newest actions that have not begun.

        Only for processes that hold the database.

        :param limit: how many actions to look at
        """
        rows = instance_action_db.actions_not_begun(context, limit)
        return cls.from_rows(context, InstanceAction, rows)

    @classmethod
    @base.remotable
    def get_unfinished_by_host(
        cls, context: RequestContext, host: str
    ) -> 'InstanceActionList':
        """Return the actions with open steps of a host, oldest step first."""
        return cls.get_unfinished_by_hosts(context, [host])

    @classmethod
    def get_unfinished_by_hosts(
        cls, context: RequestContext, hosts: Sequence[str]
    ) -> 'InstanceActionList':
        """Return the actions with open steps of several hosts.

        Only for processes that hold the database.
        """
        steps = instance_action_event_db.actions_get_unfinished(
            context, *hosts
        )
        rows = {action.id: action for event, action in steps}
        return cls.from_rows(context, InstanceAction, rows.values())
