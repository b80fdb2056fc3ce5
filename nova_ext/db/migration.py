# SPDX-License-Identifier: Apache-2.0
"""The migrations of this service's schema."""

import pathlib

from ext_lib import startup_errors
from ext_lib.db import migration
from nova_ext.db import models
from nova_ext.db.legacy_migrations import tables
from nova_ext.db.trail import facade as trail_facade
from nova_ext.db.trail import models as trail_models

_HERE = pathlib.Path(__file__).parent

#: A database that the tasks filter uses beside another API, as nova's.
tasks = migration.Schema(
    name='nova_ext_tasks',
    alembic=_HERE / 'task_migrations',
    command='nova-ext-manage db sync --tasks',
)

schema = migration.Schema(
    name='nova_ext',
    alembic=_HERE / 'migrations',
    command='nova-ext-manage db sync',
    metadata=models.Base.metadata,
    legacy=migration.Legacy(
        directory=_HERE / 'legacy_migrations',
        handover='5c1d0f3b7a92',
        package='nova-ext',
    ),
    shared=migration.Shared(
        tables=(tables.base, tables.migration_user_project),
        command='nova-manage db sync',
    ),
    part=tasks,
)

#: The database of the trail, which no other program uses.
trail = migration.Schema(
    name='nova_ext_trail',
    alembic=_HERE / 'trail_migrations',
    command='nova-ext-trail db sync',
    metadata=trail_models.metadata,
)


def check_trail() -> None:
    """Check that the trail has the present schema.

    :raises NotStarted: when it has not
    """
    found = trail.version(trail_facade.facade.get_engine())
    if found != trail.head:
        raise startup_errors.NotStarted(
            f'The schema of the trail is at version {found or 0}, not '
            f'{trail.head}. Run "{trail.command}".'
        )
