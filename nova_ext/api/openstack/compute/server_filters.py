# SPDX-License-Identifier: Apache-2.0
"""Filters and sort keys of lists of servers."""

import itertools
from typing import Any

from oslo_utils import strutils

from ext_lib import exception
from ext_lib.wsgi import request
from nova_ext import flavors
from nova_ext.api.openstack.compute import filters
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.schemas import servers as schema
from nova_ext.api.openstack.compute.views import statuses
from nova_ext.objects.fields import VMState

#: Filters for all users; others are ignored, unless an operator asks.
_FOR_ALL = frozenset({
    'reservation_id', 'name', 'status', 'image', 'flavor', 'ip', 'ip6', 'tags',
    'tags-any', 'not-tags', 'not-tags-any', 'locked', 'changes-since',
    'changes-before',
})  # fmt: skip
#: Filters for all users from 2.83 on.
_FOR_ALL_LATER = _FOR_ALL | {
    'availability_zone', 'config_drive', 'key_name', 'created_at',
    'launched_at', 'terminated_at', 'power_state', 'task_state', 'vm_state',
    'progress', 'user_id',
}  # fmt: skip
_RENAMED = {
    'name': 'display_name',
    'description': 'display_description',
    'image': 'image_ref',
    'tenant_id': 'project_id',
}
_TAGS = ('tags', 'tags-any', 'not-tags', 'not-tags-any')
#: Filters by properties that no server here has: addresses of version 6 on
#: networks, and images of kernels.
_OF_NONE = frozenset({'ip6', 'kernel_id', 'ramdisk_id'})
#: Filters whose value is true or false; any other text is false.
_BOOLEAN = ('auto_disk_config', 'deleted', 'soft_deleted')
#: Sort keys for administrators only.
_HOST_KEYS = ('host', 'node')


class InvalidStatus(exception.Invalid):
    """The value of the filter by status is no status."""

    msg_fmt = 'Invalid status value'


class InvalidSort(exception.Invalid):
    """A sort direction is invalid, or there are more of them than keys."""

    msg_fmt = "Unknown sort direction, must be 'desc' or 'asc'"


class SortForAdmins(exception.Forbidden):
    """Only administrators may sort by host."""

    msg_fmt = 'Only administrators can sort servers by %(key)s'


class DeletedForAdmins(exception.Forbidden):
    """Only administrators may list deleted servers."""

    msg_fmt = 'Only administrators may list deleted instances'


def wants_all_projects(req: request.Request) -> bool:
    """Return whether the list is to hold other projects' servers too.

    :raises Invalid: when all_tenants is neither true nor false
    """
    text = req.query.get('all_tenants')
    return text is not None and (text == '' or _boolean(text))


def parsed(
    req: request.Request, catalogue: flavors.Catalogue
) -> dict[str, Any] | None:
    """Return the filters of ``req`` by column.

    :returns: None when no server can pass them
    :raises InvalidStatus: from 2.38, for a word that is no status
    :raises DeletedForAdmins: when a user asks for deleted servers
    """
    given = filters.parsed(req)
    given.pop('all_tenants', None)
    if not req.context.is_admin:
        given = {k: v for k, v in given.items() if _is_for_all(req, k)}
    found = {_RENAMED.get(k, k): v for k, v in given.items()}
    if 'locked' in found:
        found['locked'] = _boolean(found['locked'])
    for name in _BOOLEAN:
        if name in found:
            found[name] = strutils.bool_from_string(found[name])
    for name in _TAGS:
        if name in found:
            found[name] = found[name].split(',')
    if not _by_flavor(found, catalogue) or not _by_status(req, found):
        return None
    return found if _OF_NONE.isdisjoint(found) else None


def _is_for_all(req: request.Request, name: str) -> bool:
    """Return whether a user who is no administrator may filter by ``name``."""
    if name == 'ip6' and req.version < microversions.IP6_FOR_ALL:
        return False
    if microversions.supports(req, microversions.FILTERS_FOR_ALL):
        return name in _FOR_ALL_LATER
    return name in _FOR_ALL


def _by_flavor(found: dict[str, Any], catalogue: flavors.Catalogue) -> bool:
    if 'flavor' in found:
        try:
            flavor = catalogue.get_by_flavorid(found.pop('flavor'))
        except exception.NotFound:
            return False
        found['instance_type_id'] = flavor.id
    return True


def _by_status(req: request.Request, found: dict[str, Any]) -> bool:
    if 'status' not in found:
        return True
    del found['status']
    words = req.query_lists()['status']
    vm_states, task_states = statuses.states(words)
    if not vm_states:
        if req.version >= microversions.CHECKED_STATUS:
            raise InvalidStatus()
        return False
    if VMState.DELETED in vm_states:
        if not req.context.is_admin:
            raise DeletedForAdmins()
        found['deleted'] = True
    found['vm_state'] = sorted(vm_states)
    if task_states:
        found['task_state'] = sorted(task_states)
    return True


def sort(req: request.Request) -> list[tuple[str, str]] | None:
    """Return the requested order: columns with asc or desc.

    :returns: None when the order is the default
    :raises InvalidSort: for a direction that is neither, or has no key
    :raises SortForAdmins: when a user asks for an order by host
    """
    lists = req.query_lists()
    keys = lists.get('sort_key', ['created_at'])
    directions = lists.get('sort_dir', ['desc'])
    if not {'asc', 'desc'}.issuperset(directions):
        raise InvalidSort()
    if len(directions) > len(keys):
        raise InvalidSort('Sort direction size exceeds sort key size')
    _check_sort_keys(req, keys)
    # Keys without a direction take the first one.
    pairs = itertools.zip_longest(keys, directions, fillvalue=directions[0])
    found = [pair for pair in pairs if pair[0] in schema.SORT_KEYS]
    return None if found == [('created_at', 'desc')] else found or None


def _check_sort_keys(req: request.Request, keys: list[str]) -> None:
    for key in _HOST_KEYS:
        if key in keys and not req.context.is_admin:
            raise SortForAdmins(key=key)


def _boolean(text: str) -> bool:
    try:
        return strutils.bool_from_string(text, strict=True)
    except ValueError as error:
        raise exception.Invalid(str(error)) from None
