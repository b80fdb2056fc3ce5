# SPDX-License-Identifier: Apache-2.0
"""Formats of exported records: each record is a text with its end of line.

One is CADF, of DMTF for audits of clouds, which DSP0262 describes:
https://www.dmtf.org/standards/cadf
"""

from collections.abc import Callable, Mapping
import csv
import io
import json
from typing import Any, NamedTuple
import uuid
import warnings

from pycadf import attachment
from pycadf import cadftaxonomy
from pycadf import event
from pycadf import reason
from pycadf import resource

from nova_ext.db.trail import chain
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import rows
from nova_ext.db.trail.export import Record

_OUTCOMES = {
    rows.SUCCESS: cadftaxonomy.OUTCOME_SUCCESS,
    rows.ERROR: cadftaxonomy.OUTCOME_FAILURE,
    # It was gone from its cell before it ended.
    rows.UNFINISHED: cadftaxonomy.UNKNOWN,
}
#: Actions of nova by verbs of CADF; the verb of all others is ``update``.
_VERBS = {
    'create': ('create',),
    'delete': ('delete', 'forceDelete', 'softDelete'),
    'restore': ('restore',),
    'start': ('start', 'reboot', 'resume', 'unpause', 'unshelve', 'unrescue'),
    'stop': ('stop', 'pause', 'suspend', 'shelve', 'shelveOffload', 'rescue'),
    'capture': ('createImage', 'trigger_crash_dump'),
    'backup': ('createBackup',),
    'configure': ('changePassword', 'lock', 'unlock'),
}
_VERB = {name: verb for verb, names in _VERBS.items() for name in names}
_UNKNOWN = cadftaxonomy.UNKNOWN
_MACHINE, _SERVICE = 'compute/machine', 'service/compute'
_DETAILS = (
    'cell', 'life', 'id', 'request_id', 'finish_time', 'message',
)  # fmt: skip


class Format(NamedTuple):
    """A way to write records.

    :param text: of one record
    :param header: what stands before the first
    :param kind: name of the one kind of records that it is made for
    """

    text: Callable[[Record], str]
    header: str = ''
    kind: str | None = None


def _json(value: Any) -> str:
    return f'{json.dumps(value, sort_keys=True)}\n'


def _jsonl(record: Record) -> str:
    return _json(
        {
            'sequence': record.position,
            'seal': record.seal,
            'digest': record.digest,
            'content': record.content,
        }
    )


def _columns() -> list[str]:
    """Return the columns of all kinds of records, each once."""
    names = ['sequence', 'seal', 'digest', 'kind', 'cell', 'life', 'id']
    for kind in record_kinds.ALL:
        names += [
            name
            for name in map(str, kind.table.columns.keys())
            if name not in chain.STATE
        ]
    return list(dict.fromkeys(names))


_NAMES = _columns()


def _row(values: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator='\n').writerow(values)
    return text.getvalue()


def _csv(record: Record) -> str:
    values = record.content | {
        'sequence': record.position,
        'seal': record.seal,
        'digest': record.digest,
    }
    return _row([values.get(name) for name in _NAMES])


def _event(record: Record) -> dict[str, Any]:
    """Return an action as an event of CADF.

    It is the same for the same record: ``id`` is made of its digest.
    """
    content = record.content
    with warnings.catch_warnings():
        # The ids of users need not be UUIDs.
        warnings.simplefilter('ignore')
        found = event.Event(
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, record.digest)),
            eventTime=_time(content),
            action=_action(content.get('action')),
            outcome=_OUTCOMES.get(content['outcome'], _UNKNOWN),
            initiator=_initiator(content),
            target=_target(content),
            observer=_observer(content),
            reason=_reason(record),
        )
        for item in _attachments(record):
            found.add_attachment(item)
        return _plain(found)


def _time(content: Mapping[str, Any]) -> str:
    moment = content.get('start_time') or content.get('created_at')
    return f'{moment or "1970-01-01T00:00:00.000000"}+0000'


def _action(name: str | None) -> str:
    verb = _VERB.get(name or '', 'update')
    return verb if name in (None, verb) else f'{verb}/{name}'


def _initiator(content: Mapping[str, Any]) -> Any:
    found = resource.Resource(
        id=content.get('user_id') or _UNKNOWN,
        typeURI=cadftaxonomy.ACCOUNT_USER,
    )
    found.project_id = content.get('project_id')
    found.request_id = content.get('request_id')
    return found


def _target(content: Mapping[str, Any]) -> Any:
    found = resource.Resource(
        id=content.get('instance_uuid') or _UNKNOWN,
        typeURI=_MACHINE,
        name=content.get('server_name'),
    )
    found.project_id = content.get('server_project_id')
    return found


def _observer(content: Mapping[str, Any]) -> Any:
    cell = content['cell'] or 'database'
    return resource.Resource(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f'nova-ext-trail/{cell}')),
        typeURI=_SERVICE,
        name=cell,
    )


def _reason(record: Record) -> Any:
    """Return which event of an action has failed; None if none has."""
    if record.content['outcome'] != rows.ERROR:
        return None
    failed = (record.failure or {}).get('event')
    return reason.Reason(
        reasonType='nova/instance_action_event',
        reasonCode=failed or _UNKNOWN,
    )


def _attachments(record: Record) -> list[Any]:
    content = record.content
    details = {name: content.get(name) for name in _DETAILS}
    details |= {
        'sequence': record.position,
        'seal': record.seal,
        'digest': record.digest,
    }
    found = [attachment.Attachment('nova-ext/record', details, 'record')]
    if record.failure:
        found.append(
            attachment.Attachment(
                'nova-ext/failure', record.failure, 'failure'
            )
        )
    return found


def _plain(value: Any) -> Any:
    """Return a value of pycadf as JSON has it."""
    if hasattr(value, 'as_dict'):
        value = vars(value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if v is not None}
    return [_plain(one) for one in value] if isinstance(value, list) else value


FORMATS = {
    'jsonl': Format(_jsonl),
    'csv': Format(_csv, _row(_NAMES)),
    'cadf': Format(
        lambda record: _json(_event(record)),
        kind=record_kinds.ACTIONS.name,
    ),
}
