# SPDX-License-Identifier: Apache-2.0
"""The messages of stored tasks, which have quoted whole requests."""

import sqlalchemy as sa

from ext_lib import masking

_TASKS = sa.table('tasks', sa.column('id'), sa.column('message'))
#: How many rows are held in memory at a time.
_CHUNK = 1000


def mask(connection: sa.engine.Connection) -> None:
    """Mask the values of secret fields in all messages, in place.

    Idempotent: what is masked stays as it is. No other column changes, so
    a task is neither newer nor purged later than before.
    """
    column = _TASKS.c
    last = 0
    while True:
        chunk = connection.execute(
            sa.select(column.id, column.message)
            .where(column.id > last, column.message.is_not(None))
            .order_by(column.id)
            .limit(_CHUNK)
        ).all()
        for task_id, message in chunk:
            kept = masking.mask_text(message)
            if kept != message:
                connection.execute(
                    sa.update(_TASKS)
                    .where(column.id == task_id)
                    .values(message=kept)
                )
        if len(chunk) < _CHUNK:
            return
        last = chunk[-1][0]
