# SPDX-License-Identifier: Apache-2.0
"""Formats of exported records: each record is a text with its end of line."""

from collections.abc import Callable
import csv
import io
import json
from typing import Any, NamedTuple

from nova_ext.db.trail import cadf
from nova_ext.db.trail import chain
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail.export import Record


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


FORMATS = {
    'jsonl': Format(_jsonl),
    'csv': Format(_csv, _row(_NAMES)),
    'cadf': Format(
        lambda record: _json(cadf.as_event(record)),
        kind=record_kinds.ACTIONS.name,
    ),
}
