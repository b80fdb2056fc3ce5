# SPDX-License-Identifier: Apache-2.0
"""Runs revisions on the connection that ext_lib.db.migration hands over."""

from alembic import context

from nova_ext.db import models

attributes = context.config.attributes
context.configure(
    connection=attributes['connection'],
    version_table=attributes['version_table'],
    target_metadata=models.Base.metadata,
)
with context.begin_transaction():
    context.run_migrations()
