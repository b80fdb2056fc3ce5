# SPDX-License-Identifier: Apache-2.0
"""Checks of a database before services start with new code."""

from collections.abc import Sequence
import dataclasses
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging
from oslo_upgradecheck import upgradecheck
import sqlalchemy as sa

from ext_lib import command_line
from ext_lib import log_lines
from ext_lib.db import indexes
from ext_lib.db import migration
from ext_lib.db import reach
from ext_lib.db import schema_parts
from ext_lib.db.facade import Facade
from ext_lib.startup import Program

#: Exit status when the checks could not run; others are their results.
_NOT_RUN = 255
_GROUP = 'database'


@dataclasses.dataclass(frozen=True)
class ServiceDatabase:
    """The database of one service.

    :param manage: the program operators bring it up to date with
    :param metadata: the tables, with all their indexes
    """

    manage: str
    facade: Facade
    schema: migration.Schema
    metadata: sa.MetaData


class Checks(upgradecheck.UpgradeCommands):
    """Checks of all services; a service adds its own.

    :param conf: the configuration, read when the command runs
    """

    def __init__(
        self, conf: cfg.ConfigOpts, database: ServiceDatabase
    ) -> None:
        self._conf = conf
        self._database = database

    def databases(self) -> Sequence[str]:
        """Return the sections of the databases that have to answer."""
        return [_GROUP]

    def check(self) -> upgradecheck.Code:
        """Print the answers; return the worst."""
        facade = self._database.facade
        facade.configure(self._conf)
        try:
            return super().check()
        finally:
            facade.reset()

    def _schema(self) -> upgradecheck.Result:
        engine = self._database.facade.get_engine()
        schema = schema_parts.of(self._database.schema, engine)
        found = schema.version(engine)
        if found == schema.head:
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        return upgradecheck.Result(
            upgradecheck.Code.FAILURE,
            f'The schema is at {found or 0}, not at {schema.head}. '
            f'Run "{schema.command}".',
        )

    def _indexes(self) -> upgradecheck.Result:
        missing = _missing_indexes(self._database, self._conf.status.big_table)
        if not missing:
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        return upgradecheck.Result(
            upgradecheck.Code.WARNING,
            f'These tables lack indexes: {"; ".join(missing)}. '
            f'Run "{self._database.manage} db create_indexes".',
        )

    #: Names of checks, as operators see them, and what makes them.
    of_database = (('Schema', _schema), ('Indexes', _indexes))
    _upgrade_checks: tuple[Any, ...] = of_database


def main(
    project: str,
    checks: Checks,
    argv: Sequence[str] | None,
    conf: cfg.ConfigOpts,
) -> int:
    """Carry out the command in ``argv``; return the exit status.

    :param project: names the program and the configuration file
    """
    program = Program(
        f'{project}-status',
        'Check whether a deployment is ready for this release.',
        failed=_NOT_RUN,
        misconfigured=_NOT_RUN,
    )
    return program.run(lambda: _run(program, project, checks, argv, conf))


def _run(
    program: Program,
    project: str,
    checks: Checks,
    argv: Sequence[str] | None,
    conf: cfg.ConfigOpts,
) -> int:
    logging.register_options(conf)
    # Standard output is for the table.
    conf.set_default('use_stderr', True)
    upgradecheck.register_cli_options(conf, checks)
    command_line.parse(program, conf, argv, project)
    log_lines.setup(conf, project)
    for group in checks.databases():
        reach.wait(program, conf, group)
    # As upgradecheck.main() does, which takes no --version and prints a
    # traceback of any error.
    upgradecheck.CONF = conf
    return int(conf.command.action_fn())


def _missing_indexes(database: ServiceDatabase, big: int) -> list[str]:
    """Return the missing indexes that matter: ``table (index, index)``."""
    with database.facade.get_engine().connect() as connection:
        by_table = {
            table.name: _that_matter(connection, table, missing, big)
            for table, missing in indexes.missing_by_table(
                connection, database.metadata
            )
        }
    return [
        f'{table} ({", ".join(names)})'
        for table, names in by_table.items()
        if names
    ]


def _that_matter(
    connection: sa.engine.Connection,
    table: sa.Table,
    missing: list[sa.Index],
    big: int,
) -> list[str]:
    if not indexes.has_more_rows(connection, table, big):
        # Few rows are found without; that none is there twice is another
        # matter.
        missing = [index for index in missing if index.unique]
    return [str(index.name) for index in missing]
