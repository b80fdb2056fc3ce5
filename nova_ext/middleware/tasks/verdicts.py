# SPDX-License-Identifier: Apache-2.0
"""Verdicts on requests, from the application's records of actions.

An action is a list of events, and between two of them nothing runs: only with
the task state of the server is it known that all is done.
"""

from collections.abc import Iterable, Sequence
import dataclasses
import datetime
from typing import Any

from oslo_utils import timeutils

from nova_ext.objects.task import RequestState

_REBOOTS = (
    'rebooting', 'reboot_pending', 'reboot_started', 'rebooting_hard',
    'reboot_pending_hard', 'reboot_started_hard',
)  # fmt: skip
_BUILDS = ('scheduling', 'block_device_mapping', 'networking', 'spawning')
_REBUILDS = (
    'rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning',
)  # fmt: skip
_RESIZES = (
    'resize_prep', 'resize_migrating', 'resize_migrated', 'resize_finish',
)  # fmt: skip
_SHELVES = (
    'shelving', 'shelving_image_pending_upload', 'shelving_image_uploading',
    'shelving_offloading',
)  # fmt: skip
_IMAGES = (
    'image_snapshot', 'image_snapshot_pending', 'image_pending_upload',
    'image_uploading',
)  # fmt: skip

#: The task states of a server while a request is carried out. Requests that
#: are not here run beside any task state.
_WORK: dict[str, Sequence[str]] = {
    'create': _BUILDS,
    'delete': ('deleting', 'soft-deleting'),
    'restore': ('restoring',),
    'start': ('powering-on',),
    'stop': ('powering-off',),
    'reboot': _REBOOTS,
    'pause': ('pausing',),
    'unpause': ('unpausing',),
    'suspend': ('suspending',),
    'resume': ('resuming',),
    'rebuild': _REBUILDS,
    'evacuate': _REBUILDS,
    'resize': _RESIZES,
    'migrate': _RESIZES,
    'confirmResize': ('resize_confirming',),
    'revertResize': ('resize_reverting',),
    'live-migration': ('migrating',),
    'shelve': _SHELVES,
    'shelveOffload': ('shelving_offloading',),
    'unshelve': ('unshelving', *_BUILDS),
    'rescue': ('rescuing',),
    'unrescue': ('unrescuing',),
    'createImage': _IMAGES,
    'createBackup': ('image_backup', *_IMAGES),
    'changePassword': ('updating_password',),
}
#: Carried out when they are answered, with an event or without one.
_AT_ONCE = frozenset({'resetState', 'lock', 'unlock'})
#: Recorded as actions; of others the application has no record.
RECORDED = frozenset({
    *_WORK, *_AT_ONCE, 'attach_interface', 'detach_interface', 'attach_volume',
    'detach_volume', 'attach_share', 'detach_share', 'swap_volume',
    'live_migration_force_complete', 'live_migration_cancel',
    'trigger_crash_dump',
})  # fmt: skip
#: Tasks that end with the answer, which alone has their outcome: nova keeps no
#: record of these requests.
ANSWERED_ONLY = frozenset({
    'update', 'update_metadata', 'replace_metadata', 'delete_metadata',
    'add_tag', 'replace_tags', 'delete_tag', 'delete_tags', 'clear_password',
    'update_volume_attachment',
})  # fmt: skip

_DELETED = 'The server was deleted.'
#: The end of a deletion while there is a server. DELETED is none: nova shows
#: it a moment before the server is gone, and takes requests for it.
_KEPT = 'SOFT_DELETED'


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The state of a request.

    :param ended_at: None while it runs, and when it is unknown
    :param timed_out: whether it counts as ended only because nothing has been
        recorded for so long
    """

    state: str
    message: str | None = None
    ended_at: datetime.datetime | None = None
    timed_out: bool = False


PENDING = Verdict(RequestState.PENDING)
RUNNING = Verdict(RequestState.RUNNING)
SUCCESS = Verdict(RequestState.SUCCESS)
#: Accepted, stored, and then lost on its way to the service that would do it.
NOT_FINISHED = Verdict(
    RequestState.ERROR,
    'The request was accepted, but never finished.',
    timed_out=True,
)


def judge(
    name: str, action: Any, server: Any, timeout: datetime.timedelta
) -> Verdict:
    """Return the verdict on a request for one server.

    :param action: its record; None without one
    :param server: as it is now; None when it is deleted
    :param timeout: how long an action may rest unfinished before it is
        given up
    """
    if server is not None and _task_state(server) in _WORK.get(name, ()):
        return RUNNING
    if name == 'delete' and (server is None or server['status'] == _KEPT):
        return _ended(SUCCESS, action)
    if action is None:
        return _unrecorded(name, server)
    if _open_events(action):
        return _unfinished(action, server, timeout)
    if not action['events'] and name not in _AT_ONCE:
        return _unfinished(action, server, timeout)
    if name == 'create' and server is not None and server['status'] == 'BUILD':
        return RUNNING
    if failed := _failed_event(name, action):
        why = _reason(failed, server)
        return _ended(Verdict(RequestState.ERROR, why), action)
    return _ended(SUCCESS, action)


def judge_all(
    name: str,
    facts: Iterable[tuple[Any, Any]],
    timeout: datetime.timedelta,
) -> Verdict:
    """Return the verdict on a request for several servers.

    :param facts: for each server its action and itself, as for :func:`judge`
    """
    found = [judge(name, *about, timeout) for about in facts]
    timed_out = any(verdict.timed_out for verdict in found)
    return dataclasses.replace(combine(found), timed_out=timed_out)


def combine(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict on a request from those for its servers."""
    for state in (
        RequestState.PENDING,
        RequestState.RUNNING,
        RequestState.ERROR,
    ):
        for verdict in verdicts:
            if verdict.state == state:
                return verdict
    ends = [v.ended_at for v in verdicts if v.ended_at]
    return dataclasses.replace(SUCCESS, ended_at=max(ends, default=None))


def _task_state(server: Any) -> str | None:
    found: str | None = server.get('OS-EXT-STS:task_state')
    return found


def _unrecorded(name: str, server: Any) -> Verdict:
    if server is None:
        return Verdict(RequestState.ERROR, _DELETED)
    if name not in RECORDED or name in _AT_ONCE:
        return SUCCESS
    if name == 'create' and server['status'] == 'ERROR':
        return Verdict(RequestState.ERROR, _reason({}, server))
    return PENDING


def _open_events(action: Any) -> list[Any]:
    """Return the events that have not ended.

    An event counts as ended if another one of its name ended after it began:
    of two that share a name nova may end the wrong one.
    """
    ends: dict[str, str] = {}
    for event in action['events']:
        if event['finish_time']:
            known = ends.get(event['event'], '')
            ends[event['event']] = max(known, event['finish_time'])
    return [
        event
        for event in action['events']
        if not event['finish_time']
        and ends.get(event['event'], '') < event['start_time']
    ]


def _unfinished(
    action: Any, server: Any, timeout: datetime.timedelta
) -> Verdict:
    if server is None:
        return _ended(Verdict(RequestState.ERROR, _DELETED), action)
    last = timeutils.parse_isotime(action['updated_at'] + 'Z')
    age = timeutils.utcnow() - timeutils.normalize_time(last)
    # While the server has a task state, its host may continue with this.
    if age > timeout and _task_state(server) is None:
        return _ended(NOT_FINISHED, action)
    return RUNNING


def _failed_event(name: str, action: Any) -> Any:
    events = action['events']
    if name == 'create':
        # A build that failed on one host may have succeeded on the next.
        events = events[:1]
    for event in events:
        if event['result'] == 'Error':
            return event
    return {} if action['message'] and not events else None


def _reason(event: Any, server: Any) -> str:
    # Details of the event are for administrators, and a task's message is
    # for all who read the project's tasks.
    fault = (server or {}).get('fault')
    if fault and fault.get('message'):
        return str(fault['message'])
    return f'{event["event"]} failed.' if event else 'The request failed.'


def _ended(verdict: Verdict, action: Any) -> Verdict:
    events = action['events'] if action else ()
    ends = [e['finish_time'] for e in events if e['finish_time']]
    if not ends:
        return verdict
    ended = timeutils.parse_isotime(max(ends) + 'Z')
    return dataclasses.replace(
        verdict, ended_at=timeutils.normalize_time(ended)
    )
