# SPDX-License-Identifier: Apache-2.0
"""Tasks that may go."""

from collections.abc import Iterator
import dataclasses
import datetime
import math

from ext_lib.context import RequestContext
from nova_ext.db.api import task_purge as task_purge_db


@dataclasses.dataclass(frozen=True)
class OldTasks:
    """Tasks that ended long ago, or that nobody has asked for since.

    Both moments are naive, in UTC, by the clock of the database.

    :param ended_before: when the last of those that ended did
    :param unchanged_before: when the last of the others was looked at
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
        """Forget them, the oldest first; yield how many each time.

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
