# SPDX-License-Identifier: Apache-2.0
"""Removal of tasks whose time is over."""

from collections.abc import Iterator
import dataclasses
import datetime
import math

from ext_lib.context import RequestContext
from nova_ext.db.api import task_purge as task_purge_db


@dataclasses.dataclass(frozen=True)
class OldTasks:
    """Tasks that ended long ago, or that no request has read since.

    Both moments are naive, in UTC, by the clock of the database.

    :param ended_before: the latest end of those that ended
    :param unchanged_before: the latest resolution of the others
    """

    ended_before: datetime.datetime
    unchanged_before: datetime.datetime

    def count(self, context: RequestContext) -> int:
        """Return how many there are."""
        return task_purge_db.tasks_count_old(
            context, self.ended_before, self.unchanged_before
        )

    def purge(
        self, context: RequestContext, batch: int, most: int | None = None
    ) -> Iterator[int]:
        """Delete them, the oldest first; yield how many each time.

        :param batch: how many go in one transaction, at most
        :param most: how many go altogether, at most; None for all
        """
        left = math.inf if most is None else most
        for column, before in (
            ('ended_at', self.ended_before),
            ('updated_at', self.unchanged_before),
        ):
            after = None
            while found := task_purge_db.tasks_get_old(
                context, column, before, after, int(min(batch, left))
            ):
                ids, moments = zip(*found, strict=True)
                removed = task_purge_db.tasks_destroy_old(
                    context, ids, column, before
                )
                left -= removed
                after = moments[-1]
                yield removed
