# SPDX-License-Identifier: Apache-2.0
"""Requests to the APIs of the cloud, with the token of the user.

The browser never has the token: pages ask views of this plugin, and these
ask the APIs.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib import parse

from django.conf import settings
from django.core import cache
from horizon import exceptions as horizon_exceptions
from keystoneauth1 import adapter
from keystoneauth1 import exceptions
from keystoneauth1 import session
from keystoneauth1 import token_endpoint
from openstack_dashboard.api import base

COMPUTE: Final = 'compute'
#: Of the compute API: 2.58 has pages of actions, 2.62 hosts of events, 2.84
#: their details.
NEWEST: Final = '2.84'
#: Status of an answer at a microversion that the cloud does not have.
_NOT_ACCEPTABLE: Final = 406
#: Seconds until an older cloud is asked again for its newest microversion.
_KNOWN_FOR: Final = 600
#: Seconds to wait for an answer.
_TIMEOUT: Final = 20


class Unreachable(Exception):
    """A service that gives no answer, or none of its API."""


class Refused(Exception):
    """An answer that is an error.

    :param status: HTTP status of the answer, below 500
    :param message: the text of the service
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def get(
    request: Any,
    service_type: str,
    path: str,
    query: Mapping[str, Any] | None = None,
    microversion: str | None = None,
) -> Any:
    """Return the body of an answer.

    :param request: of Django, of the user who asks
    :param service_type: as the catalog has it, such as ``compute``
    :param path: below the endpoint of the catalog; its parts are quoted
    :param query: parameters; those that are None are left out
    :raises Refused: when the answer is an error
    :raises Unreachable: when there is none, or none that is JSON
    """
    given = {k: v for k, v in (query or {}).items() if v is not None}
    if given:
        path = f'{path}?{parse.urlencode(given)}'
    try:
        client = _adapter(request, service_type, microversion)
        # Each API has a form of errors of its own.
        answer = client.get(path, raise_exc=False)
        if answer.ok:
            return answer.json()
    except (
        exceptions.ClientException,
        horizon_exceptions.ServiceCatalogException,
        ValueError,
    ) as error:
        raise Unreachable(str(error)) from None
    if answer.status_code >= 500:
        raise Unreachable(_message(answer))
    raise Refused(answer.status_code, _message(answer))


def get_compute(
    request: Any, path: str, query: Mapping[str, Any] | None = None
) -> Any:
    """Return the body of an answer at 2.84, or what an older cloud has.

    :param path: below the endpoint; its parts are quoted
    :param query: parameters, which clouds may be too old to know
    :raises Refused: when the answer is an error
    :raises Unreachable: when there is none
    """
    try:
        key = f'ext_dashboard:microversion:{base.url_for(request, COMPUTE)}'
    except Exception as error:
        raise Unreachable(str(error)) from None
    # A cloud without microversions is remembered as an empty text.
    known = cache.cache.get(key, NEWEST)
    try:
        return get(request, COMPUTE, path, query, known or None)
    except Refused as refused:
        if refused.status != _NOT_ACCEPTABLE:
            raise
    offered = newest_microversion(request, COMPUTE)
    cache.cache.set(key, offered or '', _KNOWN_FOR)
    return get(request, COMPUTE, path, query, offered)


def newest_microversion(request: Any, service_type: str) -> str | None:
    """Return the newest microversion that an API has, None without any.

    :raises Unreachable: when the API does not say
    """
    try:
        found = _adapter(request, service_type, None).get_endpoint_data()
    except (
        exceptions.ClientException,
        horizon_exceptions.ServiceCatalogException,
    ) as error:
        raise Unreachable(str(error)) from None
    newest = found and found.max_microversion
    return '.'.join(map(str, newest)) if newest else None


def quoted(part: str) -> str:
    """Return a value as a part of a path."""
    return parse.quote(part, safe='')


def _message(answer: Any) -> str:
    """Return what an answer that is an error says, as far as it is known."""
    try:
        body = answer.json()
    except ValueError:
        # As nova answers where it knows no such path.
        return ''
    if isinstance(body, dict):
        # The first of data processing, the others of nova and keystone.
        for value in (body.get('error_message'), *body.values()):
            if isinstance(value, str):
                return value
            if isinstance(value, dict) and value.get('message'):
                return str(value['message'])
    return ''


def _adapter(request: Any, service_type: str, microversion: str | None) -> Any:
    url = base.url_for(request, service_type)
    return adapter.Adapter(
        session.Session(
            auth=token_endpoint.Token(url, request.user.token.id),
            verify=_verify(),
            timeout=_TIMEOUT,
            app_name='ext_dashboard',
        ),
        service_type=service_type,
        default_microversion=microversion,
    )


def _verify() -> Any:
    if settings.OPENSTACK_SSL_NO_VERIFY:
        return False
    return settings.OPENSTACK_SSL_CACERT or True
