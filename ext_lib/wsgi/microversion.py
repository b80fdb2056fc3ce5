# SPDX-License-Identifier: Apache-2.0
"""Versions of an API: that of a request, and the methods of each."""

from collections.abc import Callable
import dataclasses
import functools
import re
from typing import Any, NamedTuple, TypeVar

import microversion_parse
import webob

from ext_lib import exception
from ext_lib.wsgi import memo

F = TypeVar('F', bound=Callable[..., Any])

# Python itself refuses to read numbers much longer than these.
_NUMBER = '[1-9][0-9]{0,999}'
_FORM = re.compile(rf'^({_NUMBER})\.({_NUMBER}|0)$')


_NAME = 'OpenStack-API-Version'
_ENVIRON_NAME = 'HTTP_OPENSTACK_API_VERSION'


class Version(NamedTuple):
    """A microversion; 2.9 comes before 2.10."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f'{self.major}.{self.minor}'


class InvalidVersion(exception.Invalid):
    """The version of a request has not the form MAJOR.MINOR."""

    msg_fmt = (
        'API Version String %(version)s is of invalid format. Must be of '
        'format MajorNum.MinorNum.'
    )


class UnsupportedVersion(exception.Error):
    """The version is well-formed, but not one this service speaks."""

    msg_fmt = (
        'Version %(version)s is not supported by the API. Minimum is '
        '%(minimum)s and maximum is %(maximum)s.'
    )


@functools.lru_cache(maxsize=512)
def parse(text: str) -> Version:
    """Return the version written as ``text``.

    :raises InvalidVersion: when it has another form
    """
    match = _FORM.match(text)
    if match is None:
        raise InvalidVersion(version=text)
    return Version(int(match.group(1)), int(match.group(2)))


@dataclasses.dataclass(frozen=True)
class Negotiator:
    """Negotiation of the version of a request, which its answer names.

    :param service_type: the word before the version in
        ``OpenStack-API-Version`` (API-SIG guideline on microversions)
    :param legacy_header: the older header of this service, if it had one
    """

    service_type: str
    minimum: Version
    maximum: Version
    legacy_header: str | None = None

    def requested(self, request: webob.Request) -> Version:
        """Return the requested version, the lowest when none is.

        It may be one that is not supported: see :meth:`check`.

        :raises InvalidVersion: when the header has another form
        """
        headers = request.environ
        found = _requested(headers.get(_ENVIRON_NAME), _NAME, self)
        if found is None and self.legacy_header:
            name = self.legacy_header
            environ_name = f'HTTP_{name.upper().replace("-", "_")}'
            found = _requested(headers.get(environ_name), name, self)
        return found or self.minimum

    def check(self, version: Version) -> None:
        """Refuse a version this service does not speak.

        :raises UnsupportedVersion: when it is out of range
        """
        if not self.minimum <= version <= self.maximum:
            raise UnsupportedVersion(
                version=version, minimum=self.minimum, maximum=self.maximum
            )

    def stamp_requested(
        self, request: webob.Request, response: webob.Response
    ) -> None:
        """Name in an answer the version that a request asks for, if any."""
        try:
            version = self.requested(request)
        except InvalidVersion:
            return
        self.stamp(response, version)

    def stamp(self, response: webob.Response, version: Version) -> None:
        """Name the version in the headers of an answer."""
        added = _stamps(self, version)
        own = {name.lower() for name, _ in added} - {'vary'}
        kept = [p for p in response.headerlist if p[0].lower() not in own]
        response.headerlist = [*kept, *added]


@functools.lru_cache(maxsize=128)
def _stamps(
    negotiator: Negotiator, version: Version
) -> tuple[tuple[str, str], ...]:
    """Return the headers of answers of a version."""
    names = [(_NAME, f'{negotiator.service_type} {version}')]
    if negotiator.legacy_header:
        names.append((negotiator.legacy_header, str(version)))
    return (*names, *(('Vary', name) for name, _ in names))


@memo.of_texts
def _requested(
    text: str | None, name: str, negotiator: Negotiator
) -> Version | None:
    """Return the version a header asks for, None when it asks for none.

    :param text: value of the header, None without it
    :param name: of the header
    """
    if text is None:
        return None
    legacy = [] if name == _NAME else [name]
    found = microversion_parse.get_version(
        {name.lower(): text}, negotiator.service_type, legacy_headers=legacy
    )
    if found is None:
        return None
    return negotiator.maximum if found == 'latest' else parse(found)


@dataclasses.dataclass(frozen=True)
class Range:
    """The versions a controller method exists at, both ends included."""

    since: Version
    until: Version | None

    def __contains__(self, version: object) -> bool:
        if not isinstance(version, Version) or version < self.since:
            return False
        return self.until is None or version <= self.until


def available(since: str, until: str | None = None) -> Callable[[F], F]:
    """Limit a controller method to versions ``since`` to ``until``."""
    limits = Range(parse(since), parse(until) if until else None)

    def mark(method: F) -> F:
        method.versions = limits  # type: ignore[attr-defined]
        return method

    return mark


def is_available(method: Callable[..., Any], version: Version) -> bool:
    """Return whether a controller method exists at ``version``."""
    limits: Range | None = getattr(method, 'versions', None)
    return limits is None or version in limits
