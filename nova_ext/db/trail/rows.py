# SPDX-License-Identifier: Apache-2.0
"""Conversion of rows of cells to records of the trail."""

from collections.abc import Mapping, Sequence
import datetime
from typing import Any

from nova_ext.db.trail import record_kinds
from nova_ext.db.trail.record_kinds import Kind
from nova_ext.db.trail.store import Store

_Row = dict[str, Any]

SUCCESS, ERROR, UNFINISHED = 'success', 'error', 'unfinished'
#: Age from which an action is not expected to end soon.
_LONG = datetime.timedelta(days=1)


class Maker:
    """Makes records of rows of a cell.

    :param store: the records of the cell
    :param moment: the present one, by the clock of the trail
    """

    def __init__(self, store: Store, moment: datetime.datetime) -> None:
        self._store = store
        self._moment = moment

    def records(self, kind: Kind, rows: list[_Row]) -> list[_Row]:
        """Return new records."""
        if kind is record_kinds.EVENTS:
            return rows
        if kind is record_kinds.ACTIONS:
            return self._actions(rows)
        return [
            row | {'watch': record_kinds.watch_of(kind, row)} for row in rows
        ]

    def _actions(self, rows: list[_Row]) -> list[_Row]:
        unended = self._store.unended([row['id'] for row in rows])
        servers = servers_of(self._store, rows)
        return [
            row
            | state_of(row, unended.get(row['id']), self._moment)
            | servers[row['id']]
            for row in rows
        ]


def state_of(
    row: Mapping[str, Any],
    is_unended: bool | None,
    moment: datetime.datetime,
) -> _Row:
    """Return the outcome of an action, and how often it is read again.

    :param is_unended: whether an event of it has not ended; None when it has
        no events
    :param moment: the present one
    """
    has_ended = is_unended is False or (
        is_unended is None and row['finish_time'] is not None
    )
    outcome, watch = UNFINISHED, record_kinds.OFTEN
    if has_ended:
        outcome, watch = SUCCESS, record_kinds.NEVER
    elif row['created_at'] is None or row['created_at'] < moment - _LONG:
        # The events of a host that was lost never end.
        watch = record_kinds.AT_TIMES
    if row['message'] == 'Error':
        outcome = ERROR
    return {'outcome': outcome, 'watch': watch}


def servers_of(store: Store, actions: Sequence[_Row]) -> dict[int, _Row]:
    """Return project and name of the servers of actions, by action."""
    servers = store.servers(action['instance_uuid'] for action in actions)
    unknown = None, None
    return {
        action['id']: dict(
            zip(
                ('server_project_id', 'server_name'),
                servers.get(action['instance_uuid'], unknown),
                strict=True,
            )
        )
        for action in actions
    }
