# SPDX-License-Identifier: Apache-2.0
"""The way of this service's database to its present schema."""

import pathlib

from ext_lib.db import migration
from sahara_ext.db import models

schema = migration.Schema(
    name='sahara_ext',
    alembic=pathlib.Path(__file__).parent,
    command='sahara-ext-manage db sync',
    metadata=models.Base.metadata,
)
