# SPDX-License-Identifier: Apache-2.0
"""Look-up of users and projects by name."""

import logging
import re
from typing import Any, Final

from keystoneauth1 import exceptions as keystoneauth
from openstack import exceptions

from osc_ext import exit_status
from osc_ext import services

LOG = logging.getLogger(__name__)

#: An id as keystone makes it; of users of LDAP, twice as long.
_ID: Final = re.compile(r'(?:[0-9a-f]{32}){1,2}\Z')
_UNKNOWN: Final = 'keystone knows no such name'
_FORBIDDEN: Final = 'you may not look up names in keystone'
_NO_ANSWER: Final = 'keystone does not answer'


def find_user(manager: Any, name: str) -> str:
    """Return the id of a user; a name that keystone does not resolve is one.

    :param manager: the client manager of a command
    :param name: name or id; the user may be deleted
    :raises Ended: when several users have the name
    """
    return _find(manager, 'user', name, 'username')


def find_project(manager: Any, name: str) -> str:
    """Return the id of a project; what keystone does not resolve is one.

    :param manager: the client manager of a command
    :param name: name or id; the project may be deleted
    :raises Ended: when several projects have the name
    """
    return _find(manager, 'project', name, 'project_name')


def _find(manager: Any, kind: str, name: str, own_name: str) -> str:
    if _ID.match(name):
        return name
    try:
        find = getattr(services.identity(manager), f'find_{kind}')
        return str(find(name, ignore_missing=False).id)
    except exceptions.DuplicateResource:
        raise exit_status.Ended(
            f'Several {kind}s have the name {name!r}: give an ID.',
            exit_status.UNUSABLE,
        ) from None
    except exceptions.NotFoundException:
        reason = _UNKNOWN
    except exceptions.ForbiddenException:
        # The token has the caller's own name and id.
        token = manager.auth_ref
        if token is not None and getattr(token, own_name) == name:
            return str(getattr(token, f'{kind}_id'))
        reason = _FORBIDDEN
    except (exceptions.SDKException, keystoneauth.ClientException):
        reason = _NO_ANSWER
    LOG.warning('The %s %r is taken for an ID: %s.', kind, name, reason)
    return name
