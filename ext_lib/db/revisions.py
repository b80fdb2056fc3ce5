# SPDX-License-Identifier: Apache-2.0
"""The alembic revisions of a schema, read without importing alembic.

Services compare their database with the newest one at each start, and nearly
always it is there. So alembic is imported only to apply revisions.
"""

import ast
from collections.abc import Iterator
import contextlib
import dataclasses
import importlib
import pathlib
from typing import Any

import sqlalchemy as sa

from ext_lib.db import sqlite

#: What a revision says of itself.
_NAME, _BEFORE = 'revision', 'down_revision'
#: The column of the version table.
_VERSION = 'version_num'


@dataclasses.dataclass(frozen=True)
class Revisions:
    """The revisions in a directory.

    :param directory: alembic's; its ``env.py`` runs on the connection and
        with the version table found in ``config.attributes``
    :param version_table: of the revision that a database is at
    """

    directory: pathlib.Path
    version_table: str

    def names(self) -> set[str]:
        """Return the names of all revisions."""
        return {revision[_NAME] for revision in self._all()}

    def head(self) -> str | None:
        """Return the name of the newest, None where there is none."""
        revisions = list(self._all())
        before = {revision[_BEFORE] for revision in revisions}
        names = (revision[_NAME] for revision in revisions)
        return next((name for name in names if name not in before), None)

    def begin(self, engine: sa.engine.Engine, metadata: sa.MetaData) -> None:
        """Create the tables of the newest revision in an empty database.

        All revisions, applied one by one, lead to the same tables, but take
        longer.
        """
        version = self._version()
        with _transaction(engine) as connection:
            # First: where this is interrupted, upgrade() continues from there.
            version.create(connection)
            metadata.create_all(connection)
            connection.execute(version.insert(), {_VERSION: self.head()})

    def upgrade(self, engine: sa.engine.Engine, name: str) -> None:
        """Apply the revisions up to ``name``, or to ``head``."""
        with self._configured(engine) as configuration:
            _alembic('command').upgrade(configuration, name)

    def stamp(self, engine: sa.engine.Engine, name: str) -> None:
        """Note in the database that it is at ``name``."""
        with self._configured(engine) as configuration:
            _alembic('command').stamp(configuration, name)

    def _all(self) -> Iterator[dict[str, Any]]:
        for path in self.directory.joinpath('versions').glob('*.py'):
            values = _values(path)
            if _NAME in values:
                yield values

    @contextlib.contextmanager
    def _configured(self, engine: sa.engine.Engine) -> Iterator[Any]:
        configuration = _alembic('config').Config()
        location = str(self.directory).replace('%', '%%')
        configuration.set_main_option('script_location', location)
        with _transaction(engine) as connection:
            configuration.attributes.update(
                connection=connection, version_table=self.version_table
            )
            yield configuration

    def _version(self) -> sa.Table:
        """Return the version table, as alembic makes it."""
        return sa.Table(
            self.version_table,
            sa.MetaData(),
            sa.Column(_VERSION, sa.String(32), nullable=False),
            sa.PrimaryKeyConstraint(
                _VERSION, name=f'{self.version_table}_pkc'
            ),
        )


@contextlib.contextmanager
def _transaction(engine: sa.engine.Engine) -> Iterator[sa.engine.Connection]:
    with engine.connect() as connection:
        connection = connection.execution_options(**sqlite.WRITES)
        with connection.begin():
            yield connection


def _values(path: pathlib.Path) -> dict[str, Any]:
    """Return the constants of a module, which is not run."""
    return {
        target.id: statement.value.value
        for statement in ast.parse(path.read_bytes()).body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


def _alembic(module: str) -> Any:
    return importlib.import_module(f'alembic.{module}')
