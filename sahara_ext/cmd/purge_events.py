# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-manage events purge: removes events that nobody needs."""

import argparse
from collections.abc import Callable
from typing import Any

from oslo_config import cfg

from ext_lib.context import get_admin_context
from sahara_ext.objects.cluster_event import ClusterEventList

#: Exit status when more could be removed than was asked for.
MORE_LEFT = 3

#: Seconds; nothing is older than a thousand years.
_OLDEST = 1000 * 365 * 86400
#: More would keep others waiting, and not all databases take longer lists.
_LARGEST_BATCH = 10_000


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
        type=_number(0, _OLDEST),
        metavar='SECONDS',
        help='Keep those of steps that ended less than so long ago '
        '(default: [event_log] cleanup_age).',
    )
    parser.add_argument(
        '--max-rows',
        '--max_rows',
        type=_number(1),
        metavar='NUMBER',
        help='Remove so many at most, the oldest first (default: all).',
    )
    parser.add_argument(
        '--batch',
        type=_number(1, _LARGEST_BATCH),
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
    left = 0
    if removed == arguments.max_rows:
        left = ClusterEventList.count_purgeable(context, age)
    print(f'{removed} events removed, {left} left')
    return MORE_LEFT if left else 0


def _number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return what reads whole numbers of a range."""

    def read(text: str) -> int:
        # Python itself reads no number that is much longer.
        number = int(text) if text.isdecimal() and len(text) < 20 else -1
        if number < least or (most is not None and number > most):
            span = f'at least {least}' if most is None else f'{least}-{most}'
            raise argparse.ArgumentTypeError(f'{text} is not {span}')
        return number

    return read
