# SPDX-License-Identifier: Apache-2.0
"""Servers and tags as users name them."""

from collections.abc import Iterator
from typing import Any
import uuid

from openstack import exceptions

from osc_ext import tags


def find(compute: Any, name: str, all_projects: bool = False) -> str:
    """Return the id of a server.

    An id stands for itself: the server may be deleted.

    :param compute: the proxy of the compute API
    :param name: name or id
    :raises openstack.exceptions.NotFoundException: when there is none
    """
    if is_uuid(name):
        return name
    query = {'all_projects': True} if all_projects else {}
    server = compute.find_server(name, ignore_missing=False, **query)
    found: str = server.id
    return found


def tasks(compute: Any, key: str, all_projects: bool = False) -> Iterator[Any]:
    """Yield the tasks of a server or with a tag, newest first.

    :param key: tag, name or id; a tag comes before a name
    :raises openstack.exceptions.NotFoundException: when there is neither a
        task nor a server of that name
    """
    found = resolve(compute, key, all_projects)
    query = {'all_projects': True} if all_projects else {}
    yield from compute.server_tasks(found, **query)


def resolve(compute: Any, key: str, all_projects: bool = False) -> str:
    """Return what the tasks API calls a server or tag.

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
        return find(compute, key, all_projects)
    except exceptions.NotFoundException:
        raise exceptions.NotFoundException(
            f'There is no task with the tag {key!r}, and no server of that '
            'name or ID.'
        ) from None


def is_uuid(text: str) -> bool:
    """Return whether a text is the id of a server."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
