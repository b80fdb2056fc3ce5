# SPDX-License-Identifier: Apache-2.0
"""Filters that several lists share, converted from text."""

from collections.abc import Mapping
import datetime
from typing import Any

from oslo_utils import timeutils

from ext_lib import exception
from ext_lib.wsgi import request

_SINCE = 'changes-since'
_BEFORE = 'changes-before'


class InvalidTimeRange(exception.Invalid):
    """A list is requested for a time that ends before it begins."""

    msg_fmt = (
        'The value of changes-since must be less than or equal to '
        'changes-before.'
    )


def parsed(req: request.Request) -> dict[str, Any]:
    """Return the filters of ``req``, with its times as naive UTC datetimes.

    :raises InvalidTimeRange: when it ends before it begins
    """
    found = unchecked(req)
    check(found)
    return found


def unchecked(req: request.Request) -> dict[str, Any]:
    """Return the filters of ``req``, that are to be checked yet."""
    found: dict[str, Any] = dict(req.filters)
    for name in (_SINCE, _BEFORE):
        if name in found:
            found[name] = naive_utc(found[name])
    return found


def check(wanted: Mapping[str, Any]) -> None:
    """Check filters that are :func:`unchecked`.

    :raises InvalidTimeRange: when the time ends before it begins
    """
    if {_SINCE, _BEFORE} <= wanted.keys() and wanted[_SINCE] > wanted[_BEFORE]:
        raise InvalidTimeRange()


def naive_utc(text: str) -> datetime.datetime:
    """Return a time in ISO 8601 as databases keep it: UTC, without a zone."""
    moment = timeutils.parse_isotime(text)
    try:
        return timeutils.normalize_time(moment)
    except OverflowError:
        # At either end of the calendar its zone makes no difference.
        return moment.replace(tzinfo=None)
