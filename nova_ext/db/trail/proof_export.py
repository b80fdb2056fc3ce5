# SPDX-License-Identifier: Apache-2.0
"""Verification of an export from two files, without the database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
import json
from typing import Any, NamedTuple, TextIO

from ext_lib import exception
from nova_ext.db.trail import chain
from nova_ext.db.trail import proof
from nova_ext.db.trail.export import Selection

_Line = Mapping[str, Any]


class Unreadable(exception.Error):
    """A line of a file is not in the format of an export."""

    msg_fmt = 'Line %(number)s of %(name)s is no %(what)s.'


class Part(NamedTuple):
    """The part of the trail that an export is to have.

    :param selection: what was exported
    :param after: the position after which it began
    :param until: its last position; None for all that have digests
    """

    selection: Selection = Selection()
    after: int = 0
    until: int | None = None

    def has(self, line: _Line) -> bool:
        """Return whether a record has to be there."""
        sequence = line['sequence']
        is_last = self.until is None or sequence <= self.until
        return (
            sequence > self.after
            and is_last
            and self.selection.has(dict(line))
        )


def verify(
    exported: TextIO,
    digests: TextIO,
    part: Part,
    head: proof.Head | None = None,
) -> proof.Summary:
    """Check an export against the chain; return what was found.

    :param exported: in the format jsonl
    :param digests: a file that can be read twice
    :param head: a seal whose digest was kept elsewhere
    :raises Altered: at the first that is not intact
    :raises Unreadable: when a file is none of these
    """
    removed = proof.Removed(_seals(digests))
    digests.seek(0)
    export = _Export(exported, part, removed)
    check = proof.ChainCheck(removed, export.check)
    summary = check.run(_intervals(digests), head)
    export.check_end()
    return summary


class _Export:
    """The records of the file, read once."""

    def __init__(
        self, file: TextIO, part: Part, removed: proof.Removed
    ) -> None:
        self._records = _exported(file)
        self._part = part
        self._removed = removed
        self._next = next(self._records, None)

    def check(self, interval: proof.Interval, lines: Sequence[_Line]) -> None:
        """Check the records that digests are about.

        :raises Altered: when one is not what it was
        """
        for line in lines:
            self._check_earlier(line['sequence'])
            record = self._next
            if record is not None and record['sequence'] == line['sequence']:
                self._next = next(self._records, None)
                if chain.digest(record['content']) != line['digest']:
                    raise interval.record(line, 'was altered')
            elif self._part.has(line) and (
                line['sequence'] not in self._removed
            ):
                raise interval.record(line, 'was removed')

    def _check_earlier(self, sequence: float) -> None:
        """Check that no record stands before its place."""
        record = self._next
        if record is not None and record['sequence'] < sequence:
            content = record['content']
            names = ('kind', 'cell', 'life', 'id')
            line = {name: content.get(name) for name in names}
            raise proof.Altered(
                what=proof.title(line | {'kind': str(line['kind'])}),
                interval=f'sequence {record["sequence"]}',
                how='was inserted',
            )

    def check_end(self) -> None:
        """Check that there are no more records than digests.

        :raises Altered: when there are
        """
        self._check_earlier(float('inf'))


def _parsed(file: TextIO) -> Iterator[tuple[int, Any]]:
    number = 0
    for number, text in enumerate(file, 1):
        try:
            yield number, json.loads(text)
        except ValueError:
            raise Unreadable(
                number=number, name=file.name, what='JSON'
            ) from None


def _exported(file: TextIO) -> Iterator[_Line]:
    for number, line in _parsed(file):
        if not (
            isinstance(line, dict)
            and type(line.get('sequence')) is int
            and isinstance(line.get('content'), dict)
        ):
            raise Unreadable(number=number, name=file.name, what='record')
        yield line


_SEAL = {
    'seal': int, 'kind': str, 'sealed_at': str, 'first': int, 'last': int,
    'closed': dict, 'records': str, 'previous': str, 'digest': str,
}  # fmt: skip
_RECORD = {
    'sequence': int, 'seal': int, 'kind': str, 'life': int, 'id': int,
    'is_new': bool, 'is_ended': bool, 'digest': str,
}  # fmt: skip


def _digests(file: TextIO) -> Iterator[tuple[bool, _Line]]:
    """Yield the lines of digests, and whether they are seals."""
    for number, line in _parsed(file):
        for name, types in (('seal', _SEAL), ('record', _RECORD)):
            value = line.get(name) if isinstance(line, dict) else None
            if isinstance(value, dict) and all(
                isinstance(value.get(key), kind) for key, kind in types.items()
            ):
                yield name == 'seal', value
                break
        else:
            raise Unreadable(
                number=number, name=file.name, what='seal or digest'
            )


def _seals(file: TextIO) -> Iterator[_Line]:
    return (line for is_seal, line in _digests(file) if is_seal)


def _intervals(
    file: TextIO,
) -> Iterator[tuple[_Line, Callable[[], Sequence[_Line]]]]:
    """Yield each seal with the digests that follow it."""
    seal: _Line | None = None
    records: list[_Line] = []
    for is_seal, line in _digests(file):
        if not is_seal:
            records.append(line)
            continue
        if seal is not None:
            yield seal, records.copy
        seal, records = line, []
    if seal is not None:
        yield seal, records.copy
