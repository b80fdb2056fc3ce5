# SPDX-License-Identifier: Apache-2.0
"""Tokens that prove nothing, in the form in which keystone gives out its own.

The token itself is what :class:`ext_lib.wsgi.auth.NoAuth` reads.
"""

from collections.abc import Mapping
import datetime
from typing import Any

from ext_lib.wsgi import auth

_DOMAIN = {'id': 'default', 'name': 'Default'}
_INTERFACES = ('public', 'internal', 'admin')
_REGION = 'RegionOne'
_LIFETIME = datetime.timedelta(days=365)


def parse(body: Any) -> str:
    """Return the token that the body of a request asks for.

    :raises ValueError: when it does not say whose, and in which project
    """
    try:
        asked = body['auth']
        user, project = _user(asked['identity'])
        if 'scope' in asked:
            project = _name(asked['scope']['project'])
    except (KeyError, TypeError) as error:
        raise ValueError(body) from error
    token = f'{user}:{project}'
    if token.count(':') > 1 or not (token.isascii() and token.isprintable()):
        raise ValueError(token)
    return token


def _user(identity: Any) -> tuple[str, str]:
    """Return the name of a user, and of the project they come from."""
    if 'token' in identity:
        user, _, rest = str(identity['token']['id']).partition(':')
        return user, rest.partition(':')[0]
    return _name(identity['password']['user']), ''


def _name(thing: Any) -> str:
    return str(thing['id'] if 'id' in thing else thing['name'])


def show(token: str, endpoints: Mapping[str, str]) -> dict[str, Any]:
    """Return what a new token is said to be.

    :param endpoints: URLs by type of service
    :raises ValueError: when it is no token
    """
    who = auth.parse_token(token)
    if who is None:
        raise ValueError(token)
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        'methods': ['password'],
        'user': {**_thing(who['HTTP_X_USER_ID']), 'domain': _DOMAIN},
        'project': {**_thing(who['HTTP_X_PROJECT_ID']), 'domain': _DOMAIN},
        'roles': [_thing(role) for role in who['HTTP_X_ROLES'].split(',')],
        'catalog': [_service(*pair) for pair in endpoints.items()],
        'audit_ids': [],
        'issued_at': _text(now),
        'expires_at': _text(now + _LIFETIME),
    }


def _thing(name: str) -> dict[str, str]:
    return {'id': name, 'name': name}


def _service(service_type: str, url: str) -> dict[str, Any]:
    return {
        'type': service_type,
        'name': service_type,
        'id': service_type,
        'endpoints': [
            {
                'id': f'{service_type}-{interface}',
                'interface': interface,
                'region': _REGION,
                'region_id': _REGION,
                'url': url,
            }
            for interface in _INTERFACES
        ],
    }


def _text(time: datetime.datetime) -> str:
    return time.strftime('%Y-%m-%dT%H:%M:%S.%fZ')
