# SPDX-License-Identifier: Apache-2.0
"""Requests that make a task, by method, path and action."""

import dataclasses
import enum
import re

from ext_lib.wsgi import structured_fields
from ext_lib.wsgi.request import Request

#: Methods that never change anything.
READING = frozenset({'GET', 'HEAD', 'OPTIONS'})

_PROJECT = re.compile(r'[0-9a-f-]+\Z')
_ID = '{id}'
_ACTION = 'action'
_UPDATE_ATTACHMENT = 'update_volume_attachment'
#: The same request with another volume.
_SWAP_VOLUME = 'swap_volume'
_NAME_LENGTH = 255

#: By method and form of the path: the name of the action, as nova records
#: it, or None where the body tells it. What nova does not record is named
#: after the operation in its API reference.
_TASKS: dict[tuple[str, str], str | None] = {
    ('POST', 'servers'): 'create',
    ('PUT', 'servers/{id}'): 'update',
    ('DELETE', 'servers/{id}'): 'delete',
    ('POST', 'servers/{id}/action'): None,
    ('POST', 'servers/{id}/metadata'): 'update_metadata',
    ('PUT', 'servers/{id}/metadata'): 'replace_metadata',
    ('PUT', 'servers/{id}/metadata/{id}'): 'update_metadata',
    ('DELETE', 'servers/{id}/metadata/{id}'): 'delete_metadata',
    ('PUT', 'servers/{id}/tags'): 'replace_tags',
    ('DELETE', 'servers/{id}/tags'): 'delete_tags',
    ('PUT', 'servers/{id}/tags/{id}'): 'add_tag',
    ('DELETE', 'servers/{id}/tags/{id}'): 'delete_tag',
    ('DELETE', 'servers/{id}/os-server-password'): 'clear_password',
    ('POST', 'servers/{id}/os-interface'): 'attach_interface',
    ('DELETE', 'servers/{id}/os-interface/{id}'): 'detach_interface',
    ('POST', 'servers/{id}/os-volume_attachments'): 'attach_volume',
    ('PUT', 'servers/{id}/os-volume_attachments/{id}'): _UPDATE_ATTACHMENT,
    ('DELETE', 'servers/{id}/os-volume_attachments/{id}'): 'detach_volume',
    ('POST', 'servers/{id}/shares'): 'attach_share',
    ('DELETE', 'servers/{id}/shares/{id}'): 'detach_share',
    (
        'POST',
        'servers/{id}/migrations/{id}/action',
    ): 'live_migration_force_complete',
    ('DELETE', 'servers/{id}/migrations/{id}'): 'live_migration_cancel',
}
_COLLECTIONS = frozenset({
    'servers', 'metadata', 'migrations', 'os-interface',
    'os-volume_attachments', 'shares', 'tags',
})  # fmt: skip
#: The collection of servers, and its other name in nova.
ROOTS = ('servers', 'os-volumes_boot')
#: Requests of a POST that only read.
_CONSOLES = frozenset({('POST', 'servers/{id}/remote-consoles')})
_READING_ACTIONS = frozenset({
    'os-getConsoleOutput', 'os-getVNCConsole', 'os-getRDPConsole',
    'os-getSPICEConsole', 'os-getSerialConsole', 'os-getMKSConsole',
})  # fmt: skip
#: A tag is a header and, where tasks are read, a segment of a path.
_TAG = re.compile(r'[!-~]{1,255}\Z')
_NOT_IN_A_TAG = frozenset(',/?#%')
_NAMES_OF_OTHERS = frozenset({'.', '..', 'detail'})
_TAG_HEADER = 'HTTP_TASK_TAG'
_KEY_HEADER = 'HTTP_IDEMPOTENCY_KEY'
_KEY_LENGTH = 255
#: Where the record of an action has another name than the request.
_RECORDED = {
    'os-start': 'start',
    'os-stop': 'stop',
    'os-migrateLive': 'live-migration',
    'os-resetState': 'resetState',
    'forceDelete': 'delete',
}


class Effect(enum.Enum):
    """Effects of requests."""

    READS = 'reads'
    #: Changes a server.
    MAKES_TASK = 'makes a task'
    #: Changes something else, or nothing this filter knows.
    OTHER = 'other'


@dataclasses.dataclass
class Intent:
    """The meaning of a request.

    :param name: of the task: the action, as nova records it
    :param server_id: as the path has it
    :param path: without the project segment
    :param is_multiple: whether it asks for several servers
    :param tag: what the client calls it
    :param has_bad_tag: whether there is a tag which cannot be one, or which
        this request cannot have
    :param key: by which the client has the answer repeated
    :param has_bad_key: as ``has_bad_tag``
    """

    effect: Effect
    name: str = ''
    server_id: str | None = None
    path: str = ''
    is_multiple: bool = False
    tag: str | None = None
    has_bad_tag: bool = False
    key: str | None = None
    has_bad_key: bool = False


def understand(request: Request, project_id: str | None) -> Intent:
    """Return what a request asks for; its body stays readable."""
    intent = _without_names(request, project_id)
    if intent.effect is Effect.READS:
        return intent
    makes_task = intent.effect is Effect.MAKES_TASK
    tag = request.environ.get(_TAG_HEADER)
    if tag is not None:
        intent.tag = tag
        intent.has_bad_tag = not makes_task or not is_tag(tag)
    field = request.environ.get(_KEY_HEADER)
    if field is not None:
        intent.key = _key(field)
        intent.has_bad_key = not makes_task or intent.key is None
    return intent


def _key(field: str) -> str | None:
    """Return the key in a header field, None when it cannot be one.

    Source: draft-ietf-httpapi-idempotency-key-header-07, 2.1: an Item that
    is a String.
    """
    try:
        key = structured_fields.string(field)
    except structured_fields.NotAString:
        return None
    return key if 0 < len(key) <= _KEY_LENGTH else None


def _without_names(request: Request, project_id: str | None) -> Intent:
    if request.method in READING:
        return Intent(Effect.READS)
    segments = _segments(request, project_id)
    known = (request.method, _form(segments))
    if known in _CONSOLES:
        return Intent(Effect.READS)
    if known not in _TASKS:
        return Intent(Effect.OTHER)
    name, is_multiple = _TASKS[known], False
    if name is None:
        name = _action(request)
        if name in _READING_ACTIONS:
            return Intent(Effect.READS)
    elif name == 'create':
        is_multiple = _is_multiple(request)
    elif name == _UPDATE_ATTACHMENT and _swaps(request, segments[-1]):
        name = _SWAP_VOLUME
    server_id = segments[1] if len(segments) > 1 else None
    path = '/'.join(['', *segments])
    name = _RECORDED.get(name, name)[:_NAME_LENGTH]
    return Intent(Effect.MAKES_TASK, name, server_id, path, is_multiple)


def is_tag(text: str) -> bool:
    """Return whether ``text`` can be a tag."""
    return (
        _TAG.match(text) is not None
        and _NOT_IN_A_TAG.isdisjoint(text)
        and text not in _NAMES_OF_OTHERS
    )


def _segments(request: Request, project_id: str | None) -> list[str]:
    """Return the path without the project segment.

    It is one where the application takes it for one.
    """
    raw = request.environ.get('PATH_INFO', '').encode('latin-1')
    segments = raw.decode(errors='replace').split('/')[1:]
    first, second = (*segments, '', '')[:2]
    is_before = first not in ROOTS and second in ROOTS
    if is_before and (_PROJECT.match(first) or first == project_id):
        return segments[1:]
    return segments


def _form(segments: list[str]) -> str:
    """Return the path with ``{id}`` in the place of what varies."""
    if segments[:1] == [ROOTS[1]]:
        segments = [ROOTS[0], *segments[1:]]
    form: list[str] = []
    for segment in segments:
        after_collection = bool(form) and form[-1] in _COLLECTIONS
        if after_collection and segment:
            form.append(_ID)
        else:
            form.append(segment)
    return '/'.join(form)


def _action(request: Request) -> str:
    found = request.document()
    if isinstance(found, dict) and len(found) == 1:
        return str(next(iter(found)))
    # The application will refuse it.
    return _ACTION


def _swaps(request: Request, volume_id: str) -> bool:
    """Return whether the update of an attachment names another volume."""
    found = request.document()
    values = found.get('volumeAttachment') if isinstance(found, dict) else None
    wanted = values.get('volumeId') if isinstance(values, dict) else None
    return wanted is not None and wanted != volume_id


def _is_multiple(request: Request) -> bool:
    found = request.document()
    server = found.get('server') if isinstance(found, dict) else None
    if not isinstance(server, dict):
        return False
    counts = (server.get('min_count'), server.get('max_count'))
    several = any(str(c) not in ('None', '', '0', '1') for c in counts)
    return several or bool(server.get('return_reservation_id'))
