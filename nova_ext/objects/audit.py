# SPDX-License-Identifier: Apache-2.0
"""Records across servers, as the trail has them.

Only for processes that hold its database. They are read-only rows
of the database, and no versioned objects.
"""

from collections.abc import Collection, Mapping, Sequence
import datetime
from typing import Any, Final, NamedTuple

from oslo_log import log

from ext_lib import exception as ext_exception
from ext_lib.context import RequestContext
from ext_lib.db import connect_limits
from ext_lib.paging import Page
from nova_ext import exception
from nova_ext.db.trail import action_events
from nova_ext.db.trail import action_list
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import record_id
from nova_ext.db.trail import rows
from nova_ext.db.trail import server_history
from nova_ext.db.trail import task_entries

LOG = log.getLogger(__name__)

RESULTS = (rows.SUCCESS, rows.ERROR, rows.UNFINISHED)
#: Those of tasks have the same names.
_ENDED = (rows.SUCCESS, rows.ERROR)
ACTION, EVENT, MIGRATION, TASK = server_history.KINDS
Server = server_history.Server


class TaskStore:
    """States of the tasks in a timeline."""

    INCLUDED: Final = 'included'
    ABSENT: Final = 'absent'
    UNREACHABLE: Final = 'unreachable'

    ALL: Final = (INCLUDED, ABSENT, UNREACHABLE)


class Entry(NamedTuple):
    """An entry of a timeline.

    :param kind: ACTION, EVENT, MIGRATION or TASK
    """

    moment: datetime.datetime
    rank: int
    source_id: int
    number: int
    row: Any

    @property
    def kind(self) -> str:
        """The kind of record that it shows."""
        return server_history.KINDS[self.rank]

    @property
    def id(self) -> str:
        """A marker for what comes after it."""
        return f'{self.kind}-{self.source_id}-{self.number}'


class Wanted(NamedTuple):
    """Contents of a timeline.

    :param kinds: those of entries of the trail
    :param is_in_full: whether events have their traceback
    :param task_project_id: whose tasks it has; None for those of all
    """

    kinds: Collection[str]
    is_in_full: bool
    task_project_id: str | None

    @property
    def event_columns(self) -> Sequence[str]:
        """Columns of events."""
        return _event_columns(self.is_in_full)


def check_available() -> None:
    """Make sure that this process has a trail.

    :raises TrailNotFound: when it has none
    """
    if not trail.is_configured():
        raise exception.TrailNotFound()


def get_actions(
    context: RequestContext, filters: Mapping[str, Any], page: Page
) -> Sequence[Any]:
    """Return a page of actions; see :func:`action_list.actions_get`.

    :raises MarkerNotFound: when there is no such action
    """
    return action_list.actions_get(context, filters, page)


def get_events(
    context: RequestContext, actions: Sequence[Any], is_in_full: bool
) -> dict[tuple[int, int], list[Any]]:
    """Return the events of actions, newest first, by source and number.

    :param is_in_full: whether they have their traceback
    """
    keys = [(action.source_id, action.id) for action in actions]
    found: dict[tuple[int, int], list[Any]] = {key: [] for key in keys}
    for event in action_events.events_get(
        context, keys, _event_columns(is_in_full)
    ):
        found[event.source_id, event.action_id].append(event)
    return found


def get_server(
    context: RequestContext, server_id: str, project_id: str | None
) -> Server:
    """Return a server as it was seen last.

    :param project_id: of its owner; None if it may be any
    :raises InstanceNotFound: when there is none
    """
    return server_history.server_get(context, server_id, project_id)


def get_migrations(
    context: RequestContext,
    server: Server,
    filters: dict[str, str],
    page: Page,
) -> Sequence[Any]:
    """Return a page of the migrations of a server, newest first.

    :raises MarkerNotFound: when the server has no such migration
    """
    return server_history.migrations_get(context, server.uuid, filters, page)


def get_timeline(
    context: RequestContext, server: Server, wanted: Wanted, page: Page
) -> tuple[list[Entry], str]:
    """Return a page of a timeline, oldest entries first.

    :returns: the entries, and how the store of tasks has answered
    :raises MarkerNotFound: when the server has no such entry
    """
    place = None
    if page.marker is not None:
        place = _place(context, server, wanted, page.marker)
    limit = page.limit
    assert limit is not None
    if limit == 0:
        return [], _probe(server)
    found: list[Entry] = []
    for kind in wanted.kinds:
        some = server_history.entries_get(
            context, server.uuid, kind, place, limit, wanted.event_columns
        )
        found += [_entry(kind, row.source_id, row) for row in some]
    tasks, state = _tasks(context, server, wanted, place, limit)
    found += [_entry(TASK, task_entries.SOURCE, row) for row in tasks]
    shown = sorted(found, key=lambda entry: entry[:-1])[:limit]
    return _with_outcomes(context, server, shown), state


def _with_outcomes(
    context: RequestContext, server: Server, entries: list[Entry]
) -> list[Entry]:
    """Return entries, with tasks in the state in which their actions ended.

    The store of tasks learns of an end only when the task is asked for. A task
    of several servers ends with the last of them, which is not known here.
    """
    unended = {
        entry.row.request_id for entry in entries if _may_have_ended(entry)
    }
    if not unended:
        return entries
    outcomes = server_history.outcomes_get(context, server.uuid, unended)
    ended = {id for id, outcome in outcomes.items() if outcome in _ENDED}
    return [
        entry._replace(
            row=entry.row._replace(state=outcomes[entry.row.request_id])
        )
        if _may_have_ended(entry) and entry.row.request_id in ended
        else entry
        for entry in entries
    ]


def _may_have_ended(entry: Entry) -> bool:
    return (
        entry.kind == TASK
        and entry.row.state not in _ENDED
        and not entry.row.is_of_several
    )


def _tasks(
    context: RequestContext,
    server: Server,
    wanted: Wanted,
    place: server_history.Place | None,
    limit: int,
) -> tuple[Sequence[Any], str]:
    """Return tasks of a server, and how their store has answered."""
    state = _probe(server)
    if state != TaskStore.INCLUDED:
        return [], state
    try:
        tasks = task_entries.entries_get(
            context, server.uuid, wanted.task_project_id, place, limit
        )
    except connect_limits.UNREACHABLE as error:
        return [], _unreachable(server, error)
    return tasks, state


def _probe(server: Server) -> str:
    try:
        is_there = task_entries.are_stored()
    except connect_limits.UNREACHABLE as error:
        return _unreachable(server, error)
    return TaskStore.INCLUDED if is_there else TaskStore.ABSENT


def _unreachable(server: Server, error: Exception) -> str:
    LOG.warning(
        'The timeline of instance %s is without tasks: %s', server.uuid, error
    )
    return TaskStore.UNREACHABLE


def _place(
    context: RequestContext, server: Server, wanted: Wanted, marker: str
) -> server_history.Place:
    """Return the place of the entry that a marker names.

    :raises MarkerNotFound: when the server has no such entry
    """
    kind, _, text = marker.partition('-')
    place = None
    if kind in server_history.KINDS:
        record = record_id.parse(text)
        if kind != TASK:
            place = server_history.place_of(context, server.uuid, kind, record)
        elif task_entries.are_stored():
            place = task_entries.place_of(
                context, server.uuid, wanted.task_project_id, record
            )
    if place is None:
        raise ext_exception.MarkerNotFound(marker=marker)
    return place


def _entry(kind: str, source_id: int, row: Any) -> Entry:
    moment = row.created_at or datetime.datetime.min  # noqa: DTZ901
    rank = server_history.KINDS.index(kind)
    return Entry(moment, rank, source_id, row.id, row)


def _event_columns(is_in_full: bool) -> Sequence[str]:
    return action_events.EVENT_IN_FULL if is_in_full else action_events.EVENT
