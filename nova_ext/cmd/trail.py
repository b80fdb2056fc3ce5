# SPDX-License-Identifier: Apache-2.0
"""nova-ext-trail: copies records of cells to a database of their own."""

from collections.abc import Sequence
import gc
import signal
import sys
import threading
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging

from ext_lib import command_line
from ext_lib import configuration
from ext_lib import context
from ext_lib import log_lines
from ext_lib import startup
from ext_lib import startup_errors
from ext_lib.db import reach
from nova_ext.cmd import trail_export
from nova_ext.cmd import trail_proof
from nova_ext.conf import opts
from nova_ext.db import cells
from nova_ext.db import migration
from nova_ext.db.facade import facade
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import report
from nova_ext.db.trail import shadow
from nova_ext.db.trail.cell import Cell
from nova_ext.db.trail.cell import throttle_of
from nova_ext.db.trail.collector import Collector

PROGRAM = startup.Program(
    'nova-ext-trail',
    'Keep the records of servers after the databases of a nova purge them.',
)


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Carry out the command in ``argv``; return the exit status."""
    return PROGRAM.run(lambda: _run(argv, conf))


def _run(argv: Sequence[str] | None, conf: cfg.ConfigOpts) -> int:
    logging.register_options(conf)
    conf.set_default('use_stderr', True)
    opts.register_opts(conf)
    command = cfg.SubCommandOpt(
        'category', title='Commands', handler=_add_parsers
    )
    # Reports show all values but secrets; this value repeats all others.
    command.secret = True
    conf.register_cli_opt(command)
    command_line.parse(PROGRAM, conf, argv, 'nova-ext')
    log_lines.setup(conf, 'nova_ext')
    if not getattr(conf.category, 'export', None):
        # An export is checked without the database.
        reach.wait(PROGRAM, conf, trail.GROUP)
        trail.configure(conf)
    # What was imported is never garbage.
    gc.freeze()
    try:
        return conf.category.run(conf) or 0
    finally:
        facade.reset()
        trail.facade.reset()


def _add_parsers(categories: Any) -> None:
    collect = categories.add_parser(
        'collect', help='Follow the cells until told to stop.'
    )
    collect.add_argument(
        '--once',
        action='store_true',
        help='End when all cells that answer have been read to their ends.',
    )
    collect.set_defaults(run=_collect)
    db = categories.add_parser('db', help='The schema of the database.')
    commands = db.add_subparsers(dest='command', required=True)
    sync = commands.add_parser(
        'sync', help='Bring the schema to the newest version.'
    )
    sync.set_defaults(run=_sync)
    version = commands.add_parser(
        'version', help='Print the version of the schema, 0 for none.'
    )
    version.set_defaults(run=_version)
    importing = categories.add_parser(
        'import', help='Import records that the cells have archived.'
    )
    importing.add_argument(
        '--shadow',
        action='store_true',
        required=True,
        help='Read the tables to which nova-manage moves deleted servers.',
    )
    importing.set_defaults(run=_import)
    trail_proof.add_parsers(categories)
    trail_export.add_parsers(categories)


def _collect(conf: cfg.ConfigOpts) -> None:
    _reach_cells(conf)
    configuration.set_up_reports(conf, PROGRAM.name)
    report.configure(conf)
    collector = Collector(conf)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: collector.stop())
    collector.run(once=conf.category.once)


def _import(conf: cfg.ConfigOpts) -> None:
    _reach_cells(conf)
    admin = context.get_admin_context()
    rate = throttle_of(conf, threading.Event())
    for there in cells.each(context.get_admin_context()):
        cell = Cell(there, rate.batch)
        total = dict.fromkeys(record_kinds.ALL, 0)
        try:
            for kind, count in shadow.Import(admin, cell, rate).run():
                total[kind] += count
                # As the collector does.
                gc.collect()
        except shadow.NotImported as error:
            raise startup_errors.NotStarted(error.message) from error
        for kind, count in total.items():
            print(f'{count} {kind.name} of cell {cell.title} imported')


def _reach_cells(conf: cfg.ConfigOpts) -> None:
    migration.check_trail()
    for group in conf.cells.databases or ['database']:
        reach.check(conf, group)
    facade.configure(conf)
    cells.configure(conf)


def _sync(_conf: cfg.ConfigOpts) -> None:
    migration.trail.sync(trail.facade.get_engine())


def _version(_conf: cfg.ConfigOpts) -> None:
    print(migration.trail.version(trail.facade.get_engine()) or 0)


if __name__ == '__main__':
    sys.exit(main())
