# SPDX-License-Identifier: Apache-2.0
"""Times and durations as users write them."""

import argparse
import datetime
import math

from osc_ext import exit_status


def parse(text: str) -> datetime.datetime:
    """Return a time of the command line.

    :param text: ISO 8601; UTC where it names no zone
    :raises Ended: when it is none
    """
    try:
        # Python 3.10 does not read the Z.
        found = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
        if found.tzinfo is None:
            return found.replace(tzinfo=datetime.timezone.utc)
        return found.astimezone(datetime.timezone.utc)
    except (ValueError, OverflowError):
        raise exit_status.Ended(
            f'Invalid time {text!r}: it must be in ISO 8601, for example '
            '2026-01-31T12:00:00Z.',
            exit_status.UNUSABLE,
        ) from None


def between(start: str | None, end: str | None) -> float | None:
    """Return the seconds from a time of an API to another.

    :returns: None where one of them is missing; at least 0
    """
    if not start or not end:
        return None
    return round(max(0.0, (parse(end) - parse(start)).total_seconds()), 3)


def seconds(text: str) -> float:
    """Return a number of seconds from the command line."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f'{text!r} is no number of seconds')
    return number
