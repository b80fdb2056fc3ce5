# SPDX-License-Identifier: Apache-2.0
"""Requests to the compute API, at the newest microversion of both sides."""

from collections.abc import Mapping
from typing import Any, Final

from django.core import cache
from openstack_dashboard.api import base

from ext_dashboard import rest

SERVICE: Final = 'compute'
#: 2.58 has pages of actions, 2.62 hosts of events, 2.84 their details.
NEWEST: Final = '2.84'
#: Status of an answer at a microversion that the cloud does not have.
_NOT_ACCEPTABLE: Final = 406
#: Seconds until an older cloud is asked again for its newest microversion.
_KNOWN_FOR: Final = 600


def get(
    request: Any, path: str, query: Mapping[str, Any] | None = None
) -> Any:
    """Return the body of an answer at 2.84, or what an older cloud has.

    :param path: below the endpoint; its parts are quoted
    :param query: parameters, which clouds may be too old to know
    :raises rest.Refused: when the answer is an error
    :raises rest.Unreachable: when there is none
    """
    key = _key(request)
    # A cloud without microversions is remembered as an empty text.
    known = cache.cache.get(key, NEWEST)
    try:
        return rest.get(request, SERVICE, path, query, known or None)
    except rest.Refused as refused:
        if refused.status != _NOT_ACCEPTABLE:
            raise
    offered = rest.newest_microversion(request, SERVICE)
    cache.cache.set(key, offered or '', _KNOWN_FOR)
    return rest.get(request, SERVICE, path, query, offered)


def _key(request: Any) -> str:
    try:
        return f'ext_dashboard:microversion:{base.url_for(request, SERVICE)}'
    except Exception as error:
        raise rest.Unreachable(str(error)) from None
