# SPDX-License-Identifier: Apache-2.0
"""Verification that no record was altered since it was sealed.

The check is the same for a database and for an export: seals in their order,
with the digests of their records, and for each of these the record.
"""

import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
import contextlib
from typing import Any, NamedTuple

from ext_lib import exception
from nova_ext.db.trail import chain

_Line = Mapping[str, Any]


class Altered(exception.Error):
    """Something was altered, removed or inserted."""

    msg_fmt = '%(what)s (%(interval)s) %(how)s'


class Head(NamedTuple):
    """A seal whose digest was kept elsewhere."""

    number: int
    digest: str


class Summary(NamedTuple):
    """Numbers of a chain that is intact.

    :param seals: how many
    :param records: how many digests of records they are about
    :param removed: how many of these a purge has removed
    :param digest: of the last seal
    """

    seals: int
    records: int
    removed: int
    digest: str


class Removed:
    """Sequences of digests whose records were removed by purges."""

    def __init__(self, seals: Iterable[_Line]) -> None:
        self._ranges: list[tuple[int, int]] = []
        self.add(seals)

    def add(self, seals: Iterable[_Line]) -> None:
        """Add what purges have removed; other seals do not matter."""
        for seal in seals:
            # A seal that was altered is found as such.
            with contextlib.suppress(KeyError, TypeError, ValueError):
                some = (seal['removed'] or {'sequences': ()})['sequences']
                self._ranges += [(int(a), int(b)) for a, b in some]
        self._ranges.sort()

    def __contains__(self, sequence: int) -> bool:
        # No range begins with a fraction, so it is left of the next one.
        index = bisect.bisect(self._ranges, (sequence + 0.5,)) - 1
        return index >= 0 and sequence <= self._ranges[index][1]


class ChainCheck:
    """The check of a chain, seal after seal.

    :param removed: sequences whose records may be missing
    :param check: is called with a seal and its digests, and raises Altered
        when their records are not as they were sealed
    """

    def __init__(
        self,
        removed: Removed,
        check: Callable[['Interval', Sequence[_Line]], None],
    ) -> None:
        self._removed = removed
        self._check = check
        self._previous = chain.NONE
        self._before: str | None = None
        self._seals = self._sequence = self._removals = 0
        self.closed: Mapping[str, int] = {}

    def run(
        self,
        seals: Iterable[tuple[_Line, Callable[[], Sequence[_Line]]]],
        head: Head | None = None,
    ) -> Summary:
        """Check all seals; return what was found.

        :param seals: in their order, each with a function that returns the
            digests of its records
        :param head: has to be among them
        :raises Altered: at the first that is not intact
        """
        is_known = head is None
        for seal, lines in seals:
            interval = Interval(seal, self._before)
            self._check_seal(seal, interval)
            self._check_records(seal, interval, lines())
            self.closed = seal['closed']
            self._before = seal['sealed_at']
            if head and head.number == seal['seal']:
                is_known = True
                if head.digest != seal['digest']:
                    raise interval.altered('is not the one that was kept')
        if head and not is_known:
            raise Altered(
                what=f'Seal {head.number}', interval='kept', how='is missing'
            )
        return Summary(
            self._seals, self._sequence, self._removals, self._previous
        )

    def _check_seal(self, seal: _Line, interval: 'Interval') -> None:
        self._seals += 1
        if seal['seal'] != self._seals:
            raise Altered(
                what=f'Seal {self._seals}',
                interval=f'before seal {seal["seal"]}',
                how='is missing',
            )
        if seal['previous'] != self._previous:
            raise interval.altered('does not name the seal before it')
        if chain.seal_digest(seal) != seal['digest']:
            raise interval.altered('was altered')
        self._previous = seal['digest']

    def _check_records(
        self, seal: _Line, interval: 'Interval', lines: Sequence[_Line]
    ) -> None:
        found = chain.RecordsDigest()
        for line in lines:
            self._sequence += 1
            if line['sequence'] != self._sequence:
                raise interval.altered(
                    f'lacks the digest with the sequence {self._sequence}'
                )
            found.add(line)
            self._removals += line['sequence'] in self._removed
            self._check_order(seal, interval, line)
        if self._sequence != seal['last']:
            raise interval.altered(
                f'lacks the digest with the sequence {self._sequence + 1}'
            )
        # This names the record, if it is known which one it is.
        self._check(interval, lines)
        if found.hexdigest() != seal['records']:
            raise interval.altered(
                'has other digests of records than were sealed'
            )

    def _check_order(
        self, seal: _Line, interval: 'Interval', line: _Line
    ) -> None:
        """Check that a new record has a number that was still possible."""
        if seal['kind'] != chain.SEAL or not line['is_new']:
            return
        key = f'{line["cell"]}/{line["life"]}/{line["kind"]}'
        if line['id'] <= self.closed.get(key, 0):
            raise interval.record(line, 'was inserted')


class Interval:
    """The time that a seal is about, and errors that name it.

    :param before: when the seal before it was written
    """

    def __init__(self, seal: _Line, before: str | None) -> None:
        self.seal = seal
        begin = f'{before}Z' if before else 'the beginning'
        self._title = f'from {begin} to {seal["sealed_at"]}Z'

    def altered(self, how: str) -> Altered:
        """Return the error of the seal itself."""
        what = f'Seal {self.seal["seal"]}'
        return Altered(what=what, interval=self._title, how=how)

    def record(self, line: _Line, how: str) -> Altered:
        """Return the error of a record."""
        interval = f'seal {self.seal["seal"]}, {self._title}'
        return Altered(what=title(line), interval=interval, how=how)


def title(line: _Line) -> str:
    """Return the name of a record in messages.

    :param line: its kind, its number, and the cell with its life
    """
    noun = line['kind'].removesuffix('s').capitalize()
    cell = line['cell'] or 'database'
    return f'{noun} {line["id"]} of cell {cell}, life {line["life"]}'
