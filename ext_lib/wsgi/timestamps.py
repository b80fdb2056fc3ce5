# SPDX-License-Identifier: Apache-2.0
"""Formats of times in answers."""

import datetime


def micro(moment: datetime.datetime | None) -> str | None:
    """Return a naive UTC time with six digits and no zone, None for None."""
    if moment is None:
        return None
    return moment.isoformat(timespec='microseconds')


def zulu(moment: datetime.datetime | None) -> str | None:
    """Return a naive UTC time in seconds with ``Z``, None for None."""
    if moment is None:
        return None
    return moment.isoformat(timespec='seconds') + 'Z'


def seconds(moment: datetime.datetime | None) -> str | None:
    """Return a naive UTC time cut to seconds and no zone, None for None."""
    if moment is None:
        return None
    return moment.isoformat(timespec='seconds')
