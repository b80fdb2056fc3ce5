# SPDX-License-Identifier: Apache-2.0
"""The command that shows all that was done to a server, in order of time."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
import datetime
import logging
from typing import Any, Final, NamedTuple

from openstack import exceptions
from osc_lib.cli import parseractions
from osc_lib.command import command

from osc_ext import cells
from osc_ext import exit_status
from osc_ext import server_name
from osc_ext import services

LOG = logging.getLogger(__name__)

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
_EPILOG: Final = """\
Migrations are shown to those whom the API shows them, administrators by
default, as are the hosts and tracebacks of events::

    openstack server timeline web1
    openstack server timeline 70a599e0-31e7-49b7-b260-868f441e862b --long
"""


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


class ListServerTimeline(exit_status.StatusMixin, command.Lister):
    """List actions, their events and migrations of a server by time.

    The oldest comes first. Those of a deleted server are found by its ID.
    """

    examples = _EPILOG

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'server',
            metavar='<server>',
            help='Server (name or ID); a deleted one by its ID',
        )
        parser.add_argument(
            '--long',
            action='store_true',
            help='List projects, request IDs and tracebacks, too',
        )
        parser.add_argument(
            '--limit',
            metavar='<limit>',
            type=int,
            action=parseractions.NonNegativeAction,
            help='Take the newest actions only, as many; all by default',
        )
        parser.add_argument(
            '--marker',
            metavar='<marker>',
            help='Take only actions before this one (request ID)',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """Return columns and rows."""
        compute = services.compute(self.app.client_manager)
        server = server_name.find(compute, parsed_args.server)
        entries = [
            *_of_actions(compute, server, parsed_args),
            *_of_migrations(compute, server),
        ]
        if parsed_args.limit or parsed_args.marker:
            entries = _within_actions(entries)
        entries.sort(key=lambda entry: entry.time)
        columns = {**_COLUMNS, **(_LONG if parsed_args.long else {})}
        return tuple(columns), [
            cells.of(entry, columns.values(), parsed_args) for entry in entries
        ]


def _of_actions(
    compute: Any, server: str, parsed_args: argparse.Namespace
) -> Iterator[Entry]:
    """Yield each action with its events.

    The API shows the events of one action at a time.
    """
    query = services.page(parsed_args)
    for listed in compute.server_actions(server, **query):
        action = compute.get_server_action(listed.request_id, server)
        events = action.events or ()
        yield _action_entry(action, events)
        for event in events:
            yield _event_entry(event, action.request_id)


def _action_entry(action: Any, events: Sequence[Any]) -> Entry:
    return Entry(
        time=action.start_time,
        kind=ACTION,
        name=action.action,
        duration=_action_duration(action, events),
        result=action.message,
        user_id=action.user_id,
        project_id=action.project_id,
        request_id=action.request_id,
    )


def _event_entry(event: Any, request_id: str) -> Entry:
    return Entry(
        time=event.start_time,
        kind=EVENT,
        name=event.event,
        host=event.host or event.host_id,
        duration=_seconds(event.start_time, event.finish_time),
        result=event.result,
        request_id=request_id,
        traceback=event.traceback,
    )


def _of_migrations(compute: Any, server: str) -> Iterator[Entry]:
    try:
        for migration in compute.migrations(server_id=server):
            yield _of_migration(migration)
    except exceptions.ForbiddenException:
        LOG.warning('Migrations are not shown: the API refuses them.')


def _of_migration(migration: Any) -> Entry:
    return Entry(
        time=migration.created_at,
        kind=MIGRATION,
        name=migration.migration_type or MIGRATION,
        host=' to '.join(
            filter(None, (migration.source_compute, migration.dest_compute))
        ),
        duration=_seconds(migration.created_at, migration.updated_at),
        result=migration.status,
        user_id=migration.user_id,
        project_id=migration.project_id,
    )


def _within_actions(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries without migrations outside of the actions' time."""
    times = [entry.time for entry in entries if entry.kind != MIGRATION]
    if not times:
        return []
    first, last = min(times), max(times)
    return [
        entry
        for entry in entries
        if entry.kind != MIGRATION or first <= entry.time <= last
    ]


def _action_duration(action: Any, events: Iterable[Any]) -> float | None:
    """Return how long an action took, to the end of its last event."""
    ends = [event.finish_time for event in events]
    if not ends or not all(ends):
        return None
    return _seconds(action.start_time, max(ends))


def _seconds(start: str | None, end: str | None) -> float | None:
    if not start or not end:
        return None
    began, ended = map(datetime.datetime.fromisoformat, (start, end))
    return round(max(0.0, (ended - began).total_seconds()), 3)
