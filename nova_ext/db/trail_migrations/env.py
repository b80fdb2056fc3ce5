# SPDX-License-Identifier: Apache-2.0
"""Environment in which alembic runs the revisions."""

from ext_lib.db import schema
from nova_ext.db.trail import models

schema.run_revisions(models.metadata)
