# SPDX-License-Identifier: Apache-2.0
"""Answers to changes, made anew from the task after they were lost.

Passwords are not in them: the API shows them once only, in the answer that is
lost.
"""

from collections.abc import Callable
import http
import io
import json
from typing import Any

import requests

from osc_ext import tags
from osc_ext.exceptions import AnswerLost
from osc_ext.sdk import changes
from osc_ext.sdk.changes import Change
from osc_ext.sdk.task import Task

#: Returns the document at a path below the endpoint, None if there is none.
Read = Callable[[str], Any]

_RESERVATION = 'OS-EXT-SRV-ATTR:reservation_id'
#: Their answers name an image, which no task does.
_IMAGES = frozenset({'createImage', 'createBackup'})
_STATUSES = {
    changes.DELETE: 204,
    changes.ATTACH_INTERFACE: 200,
    changes.ATTACH_VOLUME: 200,
    changes.ATTACH_SHARE: 201,
}
#: Where there is what their answers have, below the server.
_SHOWN = {changes.METADATA: '/metadata', changes.TAGS: '/tags'}


def remake(
    change: Change, task: Task, read: Read, like: requests.Response
) -> requests.Response:
    """Return an answer to a change that has been carried out.

    :param read: reads from the compute API
    :param like: the answer to a repeat
    :raises AnswerLost: when it cannot be made
    """
    body = _body(change, task, read)
    content = b'' if body is None else json.dumps(body).encode()
    made = requests.Response()
    made.status_code = _status(change, task)
    made.reason = http.HTTPStatus(made.status_code).phrase
    made.request, made.url, made.elapsed = like.request, like.url, like.elapsed
    made.raw = io.BytesIO(content)
    made.encoding = 'utf-8'
    made.headers.update(
        {
            'Content-Length': str(len(content)),
            'x-openstack-request-id': str(task.request_id),
            'Task-id': str(task.id),
            tags.HEADER: str(task.tag),
        }
    )
    if content:
        made.headers['Content-Type'] = 'application/json'
    return made


def _status(change: Change, task: Task) -> int:
    if task.code is not None and task.code < 400:
        return int(task.code)
    return _STATUSES.get(change.kind, 202)


def _body(change: Change, task: Task, read: Read) -> Any:
    if change.kind == changes.CREATE:
        return _created(change, task, read)
    if change.kind in ('rebuild', changes.UPDATE):
        return {'server': _server(task, read)}
    if change.kind in _SHOWN:
        return _found(change, task, read, _SHOWN[change.kind])
    if change.kind == changes.METADATA_ITEM:
        return {'meta': dict(change.values)}
    if change.kind == changes.ATTACH_VOLUME:
        volume = change.values.get('volumeId')
        return _found(change, task, read, f'/os-volume_attachments/{volume}')
    if change.kind == changes.ATTACH_SHARE:
        share = change.values.get('share_id')
        return _found(change, task, read, f'/shares/{share}')
    if change.kind == changes.ATTACH_INTERFACE:
        return _attached_interface(change, task, read)
    if change.kind in _IMAGES:
        raise AnswerLost(task)
    return None


def _created(change: Change, task: Task, read: Read) -> Any:
    server = _server(task, read)
    if not change.values.get('return_reservation_id'):
        return {'server': server}
    if _RESERVATION not in server:
        raise AnswerLost(task)
    return {'reservation_id': server[_RESERVATION]}


def _server(task: Task, read: Read) -> Any:
    found = read(f'/servers/{task.server_id}')
    if found is None:
        # Deleted since.
        return {'id': task.server_id, 'links': []}
    return found['server']


def _found(change: Change, task: Task, read: Read, path: str) -> Any:
    """Return the document at a path below the server."""
    found = read(f'/servers/{change.server_id}{path}')
    if found is None:
        raise AnswerLost(task)
    return found


def _attached_interface(change: Change, task: Task, read: Read) -> Any:
    """Return the requested interface, if only one can be meant."""
    found = read(f'/servers/{change.server_id}/os-interface') or {}
    wanted = {
        key: change.values[key]
        for key in ('port_id', 'net_id')
        if change.values.get(key)
    }
    alike = [
        one
        for one in found.get('interfaceAttachments', ())
        if all(one.get(key) == value for key, value in wanted.items())
    ]
    if len(alike) != 1:
        raise AnswerLost(task)
    return {'interfaceAttachment': alike[0]}
