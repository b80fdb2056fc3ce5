# SPDX-License-Identifier: Apache-2.0
"""Timelines: what was done to a server, in order of time."""

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from osc_ext import cells

ACTION: Final = 'action'
EVENT: Final = 'event'
MIGRATION: Final = 'migration'

_COLUMNS: Final = {
    'Time': 'time',
    'Kind': 'kind',
    'Name': 'name',
    'Host': 'host',
    'Duration': 'duration',
    'Result': 'result',
    'User ID': 'user_id',
}
_LONG: Final = {
    'Project ID': 'project_id',
    'Request ID': 'request_id',
    'Traceback': 'traceback',
}


class Entry(NamedTuple):
    """A row of the table.

    :param time: when it began, ISO 8601, UTC
    :param duration: in seconds; None of what has not ended
    """

    time: str
    kind: str
    name: str
    host: str | None = None
    duration: float | None = None
    result: str | None = None
    user_id: str | None = None
    project_id: str | None = None
    request_id: str | None = None
    traceback: str | None = None


def table(
    entries: Iterable[Entry], parsed_args: argparse.Namespace
) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    """Return columns and rows, the oldest first.

    :param parsed_args: with ``long``, for all columns
    """
    columns = {**_COLUMNS, **(_LONG if parsed_args.long else {})}
    in_order = sorted(entries, key=lambda entry: entry.time)
    return tuple(columns), [
        cells.of(entry, columns.values(), parsed_args) for entry in in_order
    ]


def hosts(source: str | None, destination: str | None) -> str:
    """Return between which hosts a migration was."""
    return ' to '.join(filter(None, (source, destination)))
