# SPDX-License-Identifier: Apache-2.0
"""Times and durations as users read them: in their language and zone."""

import datetime
from typing import Final

from django.utils import formats
from django.utils import timezone
from django.utils.translation import gettext as _

#: Below it, hundredths of a second are shown.
_FEW_SECONDS: Final = 10


def moment(value: str | None) -> dict[str, str] | None:
    """Return a time of an API: ``iso`` for programs, ``text`` for users.

    :param value: ISO 8601; UTC where it names no zone; None for no time
    """
    if not value:
        return None
    return _moment(_parsed(value))


def now() -> dict[str, str]:
    """Return the present time in the same form."""
    return _moment(timezone.now())


def utc(text: str) -> str:
    """Return a time that a user wrote in the form of an API, in UTC.

    :param text: ISO 8601; in the user's zone where it names none
    :raises ValueError: when it is no time
    :raises OverflowError: when it is none in UTC
    """
    found = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
    if found.tzinfo is None:
        found = timezone.make_aware(found)
    there = found.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return f'{there.isoformat()}Z'


def duration(seconds: float | None) -> str:
    """Return a number of seconds with its units; empty for None."""
    if seconds is None:
        return ''
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return _('%(seconds)d s') % {'seconds': rest}
    hours, minutes = divmod(minutes, 60)
    if hours < 1:
        return _('%(minutes)d min %(seconds)02d s') % {
            'minutes': minutes,
            'seconds': rest,
        }
    return _('%(hours)d h %(minutes)02d min') % {
        'hours': hours,
        'minutes': minutes,
    }


def precise(seconds: float | None) -> str:
    """Return a number of seconds as :func:`duration` does, few with parts."""
    if seconds is None or seconds >= _FEW_SECONDS:
        return duration(seconds)
    return _('%(seconds)s s') % {
        'seconds': formats.number_format(seconds, decimal_pos=2)
    }


def between(start: str | None, end: str | None) -> float | None:
    """Return the seconds from a time of an API to another.

    :returns: None where one of them is missing; at least 0
    """
    if not start or not end:
        return None
    return max(0.0, (_parsed(end) - _parsed(start)).total_seconds())


def _parsed(value: str) -> datetime.datetime:
    found = datetime.datetime.fromisoformat(value.replace('Z', '+00:00'))
    if found.tzinfo is None:
        return found.replace(tzinfo=datetime.timezone.utc)
    return found


def _moment(found: datetime.datetime) -> dict[str, str]:
    local = timezone.localtime(found)
    # The forms of a time that languages have leave out the seconds.
    day = formats.date_format(local, 'DATE_FORMAT')
    return {
        'iso': found.isoformat(),
        'text': f'{day} {local:%H:%M:%S %Z}',
    }
