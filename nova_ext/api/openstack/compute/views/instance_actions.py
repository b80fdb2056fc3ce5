# SPDX-License-Identifier: Apache-2.0
"""Actions of a server, and their events, as answers show them."""

from collections.abc import Iterable
import hashlib
from typing import Any, NamedTuple

from ext_lib import objects
from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from nova_ext.api.openstack.compute import microversions
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action_event import InstanceActionEvent

_FIELDS = (
    'action', 'instance_uuid', 'request_id', 'user_id', 'project_id',
    'start_time', 'message',
)  # fmt: skip
_plain = objects.Values(*_FIELDS)
_with_update = objects.Values(*_FIELDS, 'updated_at')


class Rights(NamedTuple):
    """Parts of an event that the caller may see.

    :param in_full: the traceback and the host
    :param details: the reason of a failure
    """

    in_full: bool = False
    details: bool = False


def summaries(
    req: request.Request, actions: Iterable[InstanceAction]
) -> list[dict[str, Any]]:
    """Return actions without their events."""
    with_update = microversions.supports(req, microversions.ACTION_UPDATED_AT)
    values = _with_update if with_update else _plain
    found = []
    for action in actions:
        shown = values(action)
        shown['start_time'] = timestamps.micro(shown['start_time'])
        if with_update:
            shown['updated_at'] = timestamps.micro(shown['updated_at'])
        found.append(shown)
    return found


def event(
    req: request.Request,
    event: InstanceActionEvent,
    project_id: str | None,
    rights: Rights,
) -> dict[str, Any]:
    """Return an event.

    :param project_id: the project the host's name is hashed for
    """
    shown: dict[str, Any] = {
        'event': event.event,
        'start_time': timestamps.micro(event.start_time),
        'finish_time': timestamps.micro(event.finish_time),
        'result': event.result,
    }
    if rights.in_full:
        shown['traceback'] = event.traceback
    if microversions.supports(req, microversions.EVENT_HOST):
        if rights.in_full:
            shown['host'] = event.host
        shown['hostId'] = host_id(event.host, project_id)
    if rights.details and microversions.supports(
        req, microversions.EVENT_DETAILS
    ):
        shown['details'] = event.details
    return shown


def host_id(host: str | None, project_id: str | None) -> str:
    """Return the hash of a host's name, for users who may not see the name.

    :returns: 56 hexadecimal digits that differ by project, or nothing when
        there is no host
    """
    if not host:
        return ''
    return hashlib.sha224(f'{project_id}{host}'.encode()).hexdigest()
