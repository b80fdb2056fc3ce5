# SPDX-License-Identifier: Apache-2.0
"""Timelines: what was done to a server, in order of time."""

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from osc_ext import cells
from osc_ext import times

ACTION: Final = 'action'
EVENT: Final = 'event'
MIGRATION: Final = 'migration'
TASK: Final = 'task'

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


def action_entry(
    action: Any, events: Sequence[Any], result: str | None
) -> Entry:
    """Return the entry of an action.

    :param events: those of the action
    """
    return Entry(
        time=action.start_time,
        kind=ACTION,
        name=action.action,
        duration=_action_duration(action, events),
        result=result,
        user_id=action.user_id,
        project_id=action.project_id,
        request_id=action.request_id,
    )


def event_entry(event: Any, request_id: str | None) -> Entry:
    """Return the entry of an event of the action with a request id."""
    return Entry(
        time=event.start_time,
        kind=EVENT,
        name=event.event,
        host=event.host or event.host_id,
        duration=times.between(event.start_time, event.finish_time),
        result=event.result,
        request_id=request_id,
        traceback=event.traceback,
    )


def migration_entry(migration: Any) -> Entry:
    """Return the entry of a migration."""
    ends = (migration.source_compute, migration.dest_compute)
    return Entry(
        time=migration.created_at,
        kind=MIGRATION,
        name=migration.migration_type or MIGRATION,
        host=' to '.join(filter(None, ends)),
        duration=times.between(migration.created_at, migration.updated_at),
        result=migration.status,
        user_id=migration.user_id,
        project_id=migration.project_id,
    )


def task_entry(task: Any) -> Entry:
    """Return the entry of a task; when it ended exactly is not known."""
    return Entry(
        time=task.start_time,
        kind=TASK,
        name=task.task,
        result=task.state,
        user_id=task.user_id,
        project_id=task.project_id,
        request_id=task.request_id,
    )


def _action_duration(action: Any, events: Iterable[Any]) -> float | None:
    """Return how long an action took, to the end of its last event."""
    ends = [event.finish_time for event in events]
    if not ends or not all(ends):
        return None
    return times.between(action.start_time, max(ends))
