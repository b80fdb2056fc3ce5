# SPDX-License-Identifier: Apache-2.0
"""Parts of the commands that remove rows which are no longer needed."""

import argparse
from collections.abc import Callable
import datetime
from typing import Any

from oslo_utils import timeutils

#: Exit status when more could be removed than was requested.
MORE_LEFT = 3

#: The highest age, in seconds: a thousand years.
OLDEST = 1000 * 365 * 86400
#: A longer list would lock rows for too long, and not all databases take it.
LARGEST_BATCH = 10_000


def number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return a parser of whole numbers in a range, for argparse."""

    def read(text: str) -> int:
        # Python itself reads no number that is much longer.
        value = int(text) if text.isdecimal() and len(text) < 20 else -1
        if value < least or (most is not None and value > most):
            span = f'at least {least}' if most is None else f'{least}-{most}'
            raise argparse.ArgumentTypeError(f'{text} is not {span}')
        return value

    return read


def moment(text: str) -> datetime.datetime:
    """Return the time that ``text`` names: ISO 8601, in UTC without a zone.

    :raises argparse.ArgumentTypeError: when it is none
    """
    try:
        return timeutils.normalize_time(timeutils.parse_isotime(text))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f'{text} is no time') from None


def add_arguments(parser: Any, batch: int | None, default: str) -> None:
    """Add what every command has: ``max_rows``, ``batch``, ``dry_run``.

    :param batch: how many are removed in one transaction by default
    :param default: the same, for ``--help``
    """
    parser.add_argument(
        '--max-rows',
        '--max_rows',
        type=number(1),
        metavar='NUMBER',
        help='Remove so many at most, the oldest first (default: all).',
    )
    parser.add_argument(
        '--batch',
        type=number(1, LARGEST_BATCH),
        default=batch,
        metavar='NUMBER',
        help=f'How many to remove in one transaction (default: {default}).',
    )
    parser.add_argument(
        '--dry-run',
        action='store_true',
        help='Remove nothing, but print how many may go.',
    )


def report(
    rows: str, removed: int, limit: int | None, count: Callable[[], int]
) -> int:
    """Print how many rows were removed; return the exit status.

    :param rows: the noun for them
    :param limit: how many were to be removed at most
    :param count: returns how many more could be removed
    """
    left = count() if removed == limit else 0
    print(f'{removed} {rows} removed, {left} left')
    return MORE_LEFT if left else 0
