# SPDX-License-Identifier: Apache-2.0
"""The revisions of a schema: alembic's, which is imported to take them only.

Services look at each start whether they are at the newest one; nearly always
they are.
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
        """Return the names of all."""
        return {step[_NAME] for step in self._steps()}

    def head(self) -> str | None:
        """Return the name of the newest, None where there is none."""
        steps = list(self._steps())
        before = {step[_BEFORE] for step in steps}
        return next(
            (step[_NAME] for step in steps if step[_NAME] not in before), None
        )

    def begin(self, engine: sa.engine.Engine, metadata: sa.MetaData) -> None:
        """Create the tables of the newest revision in an empty database.

        The steps lead to the same tables; this is for those who wait for it.
        """
        version = self._version()
        with _transaction(engine) as connection:
            # First: where this is interrupted, the steps continue from there.
            version.create(connection)
            metadata.create_all(connection)
            connection.execute(version.insert(), {_VERSION: self.head()})

    def upgrade(self, engine: sa.engine.Engine, name: str) -> None:
        """Take all steps to ``name``, or to ``head``."""
        with self._configured(engine) as configuration:
            _alembic('command').upgrade(configuration, name)

    def stamp(self, engine: sa.engine.Engine, name: str) -> None:
        """Note in the database that it is at ``name``."""
        with self._configured(engine) as configuration:
            _alembic('command').stamp(configuration, name)

    def _steps(self) -> Iterator[dict[str, Any]]:
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
