# SPDX-License-Identifier: Apache-2.0
"""Databases that have some tables of a service alone.

The part has revisions of its own, whose table is there until the database is
made a whole one.
"""

import sqlalchemy as sa

from ext_lib.db import migration
from ext_lib.db import schema_errors


def of(whole: migration.Schema, engine: sa.engine.Engine) -> migration.Schema:
    """Return the schema of a database: the part if it has that alone."""
    part = whole.part
    if part is None or whole.has_begun(engine):
        return whole
    return part if part.has_begun(engine) else whole


def sync(
    whole: migration.Schema,
    engine: sa.engine.Engine,
    version: str | None = None,
) -> None:
    """Bring a database that is to have the part alone to a version.

    Idempotent, and to be repeated after an interruption.

    :param whole: a schema that has a part
    :param version: an alembic revision of the part; the newest when omitted
    :raises WholeSchema: when the database has the other tables, too
    :raises SharedWithAnother: when another program keeps tables in it
    :raises SchemaTooNew: when a later release was here
    :raises SchemaError: when there is no way to ``version``
    """
    assert whole.part is not None
    if whole.has_begun(engine):
        raise schema_errors.WholeSchema(command=whole.command)
    if whole.is_beside(engine):
        raise schema_errors.SharedWithAnother()
    whole.part.sync(engine, version)
