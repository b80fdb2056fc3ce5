# SPDX-License-Identifier: Apache-2.0
"""Records across servers, as answers show them."""

from collections.abc import Sequence
from typing import Any

from ext_lib import masking
from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from nova_ext import policies
from nova_ext.api.openstack.compute.views import instance_actions
from nova_ext.api.openstack.compute.views import migrations
from nova_ext.objects import audit

_TASK = (
    'uuid', 'task', 'state', 'request_id', 'user_id', 'project_id', 'tag',
    'code', 'message',
)  # fmt: skip
_MIGRATION = (
    'uuid', 'migration_type', 'status', *migrations.HOST_KEYS,
    'old_instance_type_id', 'new_instance_type_id', 'user_id', 'project_id',
)  # fmt: skip


class Rights:
    """Parts of records that the caller may see, by project of the server.

    Each is decided once: many records of a page are of one project.
    """

    def __init__(self, req: request.Request) -> None:
        self._context = req.context
        self._known: dict[tuple[str, str | None], bool] = {}

    def may(self, rule: str, project_id: str | None) -> bool:
        """Return whether the caller passes a rule."""
        key = rule, project_id
        if key not in self._known:
            target = {'project_id': project_id}
            self._known[key] = self._context.can(rule, target, fatal=False)
        return self._known[key]

    def in_full(self, project_id: str | None) -> bool:
        """Return whether the caller may see tracebacks, and hosts."""
        return self.may(policies.InstanceActions.EVENTS, project_id)

    def hosts(self, project_id: str | None) -> bool:
        """Return whether the caller may see hosts."""
        rule = policies.Audit.HOSTS
        return self.in_full(project_id) or self.may(rule, project_id)

    def details(self, project_id: str | None) -> bool:
        """Return whether the caller may see why a step failed."""
        return self.may(policies.InstanceActions.DETAILS, project_id)


def action(row: Any) -> dict[str, Any]:
    """Return an action without its events."""
    return {
        'id': f'{row.source_id}-{row.id}',
        'action': row.action,
        'result': row.outcome,
        'server_id': row.instance_uuid,
        'server_name': row.server_name,
        'server_project_id': row.server_project_id,
        'request_id': row.request_id,
        'user_id': row.user_id,
        'project_id': row.project_id,
        'message': row.message,
        'created_at': timestamps.micro(row.created_at),
        'start_time': timestamps.micro(row.start_time),
        'updated_at': timestamps.micro(row.updated_at),
    }


def actions(
    rows: Sequence[Any],
    events: dict[tuple[int, int], list[Any]] | None,
    rights: Rights,
) -> list[dict[str, Any]]:
    """Return a page of actions.

    :param events: by sources and numbers of actions; None without any
    """
    found = []
    for row in rows:
        shown = action(row)
        if events is not None:
            owner = row.server_project_id
            maker = row.project_id or owner
            shown['events'] = [
                event(one, owner, maker, rights)
                for one in events[row.source_id, row.id]
            ]
        found.append(shown)
    return found


def event(
    row: Any, owner: str | None, maker: str | None, rights: Rights
) -> dict[str, Any]:
    """Return an event.

    :param owner: project of the server
    :param maker: project that the host's name is hashed for
    """
    shown: dict[str, Any] = {
        'event': row.event,
        'start_time': timestamps.micro(row.start_time),
        'finish_time': timestamps.micro(row.finish_time),
        'result': row.result,
        'hostId': instance_actions.host_id(row.host, maker),
    }
    if rights.hosts(owner):
        shown['host'] = row.host
    if rights.in_full(owner):
        shown['traceback'] = row.traceback
    if rights.details(owner):
        shown['details'] = row.details
    return shown


def migration(row: Any, with_hosts: bool) -> dict[str, Any]:
    """Return a migration.

    :param with_hosts: whether the caller may know the hosts
    """
    shown = {
        'id': f'{row.source_id}-{row.id}',
        'server_id': row.instance_uuid,
        **{name: getattr(row, name) for name in _MIGRATION},
        'created_at': timestamps.micro(row.created_at),
        'updated_at': timestamps.micro(row.updated_at),
    }
    if not with_hosts:
        shown |= dict.fromkeys(migrations.HOST_KEYS)
    return shown


def server(found: audit.Server) -> dict[str, Any]:
    """Return what is known of a server."""
    return {
        'id': found.uuid,
        'name': found.name,
        'project_id': found.project_id,
        'user_id': found.user_id,
        'created_at': timestamps.micro(found.created_at),
        'deleted_at': timestamps.micro(found.deleted_at),
    }


def entry(
    found: audit.Entry, owner: str | None, rights: Rights
) -> dict[str, Any]:
    """Return an entry of a timeline.

    :param owner: project of the server
    """
    return {
        'id': found.id,
        'type': found.kind,
        'time': timestamps.micro(found.moment),
        found.kind: _content(found, owner, rights),
    }


def _content(
    found: audit.Entry, owner: str | None, rights: Rights
) -> dict[str, Any]:
    row = found.row
    if found.kind == audit.ACTION:
        return action(row)
    if found.kind == audit.MIGRATION:
        return migration(row, rights.hosts(owner))
    if found.kind == audit.TASK:
        return _task(row)
    shown = event(row, owner, row.action_project_id or owner, rights)
    return {**shown, 'action_id': f'{row.source_id}-{row.action_id}'}


def _task(row: Any) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in _TASK}
    if row.message:
        shown['message'] = masking.mask_text(row.message)
    shown['start_time'] = timestamps.zulu(row.created_at)
    shown['last_updated'] = timestamps.zulu(row.updated_at)
    return shown
