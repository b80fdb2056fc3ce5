# SPDX-License-Identifier: Apache-2.0
"""Lists of migrations."""

from collections.abc import Collection, Mapping, Sequence
import re
from typing import Any

from ext_lib import paging
from ext_lib.context import RequestContext
from nova_ext.db import cells
from nova_ext.db import models
from nova_ext.db.api import migration_merge
from nova_ext.db.api import migration_rows

#: All columns, and those that the API shows.
ALL = tuple(models.Migration.__table__.c.keys())
SHOWN = (
    'id', 'uuid', 'instance_uuid', 'status', 'migration_type',
    'source_compute', 'dest_compute', 'source_node', 'dest_node', 'dest_host',
    'old_instance_type_id', 'new_instance_type_id', 'hidden', 'user_id',
    'project_id', 'created_at', 'updated_at',
)  # fmt: skip

_NUMBER = re.compile(r'\s*0*(\d*)')


def migration_get_all_by_filters(
    context: RequestContext,
    filters: Mapping[str, Any],
    page: paging.Page | None = None,
    columns: tuple[str, ...] = ALL,
) -> Sequence[Any]:
    """Return the migrations that pass all filters, hidden ones too.

    :param filters: any of ``status``, ``migration_type``, ``instance_uuid``,
        ``user_id``, ``project_id``, ``hidden``, ``source_compute``,
        ``changes-since`` and ``changes-before``; with ``host``, which is
        either end of the way, ``source_compute`` is not looked at. With
        ``marker_project_id``, a marker of another project is unknown, so
        that the answer does not disclose its existence. A value of None is
        no filter.
    :param page: its marker is a uuid, a deleted migration's too, or its
        number, with which clients continue that know no uuids; newest first.
        None for all of them, oldest first
    :param columns: of the rows, in this order
    :raises MarkerNotFound: when no migration has that uuid or number, or
        migrations of several cells have that number
    :raises OutOfReach: when a database is unreachable; of several, pages
        leave it out, unless configured not to
    """
    if page is not None and page.limit == 0:
        return []
    filters = {k: v for k, v in filters.items() if v is not None}
    if isinstance(filters.get('hidden'), str):
        filters['hidden'] = _number(filters['hidden'])
    if page is None:
        # Not a page: what two cells have is listed twice.
        places = cells.each(context)
        lists = [
            migration_rows.Rows(there, filters, columns) for there in places
        ]
        return [row for one in lists for row in one.everything()]
    answering = cells.Answering(context)
    if len(answering) > 1:
        _leave_empty(answering)
    if len(answering) != 1 or answering.has_failed:
        several = _Cells(answering, filters, columns)
        return migration_merge.page(several, page)
    for rows in answering.ask(
        lambda there: migration_rows.Rows(there, filters, columns).page(page)
    ).values():
        return rows
    if page.marker is not None:
        # It may be there.
        answering.check()
    return []


def _leave_empty(answering: cells.Answering) -> None:
    """Ask those no more that have nothing, as cell0 of most clouds."""
    for shard, has_any in answering.ask(migration_rows.has_any).items():
        if not has_any:
            answering.leave(shard)


def _number(text: str) -> str:
    """Return the number that a text begins with; a word is 0.

    That is how MariaDB, on which a nova is asked, compares it with a boolean.
    """
    found = _NUMBER.match(text)
    assert found is not None  # nothing is a number, too
    return found[1] or '0'


class _Cells(migration_merge.Cells):
    """Queries to several databases for one list."""

    def __init__(
        self,
        answering: cells.Answering,
        filters: Mapping[str, Any],
        columns: tuple[str, ...] = ALL,
    ) -> None:
        self._answering = answering
        self._filters = filters
        self._columns = columns

    def find(self, marker: str) -> Sequence[migration_merge.Copy]:
        """Return a migration from each that has it, a deleted one too.

        :raises OutOfReach: when an unreachable one may have it
        """
        uuid = marker
        if migration_rows.is_number(marker):
            uuid = self._uuid_of(marker)
        found = self._answering.ask(
            lambda there: migration_rows.find(
                there, uuid, self._filters, is_of_list=True
            )
        )
        rows = [row for row in found.values() if row.id is not None]
        if not rows:
            self._answering.check()
        return [
            migration_merge.Copy(
                migration_merge.Position(
                    row.created_at, row.id, row.uuid or uuid
                ),
                bool(row.is_listed),
            )
            for row in rows
        ]

    def _uuid_of(self, number: str) -> str:
        """Return the uuid of the only migration with a number, '' if none.

        :raises OutOfReach: when an unreachable one may have another
        """
        found = self._answering.ask(
            lambda there: migration_rows.uuid_at(there, number)
        )
        self._answering.check()
        uuids = {uuid for uuid in found.values() if uuid is not None}
        return uuids.pop() if len(uuids) == 1 else ''

    def read(
        self, limit: int | None, after: migration_merge.Position | None
    ) -> migration_merge.Rows:
        """Return the first rows after a place, and what may be there."""
        if after is not None:
            # Of the same moment and number, any cell may have one.
            after = after._replace(id=after.id + 1)
            limit = None if limit is None else limit + 1
        return self._answering.ask(
            lambda there: self._list(there).read(limit, after)
        )

    def copies(
        self, uuids: Mapping[Any, Collection[str]]
    ) -> migration_merge.Rows:
        """Return the rows of each that have one of its ``uuids``."""
        return self._answering.ask(
            lambda there: self._list(there).named(uuids.get(there.shard, ()))
        )

    def _list(self, there: RequestContext) -> migration_rows.Rows:
        return migration_rows.Rows(there, self._filters, self._columns)
