# SPDX-License-Identifier: Apache-2.0
"""Migration of a schema: numbered steps, then alembic.

A new database gets the tables of the newest revision. One that has a number
is brought to the last one by sqlalchemy-migrate and handed over; where that
cannot be imported, as with SQLAlchemy 2, a database at the last number is
handed over as it stands.
"""

from collections.abc import Callable, Sequence
import dataclasses
import pathlib
from typing import Any

import sqlalchemy as sa

from ext_lib.db import adoption
from ext_lib.db import revisions
from ext_lib.db import schema as steps
from ext_lib.db import schema_errors


@dataclasses.dataclass(frozen=True)
class Shared:
    """Tables that another program may have made.

    :param tables: return them, each as a step makes or completes it
    :param command: what brings that program's schema up to date
    """

    tables: Sequence[Callable[[], sa.MetaData]]
    command: str


@dataclasses.dataclass(frozen=True)
class Legacy:
    """The numbered steps from before alembic.

    :param directory: sqlalchemy-migrate repository whose ``repository_id`` is
        the name of the schema
    :param handover: the revision that is equal to the last number
    :param package: the distribution with the extra ``legacy``
    """

    directory: pathlib.Path
    handover: str
    package: str

    @property
    def last_number(self) -> int:
        """The number at which alembic takes over."""
        steps = self.directory.joinpath('versions').glob('[0-9]*.py')
        return max(int(step.name.partition('_')[0]) for step in steps)


@dataclasses.dataclass(frozen=True)
class Schema:
    """The steps of one service's schema, and the way through them.

    :param name: identifies the service in a database it shares with others
    :param alembic: alembic's directory; its ``env.py`` runs on the connection
        and with the version table found in ``config.attributes``
    :param command: what operators type to get here
    :param metadata: what all revisions lead to; None where a new database has
        to take them, too
    :param legacy: None when there was never anything before alembic
    :param shared: None when all tables are the service's own
    :param part: of databases with some of the tables alone, if there are any
    """

    name: str
    alembic: pathlib.Path
    command: str
    metadata: sa.MetaData | None = None
    legacy: Legacy | None = None
    shared: Shared | None = None
    part: 'Schema | None' = None

    def sync(
        self, engine: sa.engine.Engine, version: str | None = None
    ) -> None:
        """Bring the database behind ``engine`` to a version.

        One that another program keeps stays as it is, if it will do.

        :param version: an alembic revision, or a legacy number, which only
            sqlalchemy-migrate can run; the newest revision when omitted
        :raises SchemaTooOld: when sqlalchemy-migrate would be needed
        :raises SchemaTooNew: when a later release was here
        :raises SharedTooOld: when another program's tables lack columns
        :raises SharedIncomplete: when only some of them are there
        :raises SchemaError: when there is no way to ``version``
        """
        if version is None and (
            self._is_up_to_date(engine) or self._create(engine)
        ):
            return
        revision, known = self._revision(engine), self._revisions.names()
        if revision is not None and revision not in known:
            raise schema_errors.SchemaTooNew(version=revision)
        number = _as_number(version)
        if number is None and version not in (None, *known):
            raise schema_errors.SchemaError(f'There is no version {version}.')
        self._check_complete(engine)
        if self._is_adopted(engine):
            self._check_shared(engine)
            return
        if number is not None:
            self._go_to(engine, number)
            return
        if revision is None and self.legacy is not None:
            self._hand_over(engine, self.legacy)
        self._revisions.upgrade(engine, version or 'head')
        if self.part is not None:
            steps.drop_table(engine, self.part.version_table)

    def version(self, engine: sa.engine.Engine) -> str | None:
        """Return the revision or legacy number of the database, if any.

        One that another program keeps, and that will do, has the newest.
        """
        if self._is_adopted(engine):
            return None if self._lacking(engine) else self.head
        revision, number = self._revision(engine), self._number(engine)
        if revision is None and number is not None:
            return str(number)
        return revision

    @property
    def head(self) -> str | None:
        """The revision a database should have."""
        return self._revisions.head()

    @property
    def version_table(self) -> str:
        """Table of the revision in alembic; nova has another."""
        return f'{self.name}_alembic_version'

    @property
    def _revisions(self) -> revisions.Revisions:
        return revisions.Revisions(self.alembic, self.version_table)

    def _is_up_to_date(self, engine: sa.engine.Engine) -> bool:
        """Return whether :meth:`sync` has nothing to do, at little cost."""
        if self._revision(engine) != self.head:
            return False
        return self.part is None or not self.part.has_begun(engine)

    def _create(self, engine: sa.engine.Engine) -> bool:
        """Create all tables if there is none; return whether that was so."""
        if self.metadata is None or _table_names(engine):
            return False
        self._revisions.begin(engine, self.metadata)
        return True

    def _is_adopted(self, engine: sa.engine.Engine) -> bool:
        """Return whether the shared tables are another program's.

        Tables of ours would break that program: a nova does not archive
        rows of a database in which it finds a table it does not know.
        """
        if self.shared is None or self._revision(engine) is not None:
            return False
        return self.is_beside(engine) and not self._missing(engine)

    def is_beside(self, engine: sa.engine.Engine) -> bool:
        """Return whether another program keeps a schema here."""
        with engine.connect() as connection:
            return adoption.is_adopted(connection, self.name)

    def _missing(self, engine: sa.engine.Engine) -> set[str]:
        return self._shared_names() - _table_names(engine)

    def _shared_names(self) -> set[str]:
        assert self.shared is not None
        return {name for made in self.shared.tables for name in made().tables}

    def _check_complete(self, engine: sa.engine.Engine) -> None:
        """Refuse to add tables of ours to some of another program.

        Some that an interrupted step of ours has left are another matter.
        """
        if self.shared is None or self.has_begun(engine):
            return
        missing = self._missing(engine)
        if missing in (set(), self._shared_names()):
            return
        if self.is_beside(engine):
            raise schema_errors.SharedIncomplete(
                tables=', '.join(sorted(missing)), command=self.shared.command
            )

    def has_begun(self, engine: sa.engine.Engine) -> bool:
        """Return whether a step was ever taken here."""
        is_there = self.version_table in _table_names(engine)
        return is_there or self._number(engine) is not None

    def _check_shared(self, engine: sa.engine.Engine) -> None:
        assert self.shared is not None
        if lacking := self._lacking(engine):
            raise schema_errors.SharedTooOld(
                columns=', '.join(lacking), command=self.shared.command
            )

    def _lacking(self, engine: sa.engine.Engine) -> list[str]:
        assert self.shared is not None
        with engine.connect() as connection:
            return sorted(
                column
                for tables in self.shared.tables
                for column in adoption.missing_columns(connection, tables())
            )

    def _go_to(self, engine: sa.engine.Engine, number: int) -> None:
        if self.legacy is None:
            raise schema_errors.SchemaError(f'There is no version {number}.')
        migrate = _sqlalchemy_migrate()
        if migrate is None:
            raise schema_errors.SchemaError(
                f'Version {number} is a legacy one: it takes '
                'sqlalchemy-migrate, which is not installed here.'
            )
        current = self._number(engine) or 0
        beyond = self._revision(engine) is not None
        if beyond or not current <= number <= self.legacy.last_number:
            raise schema_errors.SchemaError(
                f'There is no way from here to version {number}.'
            )
        self._run_legacy(migrate, engine, self.legacy, number)

    def _hand_over(self, engine: sa.engine.Engine, legacy: Legacy) -> None:
        number, last = self._number(engine), legacy.last_number
        if number is None:
            return
        if number > last:
            raise schema_errors.SchemaTooNew(version=number)
        migrate = _sqlalchemy_migrate() if number < last else None
        if migrate is not None:
            self._run_legacy(migrate, engine, legacy, last)
        elif number < last:
            raise schema_errors.SchemaTooOld(
                number=number,
                last=last,
                command=self.command,
                package=legacy.package,
            )
        self._revisions.stamp(engine, legacy.handover)

    def _run_legacy(
        self,
        migrate: Any,
        engine: sa.engine.Engine,
        legacy: Legacy,
        number: int,
    ) -> None:
        repository = str(legacy.directory)
        if self._number(engine) is None:
            migrate.version_control(engine, repository, 0)
        migrate.upgrade(engine, repository, number)

    def _number(self, engine: sa.engine.Engine) -> int | None:
        table = adoption.NUMBERS
        statement = sa.select(table.c.version).where(
            table.c.repository_id == self.name
        )
        number: int | None = _read(engine, table, statement)
        return number

    def _revision(self, engine: sa.engine.Engine) -> str | None:
        table = sa.table(self.version_table, sa.column('version_num'))
        revision: str | None = _read(engine, table, sa.select(table))
        return revision


def _read(engine: sa.engine.Engine, table: Any, statement: Any) -> Any:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(table.name):
            return None
        return connection.scalars(statement).first()


def _table_names(engine: sa.engine.Engine) -> set[str]:
    with engine.connect() as connection:
        return set(sa.inspect(connection).get_table_names())


def _as_number(version: str | None) -> int | None:
    # Revisions have twelve digits.
    short = version is not None and version.isdecimal() and len(version) < 5
    return int(version) if version is not None and short else None


def _sqlalchemy_migrate() -> Any:
    """Return sqlalchemy-migrate's API, None where it cannot be had."""
    try:
        from migrate.versioning import api  # noqa: PLC0415 (optional extra)
    except Exception:  # SQLAlchemy 2 has not what it asks for
        return None
    return api
