# SPDX-License-Identifier: Apache-2.0
"""The four kinds of records of the trail, and the statements that read them.

Each statement on a cell is bounded, and goes along the primary key.
"""

from collections.abc import Mapping, Sequence
import dataclasses
import functools
from typing import Any

import sqlalchemy as sa

from nova_ext.db import models as cell
from nova_ext.db.trail import models
from nova_ext.db.trail import text_sizes

#: Statuses of a migration that are final.
ENDED = (
    'confirmed', 'reverted', 'error', 'failed', 'completed', 'cancelled',
)  # fmt: skip
_RUNNING = ('accepted', 'queued', 'preparing', 'running')

#: How often a record is read again.
NEVER, AT_TIMES, OFTEN = 0, 1, 2


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of records.

    :param name: as in the table of positions, and in exports
    :param table: of the trail
    :param origin: table of a cell
    :param identity: columns that never change; a row with other values is
        another record
    """

    name: str
    table: sa.Table
    origin: sa.Table
    identity: tuple[str, ...]

    @functools.cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that are copied; the first is the number."""
        names = self.table.columns.keys()
        return tuple(name for name in names if name in self.origin.columns)

    @property
    def texts(self) -> tuple[str, ...]:
        """Columns that may be long."""
        return tuple(name for name in _TEXTS if name in self.columns)

    @functools.cached_property
    def after(self) -> Any:
        """Rows with numbers above one and up to another, in that order."""
        return self._rows(self.columns).where(self._is_between).limit(_LIMIT)

    @functools.cached_property
    def numbers(self) -> Any:
        """The numbers alone of such rows."""
        return self._rows(['id']).where(self._is_between).limit(_LIMIT)

    @functools.cached_property
    def sizes(self) -> Any:
        """The numbers of such rows, each with the bytes of its texts."""
        return self._sizes.where(self._is_between).limit(_LIMIT)

    @functools.cached_property
    def numbered(self) -> Any:
        """Rows of certain numbers."""
        return self._rows(self.columns).where(self._is_wanted)

    @functools.cached_property
    def sizes_numbered(self) -> Any:
        """The numbers of certain rows that exist, with their :attr:`sizes`."""
        return self._sizes.where(self._is_wanted)

    @functools.cached_property
    def tail(self) -> Any:
        """Number and identity of the last row up to a number."""
        columns = [self.origin.c[name] for name in ('id', *self.identity)]
        number = sa.bindparam('number', type_=sa.BigInteger())
        last = sa.select(*columns).where(self.origin.c.id <= number)
        return last.order_by(self.origin.c.id.desc()).limit(1)

    @functools.cached_property
    def last(self) -> Any:
        """The highest number."""
        return sa.select(sa.func.max(self.origin.c.id))

    def _rows(self, names: Sequence[str]) -> Any:
        columns = [self.origin.c[name] for name in names]
        return sa.select(*columns).order_by(self.origin.c.id)

    @property
    def _sizes(self) -> Any:
        texts = [self.origin.c[name] for name in self.texts]
        number = self.origin.c.id
        return sa.select(number, text_sizes.total(texts)).order_by(number)

    @property
    def _is_wanted(self) -> Any:
        return self.origin.c.id.in_(sa.bindparam('numbers', expanding=True))

    @property
    def _is_between(self) -> Any:
        low = sa.bindparam('low', type_=sa.BigInteger())
        high = sa.bindparam('high', type_=sa.BigInteger())
        number = self.origin.c.id
        return sa.and_(number > low, number <= high)


_TEXTS = ('traceback', 'details')
_LIMIT = sa.bindparam('limit', type_=sa.Integer())

SERVERS = Kind('servers', models.servers, cell.Instance.__table__, ('uuid',))
ACTIONS = Kind(
    'actions',
    models.actions,
    cell.InstanceAction.__table__,
    ('instance_uuid', 'request_id', 'action', 'created_at'),
)
EVENTS = Kind(
    'events',
    models.events,
    cell.InstanceActionEvent.__table__,
    ('action_id', 'event', 'created_at'),
)
MIGRATIONS = Kind(
    'migrations',
    models.migrations,
    cell.Migration.__table__,
    ('instance_uuid', 'created_at'),
)
ALL = (EVENTS, SERVERS, ACTIONS, MIGRATIONS)
BY_NAME = {kind.name: kind for kind in ALL}


def watch_of(kind: Kind, row: Mapping[str, Any]) -> int:
    """Return how often a server or a migration is to be read again."""
    is_ended = kind is not MIGRATIONS or row['status'] in ENDED
    if row['deleted']:
        # A server may be deleted while it is migrated.
        return NEVER if is_ended else AT_TIMES
    return AT_TIMES if is_ended else OFTEN


def is_undone(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether a row is back in an earlier state, as from a backup.

    A nova never undoes a deletion or an end.
    """
    deleted = before.get('deleted') and not after.get('deleted')
    ended = before.get('finish_time') and not after.get('finish_time')
    resumed = before.get('status') in ENDED and after.get('status') in _RUNNING
    return bool(deleted or ended or resumed)
