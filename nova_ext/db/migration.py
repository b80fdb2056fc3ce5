# SPDX-License-Identifier: Apache-2.0
"""The way of this service's database to its present schema."""

import pathlib

from ext_lib.db import migration

_HERE = pathlib.Path(__file__).parent

schema = migration.Schema(
    name='nova_ext',
    legacy=_HERE / 'legacy_migrations',
    alembic=_HERE / 'migrations',
    handover='5c1d0f3b7a92',
    command='nova-ext-manage db sync',
    package='nova-ext',
)
