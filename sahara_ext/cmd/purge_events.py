# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-manage events purge: removes the events of old steps."""

from typing import Any

from oslo_config import cfg

from ext_lib.context import get_admin_context
from ext_lib.db import purge
from sahara_ext.objects.cluster_event import ClusterEventList


def add_parser(categories: Any) -> None:
    """Add the category and its command."""
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
    parser.add_argument(
        '--max-rows',
        '--max_rows',
        type=purge.number(1),
        metavar='NUMBER',
        help='Remove so many at most, the oldest first (default: all).',
    )
    parser.add_argument(
        '--batch',
        type=purge.number(1, purge.LARGEST_BATCH),
        metavar='NUMBER',
        help='How many to remove in one transaction (default: [event_log] '
        'cleanup_chunk).',
    )
    parser.add_argument(
        '--dry-run',
        action='store_true',
        help='Remove nothing, but print how many may go.',
    )
    parser.set_defaults(run=run)


def run(conf: cfg.ConfigOpts) -> int:
    """Carry the command out; return the exit status."""
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
