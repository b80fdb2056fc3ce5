# SPDX-License-Identifier: Apache-2.0
"""The form in which records and seals are hashed.

All that is hashed is a JSON object in one canonical form: in ASCII, without
white space, its keys in order. So others can compute the digests from an
export, without this program.
"""

from collections.abc import Iterable, Mapping
import datetime
import hashlib
import json
from typing import Any, NamedTuple

from nova_ext.db.trail.record_kinds import Kind

#: The ``previous`` of the first seal.
NONE = '0' * 64
SEAL, IMPORT, PURGE = 'seal', 'import', 'purge'

#: Columns of records that are no part of their content.
STATE = frozenset(('source_id', 'watch', 'is_superseded', 'sealed'))


class Source(NamedTuple):
    """A cell in one of its lives."""

    cell: str
    life: int


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return a JSON object in the form that is hashed."""
    text = json.dumps(value, sort_keys=True, separators=(',', ':'))
    return text.encode('ascii')


def digest(value: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a JSON object, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def time_text(moment: datetime.datetime | None) -> str | None:
    """Return a time in UTC, with six digits of a second and without zone."""
    if moment is None:
        return None
    return moment.isoformat(timespec='microseconds')


def content(
    kind: Kind, source: Source | None, row: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the content of a record, which is hashed.

    Columns without a value are left out, so that columns that a later release
    adds do not change digests.

    :param source: None for one that the trail does not have
    :param row: all columns of its table
    """
    cell, life = source or (None, None)
    found = {'kind': kind.name, 'cell': cell, 'life': life}
    for name, value in row.items():
        if name not in STATE and value is not None:
            is_time = isinstance(value, datetime.datetime)
            found[name] = time_text(value) if is_time else value
    return found


def record_line(
    row: Mapping[str, Any], source: Source | None
) -> dict[str, Any]:
    """Return the digest of a record as it is hashed, and exported.

    :param row: of the table of digests
    """
    cell, life = source or (None, None)
    return {
        'sequence': row['sequence'],
        'seal': row['seal'],
        'kind': row['kind'],
        'cell': cell,
        'life': life,
        'id': row['id'],
        'is_new': bool(row['is_new']),
        'is_ended': bool(row['is_ended']),
        'created_at': time_text(row['created_at']),
        'digest': row['digest'],
    }


class RecordsDigest:
    """The SHA-256 of digests of records, a line each."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, line: Mapping[str, Any]) -> None:
        """Add the digest of one, as :func:`record_line` returns it."""
        self._hash.update(canonical(line) + b'\n')

    def hexdigest(self) -> str:
        """Return it as 64 hexadecimal digits."""
        return self._hash.hexdigest()


def seal_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a seal as it is exported; all but its own digest is hashed.

    :param row: of the table of seals
    """
    removed = row['removed']
    return {
        'seal': row['id'],
        'kind': row['kind'],
        'sealed_at': time_text(row['sealed_at']),
        'first': row['first'],
        'last': row['last'],
        'closed': parsed(row['closed']),
        'removed': None if removed is None else parsed(removed),
        'records': row['records'],
        'previous': row['previous'],
        'digest': row['digest'],
    }


def parsed(text: str) -> dict[str, Any]:
    """Return a JSON object; an empty one for a text that is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def seal_digest(line: Mapping[str, Any]) -> str:
    """Return the digest that a seal ought to have.

    :param line: as :func:`seal_line` returns it
    """
    return digest({k: v for k, v in line.items() if k != 'digest'})


def position_key(source: Source, kind: str) -> str:
    """Return the key in ``closed`` of a kind of records of a source."""
    return f'{source.cell}/{source.life}/{kind}'


def ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Return numbers as ranges, each with its first and its last."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found
