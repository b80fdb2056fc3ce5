# SPDX-License-Identifier: Apache-2.0
"""The schema that commands on the trail need."""

from ext_lib import startup_errors
from nova_ext.db import migration
from nova_ext.db.trail import facade as trail


def check() -> None:
    """Check that the trail has the present schema.

    :raises NotStarted: when it has not
    """
    found = migration.trail.version(trail.facade.get_engine())
    if found != migration.trail.head:
        raise startup_errors.NotStarted(
            f'The schema of the trail is at version {found or 0}, not '
            f'{migration.trail.head}. Run "{migration.trail.command}".'
        )
