# SPDX-License-Identifier: Apache-2.0
"""nova-ext-manage: what operators do to the database."""

from collections.abc import Sequence
import sys
from typing import Any

from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log as logging

from ext_lib.context import get_admin_context
from ext_lib.db import migration as ext_migration
from nova_ext.conf import opts
from nova_ext.db import migration
from nova_ext.db.facade import facade
from nova_ext.objects.task import TaskList

_ERRORS = (
    ext_migration.SchemaError,
    db_exception.CantStartEngineError,
    db_exception.DBError,
)


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Carry out the command in ``argv``; return the exit status."""
    logging.register_options(conf)
    # Standard output is for what was asked for.
    conf.set_default('use_stderr', True)
    opts.register_opts(conf)
    conf.register_cli_opt(
        cfg.SubCommandOpt('category', title='Commands', handler=_add_commands)
    )
    conf(argv, project='nova-ext')
    logging.setup(conf, 'nova_ext')
    facade.configure(conf)
    try:
        conf.category.run(conf)
    except _ERRORS as error:
        print(f'nova-ext-manage: {error}', file=sys.stderr)
        return 1
    finally:
        facade.reset()
    return 0


def _add_commands(categories: Any) -> None:
    db = categories.add_parser('db', help='The schema of the database.')
    commands = db.add_subparsers(dest='command', required=True)
    sync = commands.add_parser(
        'sync', help='Bring the schema to the newest version, or a given one.'
    )
    sync.add_argument(
        '--version', help='An alembic revision, or a legacy number.'
    )
    sync.set_defaults(run=_sync)
    version = commands.add_parser(
        'version', help='Print the version of the schema, 0 for none.'
    )
    version.set_defaults(run=_version)
    purge = commands.add_parser(
        'purge_tasks',
        help='Remove tasks that ended longer ago than tags protect, and '
        'those nobody has asked for in [tasks] unread_lifetime.',
    )
    purge.add_argument(
        '--age',
        type=int,
        default=0,
        help='Seconds since their end; at least [tasks] tag_lifetime.',
    )
    purge.set_defaults(run=_purge_tasks)


def _sync(conf: cfg.ConfigOpts) -> None:
    migration.schema.sync(facade.get_engine(), conf.category.version)


def _version(_conf: cfg.ConfigOpts) -> None:
    print(migration.schema.version(facade.get_engine()) or 0)


def _purge_tasks(conf: cfg.ConfigOpts) -> None:
    age = max(conf.category.age, conf.tasks.tag_lifetime)
    unread = max(age, conf.tasks.unread_lifetime)
    total = 0
    while purged := TaskList.purge(get_admin_context(), age, unread):
        total += purged
    print(f'{total} tasks removed')


if __name__ == '__main__':
    sys.exit(main())
