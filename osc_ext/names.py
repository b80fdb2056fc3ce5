# SPDX-License-Identifier: Apache-2.0
"""Servers, tags, clusters, steps, users and projects as users name them."""

import logging
import re
from typing import Any, Final
import uuid

from keystoneauth1 import exceptions as keystoneauth
from openstack import exceptions

from osc_ext import exceptions as own_exceptions
from osc_ext import exit_status
from osc_ext import services
from osc_ext import tags

LOG = logging.getLogger(__name__)

#: An id as keystone makes it; of users of LDAP, twice as long.
_ID: Final = re.compile(r'(?:[0-9a-f]{32}){1,2}\Z')
#: The most servers that an error names.
_MOST: Final = 10
_UNKNOWN: Final = 'keystone knows no such name'
_FORBIDDEN: Final = 'you may not look up names in keystone'
_NO_ANSWER: Final = 'keystone does not answer'


def find_server(compute: Any, name: str, all_projects: bool = False) -> str:
    """Return the id of a server: one that is there, else one that was.

    An id stands for itself: the server may be deleted.

    :param compute: the proxy of the compute API
    :param name: name or id; that of a deleted server where there is a trail
    :raises Ended: when several servers that are deleted had the name
    :raises openstack.exceptions.NotFoundException: when there is none
    """
    try:
        return find_present_server(compute, name, all_projects)
    except exceptions.NotFoundException as error:
        try:
            found = find_past_server(compute, name)
        except own_exceptions.AuditNotSupported:
            found = None
        if found is None:
            raise error from None
        return found


def find_present_server(
    compute: Any, name: str, all_projects: bool = False
) -> str:
    """Return the id of a server, which a name finds if it is not deleted.

    :raises openstack.exceptions.NotFoundException: when there is none
    """
    if is_uuid(name):
        return name
    query = {'all_projects': True} if all_projects else {}
    return str(compute.find_server(name, ignore_missing=False, **query).id)


def find_past_server(compute: Any, name: str) -> str | None:
    """Return the id of the server that had a name in its last actions.

    :returns: None if none had
    :raises AuditNotSupported: when the service keeps no trail
    :raises Ended: when several servers had the name
    """
    found: dict[str, None] = {}
    for action in compute.audit_actions(server_name=name):
        found[action.server_id] = None
        if len(found) > _MOST:
            break
    if len(found) > 1:
        listed = [*found][:_MOST] + ['...'][: len(found) > _MOST]
        raise exit_status.Ended(
            f'Several servers have had the name {name!r}: '
            f'{", ".join(listed)}. Give an ID.',
            exit_status.UNUSABLE,
        )
    return next(iter(found), None)


def find_server_or_tag(
    compute: Any, key: str, all_projects: bool = False
) -> str:
    """Return what the tasks API calls a server or tag.

    :param key: tag, name or id; a tag comes before a name
    :raises openstack.exceptions.NotFoundException: when there is neither
    """
    query: dict[str, Any] = {'all_projects': True} if all_projects else {}
    if tags.is_tag(key):
        try:
            next(iter(compute.server_tasks(key, limit=1, **query)), None)
            return key
        except exceptions.NotFoundException:
            if is_uuid(key):
                raise
    try:
        return find_server(compute, key, all_projects)
    except exceptions.NotFoundException:
        raise exceptions.NotFoundException(
            f'There is no task with the tag {key!r}, and no server of that '
            'name or ID.'
        ) from None


def is_uuid(text: str) -> bool:
    """Return whether a text is a UUID in its usual form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def find_step(cluster: Any, name: str) -> Any:
    """Return a step of a cluster: by its id, or the last one of a name.

    :raises Ended: when there is none
    """
    steps = cluster.steps or ()
    for step in reversed(steps):
        if name in (step.id, step.name):
            return step
    names = ', '.join(dict.fromkeys(step.name for step in steps))
    raise exit_status.Ended(
        f'Cluster {cluster.name} has no step {name!r}. Its steps: '
        f'{names or "none"}.',
        exit_status.NOT_FOUND,
    )


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
