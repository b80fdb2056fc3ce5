# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-manage: maintenance of the database, and its engines."""

from collections.abc import Sequence
import sys
from typing import Any

from oslo_config import cfg

from ext_lib.context import get_admin_context
from ext_lib.db import purge
from ext_lib.db.manage import ManageProgram
from sahara_ext.conf import opts
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.db.migrations import schema
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.engine import Engine

_HEADER = ('Host', 'Last sign of life (UTC)', 'State')


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Carry out the command in ``argv``; return the exit status."""
    program = ManageProgram(
        name='sahara-ext-manage',
        description='Maintain the database of clusters, and list engines.',
        project='sahara-ext',
        register_opts=opts.register_opts,
        facade=facade,
        schema=schema,
        metadata=models.Base.metadata,
        add_commands=_add_commands,
    )
    return program.main(argv, conf)


def _add_commands(categories: Any, _commands: Any) -> None:
    _add_engine_commands(categories)
    _add_event_commands(categories)


def _add_engine_commands(categories: Any) -> None:
    engine = categories.add_parser(
        'engine', help='The processes that work on clusters.'
    )
    commands = engine.add_subparsers(dest='command', required=True)
    parser = commands.add_parser(
        'list',
        help='Print each engine, when it gave its last sign of life, and '
        'whether it is alive by [engine] heartbeat_timeout.',
    )
    parser.set_defaults(run=_list_engines)


def _list_engines(conf: cfg.ConfigOpts) -> None:
    """Print the engines by host."""
    rows = [
        (
            engine.host or '-',
            f'{engine.last_seen_at:%Y-%m-%d %H:%M:%S}',
            'alive' if is_alive else 'dead',
        )
        for engine, is_alive in Engine.get_all(
            get_admin_context(), conf.engine.heartbeat_timeout
        )
    ]
    width = max(len(host) for host, *_ in [_HEADER, *rows])
    for host, seen, state in [_HEADER, *rows]:
        print(f'{host:{width}}  {seen:{len(_HEADER[1])}}  {state}')


def _add_event_commands(categories: Any) -> None:
    events = categories.add_parser(
        'events', help='What happened in the steps of clusters.'
    )
    commands = events.add_subparsers(dest='command', required=True)
    parser = commands.add_parser(
        'purge',
        help='Remove the events of steps that were completed successfully.',
    )
    parser.add_argument(
        '--older-than',
        type=purge.number(0, purge.OLDEST),
        metavar='SECONDS',
        help='Keep those of steps that ended less than so long ago '
        '(default: [event_log] cleanup_age).',
    )
    purge.add_arguments(parser, None, '[event_log] cleanup_chunk')
    parser.set_defaults(run=_purge_events)


def _purge_events(conf: cfg.ConfigOpts) -> int:
    """Remove events, or print how many may go; return the exit status."""
    arguments = conf.category
    context = get_admin_context()
    age = arguments.older_than
    if age is None:
        age = conf.event_log.cleanup_age
    if arguments.dry_run:
        count = ClusterEventList.count_purgeable(context, age)
        print(f'{count} events would be removed')
        return 0
    batch = arguments.batch or conf.event_log.cleanup_chunk
    removed = ClusterEventList.purge(context, age, batch, arguments.max_rows)
    return purge.report(
        'events',
        removed,
        arguments.max_rows,
        lambda: ClusterEventList.count_purgeable(context, age),
    )


if __name__ == '__main__':
    sys.exit(main())
