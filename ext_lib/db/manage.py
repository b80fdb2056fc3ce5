# SPDX-License-Identifier: Apache-2.0
"""The program with which operators maintain the database of a service."""

from collections.abc import Callable, Sequence
import dataclasses
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging
import sqlalchemy as sa

from ext_lib import command_line
from ext_lib import log_lines
from ext_lib import startup
from ext_lib.db import indexes
from ext_lib.db import migration
from ext_lib.db import reach
from ext_lib.db import schema_parts
from ext_lib.db.facade import Facade


@dataclasses.dataclass(frozen=True)
class ManageProgram:
    """The program of one service.

    :param name: what operators type
    :param description: one sentence for ``--help``
    :param project: names the configuration file
    :param register_opts: registers the service's options
    :param metadata: the tables, with all their indexes
    :param add_commands: is given the parsers of categories, and those of the
        commands of ``db``, and adds more
    :param part_option: of ``db sync``, to create a part of the tables alone;
        None when the schema has no part
    """

    name: str
    description: str
    project: str
    register_opts: Callable[[cfg.ConfigOpts], None]
    facade: Facade
    schema: migration.Schema
    metadata: sa.MetaData
    add_commands: Callable[[Any, Any], None]
    part_option: str | None = None
    part_help: str = ''

    def main(self, argv: Sequence[str] | None, conf: cfg.ConfigOpts) -> int:
        """Carry out the command in ``argv``; return the exit status."""
        program = startup.Program(self.name, self.description)
        return program.run(lambda: self._run(program, argv, conf))

    def _run(
        self,
        program: startup.Program,
        argv: Sequence[str] | None,
        conf: cfg.ConfigOpts,
    ) -> int:
        logging.register_options(conf)
        # Standard output is for results.
        conf.set_default('use_stderr', True)
        self.register_opts(conf)
        conf.register_cli_opt(
            cfg.SubCommandOpt(
                'category', title='Commands', handler=self._add_parsers
            )
        )
        command_line.parse(program, conf, argv, self.project)
        log_lines.setup(conf, self.schema.name)
        reach.wait(program, conf)
        self.facade.configure(conf)
        try:
            return int(conf.category.run(conf) or 0)
        finally:
            self.facade.reset()

    def _add_parsers(self, categories: Any) -> None:
        db = categories.add_parser('db', help='The schema of the database.')
        commands = db.add_subparsers(dest='command', required=True)
        self._add_sync(commands)
        version = commands.add_parser(
            'version', help='Print the version of the schema, 0 for none.'
        )
        version.set_defaults(run=self._version)
        self._add_create_indexes(commands)
        self.add_commands(categories, commands)

    def _add_sync(self, commands: Any) -> None:
        sync = commands.add_parser(
            'sync',
            help='Bring the schema to the newest version, or a given one.',
        )
        legacy = ', or a legacy number' if self.schema.legacy else ''
        sync.add_argument('--version', help=f'An alembic revision{legacy}.')
        if self.part_option is not None:
            sync.add_argument(
                self.part_option,
                action='store_true',
                dest='part',
                help=self.part_help,
            )
        sync.set_defaults(run=self._sync, part=False)

    def _add_create_indexes(self, commands: Any) -> None:
        create_indexes = commands.add_parser(
            'create_indexes',
            help='Create the indexes that are missing, one by one, and print '
            'each statement first.',
        )
        create_indexes.add_argument(
            '--dry-run',
            action='store_true',
            help='Create nothing, but print the statements.',
        )
        create_indexes.set_defaults(run=self._create_indexes)

    def _sync(self, conf: cfg.ConfigOpts) -> None:
        engine, version = self.facade.get_engine(), conf.category.version
        if conf.category.part:
            schema_parts.sync(self.schema, engine, version)
        else:
            self.schema.sync(engine, version)

    def _version(self, _conf: cfg.ConfigOpts) -> None:
        engine = self.facade.get_engine()
        print(schema_parts.of(self.schema, engine).version(engine) or 0)

    def _create_indexes(self, conf: cfg.ConfigOpts) -> None:
        engine = self.facade.get_engine()
        for statement in indexes.statements(engine, self.metadata):
            print(f'{statement};', flush=True)
            if not conf.category.dry_run:
                indexes.execute(engine, statement)
