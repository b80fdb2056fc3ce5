# SPDX-License-Identifier: Apache-2.0
"""Actions, events and migrations of a server, as pages show them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib import parse
import uuid

from django import urls
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext
from openstack_dashboard.dashboards.project.instances import audit_tables

from ext_dashboard import times

_ERROR: Final = 'Error'
_SUCCESS: Final = 'Success'
#: Statuses of migrations that have failed.
_FAILED: Final = frozenset({'error', 'failed', 'cancelled'})
#: Statuses of migrations that have ended well.
_DONE: Final = frozenset({'done', 'completed', 'confirmed', 'reverted'})
#: Words for actions: Horizon's own for those it knows.
_NAMES: Final = {
    'abort': gettext_lazy('Abort Live Migration'),
    'add_tag': gettext_lazy('Add Tag'),
    'attach_interface': gettext_lazy('Attach Interface'),
    'attach_share': gettext_lazy('Attach Share'),
    'attach_volume': gettext_lazy('Attach Volume'),
    'changepassword': gettext_lazy('Change Password'),
    'clear_password': gettext_lazy('Clear Password'),
    'createbackup': gettext_lazy('Create Backup'),
    'delete': gettext_lazy('Delete'),
    'delete_metadata': gettext_lazy('Delete Metadata'),
    'delete_tag': gettext_lazy('Delete Tag'),
    'delete_tags': gettext_lazy('Delete All Tags'),
    'detach_interface': gettext_lazy('Detach Interface'),
    'detach_share': gettext_lazy('Detach Share'),
    'detach_volume': gettext_lazy('Detach Volume'),
    'evacuate': gettext_lazy('Evacuate'),
    'extend_volume': gettext_lazy('Extend Volume'),
    'forcedelete': gettext_lazy('Force Delete'),
    'live-migration': gettext_lazy('Live Migration'),
    'replace_metadata': gettext_lazy('Replace Metadata'),
    'replace_tags': gettext_lazy('Replace Tags'),
    'restore': gettext_lazy('Restore'),
    'revertresize': gettext_lazy('Revert Resize'),
    'shelveoffload': gettext_lazy('Shelve Offload'),
    'swap_volume': gettext_lazy('Swap Volume'),
    'update': gettext_lazy('Update'),
    'update_metadata': gettext_lazy('Update Metadata'),
    'update_volume_attachment': gettext_lazy('Update Volume Attachment'),
    **dict(audit_tables.AuditTable.ACTION_DISPLAY_CHOICES),
}

Shown = dict[str, Any]


def address(server_id: str) -> str:
    """Return the address of the history of a server, for scripts."""
    return _reverse('timeline', server_id)


def page_address(server_id: str) -> str | None:
    """Return the address of the page that shows the history of a server.

    :returns: None for what is no id of a server
    """
    try:
        return _reverse('server', str(uuid.UUID(server_id)))
    except ValueError:
        return None


def action_name(name: str) -> str:
    """Return what users read of an action; its name where there is no word.

    :param name: as the compute API has it
    """
    return str(_NAMES.get(name.lower(), name))


def action(server_id: str, found: Shown) -> Shown:
    """Return an action.

    :param found: as the compute API lists it, at any microversion
    """
    message = found.get('message') or ''
    took = times.between(found.get('start_time'), found.get('updated_at'))
    return {
        'id': found['request_id'],
        'kind': 'action',
        'kind_text': _('Action'),
        'name': action_name(found.get('action') or ''),
        'time': times.moment(found.get('start_time')),
        'duration': times.precise(took),
        'state': 'failed' if message else '',
        'result': message,
        'user_id': found.get('user_id') or '',
        'project_id': found.get('project_id') or '',
        'request_id': found['request_id'],
        'hosts': '',
        'address': _events_address(server_id, found['request_id']),
    }


def migration(found: Shown) -> Shown:
    """Return a migration.

    :param found: as the compute API lists it, at any microversion
    """
    status = found.get('status') or ''
    took = times.between(found.get('created_at'), found.get('updated_at'))
    return {
        'id': f'migration-{found["id"]}',
        'kind': 'migration',
        'kind_text': _('Migration'),
        'name': _type(found.get('migration_type')),
        'time': times.moment(found.get('created_at')),
        'duration': times.precise(took),
        'state': _state(status),
        'result': status,
        'user_id': found.get('user_id') or '',
        'project_id': found.get('project_id') or '',
        'request_id': '',
        'hosts': _hosts(found),
        'address': None,
    }


def event(found: Shown) -> Shown:
    """Return an event of an action.

    :param found: as the compute API shows it, at any microversion
    """
    result = found.get('result') or ''
    took = times.between(found.get('start_time'), found.get('finish_time'))
    host = found.get('host') or ''
    return {
        'id': f'{found.get("event")} {found.get("start_time")}',
        'name': found.get('event') or '',
        'time': times.moment(found.get('start_time')),
        'duration': times.precise(took),
        'state': {_ERROR: 'failed', _SUCCESS: 'done'}.get(result, 'running'),
        'result': _result(result),
        'host': host,
        # Who may read the host has no use for the digest of its name.
        'host_id': '' if host else found.get('hostId') or '',
        'details': found.get('details') or '',
        'traceback': (found.get('traceback') or '').strip('\n'),
    }


def merged(
    actions: Iterable[tuple[str, Shown]],
    migrations: Iterable[tuple[str, Shown]],
) -> list[Shown]:
    """Return entries of both kinds by time, the newest first.

    :param actions: each with the time it began, ISO 8601 in UTC
    """
    # An action comes after the migration that it has begun.
    both = sorted(
        [*migrations, *actions], key=lambda entry: entry[0], reverse=True
    )
    return [shown for _time, shown in both]


def within(
    migrations: Sequence[Shown], since: str | None, before: str | None
) -> list[Shown]:
    """Return the migrations that began in a span of time.

    :param since: the first moment, None for all that is older
    :param before: the first moment after it, None for all that is newer
    """
    return [
        found
        for found in migrations
        if (since is None or begun(found) >= since)
        and (before is None or begun(found) < before)
    ]


def begun(found: Shown) -> str:
    """Return when an action or a migration began; such texts are ordered."""
    moment = found.get('start_time') or found.get('created_at') or ''
    return str(moment).removesuffix('Z')


def _events_address(server_id: str, request_id: str) -> str:
    query = parse.urlencode({'request': request_id})
    return f'{_reverse("events", server_id)}?{query}'


def _reverse(name: str, *parts: str) -> str:
    return urls.reverse(f'horizon:project:server_history:{name}', args=parts)


def _hosts(found: Shown) -> str:
    ends = (found.get('source_compute'), found.get('dest_compute'))
    return ' \N{RIGHTWARDS ARROW} '.join(filter(None, ends))


def _state(status: str) -> str:
    if status in _FAILED:
        return 'failed'
    return 'done' if status in _DONE else 'running'


def _type(migration_type: str | None) -> str:
    return {
        'migration': pgettext('type of a migration', 'Cold migration'),
        'live-migration': pgettext('type of a migration', 'Live migration'),
        'resize': pgettext('type of a migration', 'Resize'),
        'evacuation': pgettext('type of a migration', 'Evacuation'),
    }.get(migration_type or '', migration_type or _('Migration'))


def _result(result: str) -> str:
    return {
        _SUCCESS: pgettext('result of an event', 'success'),
        _ERROR: pgettext('result of an event', 'error'),
        '': pgettext('result of an event', 'running'),
    }.get(result, result)
