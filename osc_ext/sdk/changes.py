# SPDX-License-Identifier: Apache-2.0
"""Requests that change a server, by method, path and action.

They are those of which the compute API makes a task. It refuses a tag on any
other request that changes something.
"""

from collections.abc import Mapping
import dataclasses
import json
from typing import Any
import urllib.parse

CREATE = 'create'
DELETE = 'delete'
ATTACH_INTERFACE = 'attach_interface'
ATTACH_VOLUME = 'attach_volume'
ATTACH_SHARE = 'attach_share'
UPDATE = 'update'
#: Changes of all metadata, of one item, and of all tags: their answers have
#: what there is then.
METADATA = 'metadata'
METADATA_ITEM = 'metadata item'
TAGS = 'tags'
_ACTION = 'action'
#: Changes whose answers have no body.
_OTHER = 'other'

#: By method and form of the path, with ``*`` in the place of ids.
_CHANGES = {
    'POST servers': CREATE,
    'PUT servers/*': UPDATE,
    'DELETE servers/*': DELETE,
    'POST servers/*/metadata': METADATA,
    'PUT servers/*/metadata': METADATA,
    'PUT servers/*/metadata/*': METADATA_ITEM,
    'DELETE servers/*/metadata/*': _OTHER,
    'PUT servers/*/tags': TAGS,
    'DELETE servers/*/tags': _OTHER,
    'PUT servers/*/tags/*': _OTHER,
    'DELETE servers/*/tags/*': _OTHER,
    'DELETE servers/*/os-server-password': _OTHER,
    'POST servers/*/action': _ACTION,
    'POST servers/*/os-interface': ATTACH_INTERFACE,
    'DELETE servers/*/os-interface/*': _OTHER,
    'POST servers/*/os-volume_attachments': ATTACH_VOLUME,
    'PUT servers/*/os-volume_attachments/*': _OTHER,
    'DELETE servers/*/os-volume_attachments/*': _OTHER,
    'POST servers/*/shares': ATTACH_SHARE,
    'DELETE servers/*/shares/*': _OTHER,
    'POST servers/*/migrations/*/action': _OTHER,
    'DELETE servers/*/migrations/*': _OTHER,
}
#: Actions that only read.
_READING = frozenset(
    {
        'os-getConsoleOutput',
        'os-getMKSConsole',
        'os-getRDPConsole',
        'os-getSPICEConsole',
        'os-getSerialConsole',
        'os-getVNCConsole',
    }
)


@dataclasses.dataclass(frozen=True)
class Change:
    """A request that changes a server.

    :param kind: one of the constants of this module, or the key of an action
    :param server_id: None for a new server
    :param values: what the body says below its first key, if that is all it
        has
    """

    kind: str
    server_id: str | None
    values: Mapping[str, Any]


def recognize(method: str, url: str, body: Any) -> Change | None:
    """Return the change that a request makes; None for any other request.

    :param url: below the endpoint of the compute API
    :param body: a document, or its JSON
    """
    segments = _segments(url)
    form = '/'.join('*' if i % 2 else s for i, s in enumerate(segments))
    kind = _CHANGES.get(f'{method.upper()} {form}')
    if kind is None:
        return None
    key, values = _content(body)
    if kind == _ACTION:
        if key in _READING:
            return None
        kind = key
    return Change(kind, segments[1] if len(segments) > 1 else None, values)


def _segments(url: str) -> list[str]:
    parts = urllib.parse.urlsplit(url)
    # With a host it leads elsewhere.
    return [] if parts.netloc else parts.path.strip('/').split('/')


def _content(body: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the only key of a document, and what is below it."""
    if isinstance(body, (str, bytes)):
        try:
            body = json.loads(body)
        except ValueError:
            body = None
    if not isinstance(body, dict) or len(body) != 1:
        return _OTHER, {}
    [(key, values)] = body.items()
    return str(key), values if isinstance(values, dict) else {}
