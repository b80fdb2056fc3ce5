# SPDX-License-Identifier: Apache-2.0
"""The audit: actions across servers, timelines and migrations."""

from collections.abc import Iterator
import dataclasses
from typing import Any

from openstack import resource
from openstack.compute.v2 import migration as sdk_migration
from openstack.compute.v2 import server_action

from osc_ext.sdk.task import Task


class AuditAction(resource.Resource):
    """An action of any server.

    Compute API, ``GET /audit/actions``. Times are ISO 8601, UTC.
    """

    resources_key = 'actions'
    base_path = '/audit/actions'

    allow_list = True

    _query_mapping = resource.QueryParameters(
        'user', 'project', 'server', 'server_name', 'host', 'action',
        'result', 'request_id', 'since', 'before', 'events',
    )  # fmt: skip

    #: The name of the action, as nova records it: ``create``, ``reboot``.
    action = resource.Body('action')
    #: ``success``, ``error`` or ``unfinished``.
    result = resource.Body('result')
    #: The id of the server.
    server_id = resource.Body('server_id')
    #: The name that the server had then; None if not known.
    server_name = resource.Body('server_name')
    #: The id of the project that owns the server; None if not known.
    server_project_id = resource.Body('server_project_id')
    #: The id of the request.
    request_id = resource.Body('request_id')
    #: The id of the user who sent the request.
    user_id = resource.Body('user_id')
    #: The id of the project from which it was sent.
    project_id = resource.Body('project_id')
    #: ``Error`` if a step failed.
    message = resource.Body('message')
    #: When it was recorded.
    created_at = resource.Body('created_at')
    #: When it began.
    start_time = resource.Body('start_time')
    #: When it changed last; None if it did not.
    updated_at = resource.Body('updated_at')
    #: Its steps, the newest first; None unless asked for. Each is one of
    #: :class:`openstack.compute.v2.server_action.ServerActionEvent`.
    events = resource.Body(
        'events', type=list, list_type=server_action.ServerActionEvent
    )


class AuditMigration(sdk_migration.Migration):
    """A migration of a server, of any type, ended or not.

    Compute API, ``GET /audit/servers/{server}/migrations``.
    """

    base_path = '/audit/servers/%(server)s/migrations'

    _query_mapping = resource.QueryParameters('migration_type', 'status')

    #: The server below which it was read.
    server = resource.URI('server')
    #: The id of the record, which is the marker of a page.
    id = resource.Body('id')
    #: The id of the migration, a UUID.
    uuid = resource.Body('uuid')
    #: The id of the server.
    server_id = resource.Body('server_id')


@dataclasses.dataclass(frozen=True)
class AuditEntry:
    """An entry of a timeline.

    :param kind: ``action``, ``event``, ``migration`` or ``task``
    :param time: when it began, ISO 8601, UTC
    :param record: an :class:`AuditAction` without events, an event of
        openstacksdk, an :class:`AuditMigration` or a
        :class:`osc_ext.sdk.task.Task`
    :param action_id: the id of the action that an event belongs to
    """

    kind: str
    time: str
    record: Any
    action_id: str | None = None


@dataclasses.dataclass(frozen=True)
class AuditTimeline:
    """All that was done to a server.

    :param server: its ``id``, ``name``, ``project_id``, ``user_id``,
        ``created_at`` and ``deleted_at``
    :param tasks: ``included``, ``absent`` or ``unreachable``
    :param entries: the oldest first; they are read page by page
    """

    server: dict[str, Any]
    tasks: str
    entries: Iterator[AuditEntry]


_RECORDS: dict[str, type[resource.Resource]] = {
    'action': AuditAction,
    'event': server_action.ServerActionEvent,
    'migration': AuditMigration,
    'task': Task,
}


def entry(found: dict[str, Any]) -> AuditEntry:
    """Return an entry of the answer to a request for a timeline."""
    kind = found['type']
    record = dict(found[kind])
    action_id = record.pop('action_id', None)
    made = _RECORDS[kind].existing(**record)
    return AuditEntry(kind, found['time'], made, action_id)
