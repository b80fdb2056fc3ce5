# SPDX-License-Identifier: Apache-2.0
"""Translation of bodies into fields of objects."""

from collections.abc import Mapping
from typing import Any

Values = dict[str, Any]

#: Keys of a node group that clients may send and that are ignored.
_IDLE = ('description', 'is_public', 'is_protected')
#: Keys that null clears; null of the others is ignored.
_CLEARABLE = frozenset(
    {
        'description',
        'default_image_id',
        'neutron_management_network',
        'domain_name',
        'image_id',
        'volumes_size',
        'volume_type',
        'volumes_availability_zone',
        'volume_mount_prefix',
        'boot_volume_type',
        'boot_volume_availability_zone',
        'floating_ip_pool',
        'availability_zone',
    }
)


def given(body: Mapping[str, Any]) -> Values:
    """Return the values for a new thing: null is the same as nothing."""
    return {k: v for k, v in _renamed(body).items() if v is not None}


def changed(body: Mapping[str, Any]) -> Values:
    """Return the values a thing there is gets."""
    return {
        name: value
        for name, value in _renamed(body).items()
        if value is not None or name in _CLEARABLE
    }


def node_group(body: Mapping[str, Any]) -> Values:
    """Return the values of a node group that is a part of something."""
    values = given(body)
    return {name: values[name] for name in values if name not in _IDLE}


def _renamed(body: Mapping[str, Any]) -> Values:
    values = dict(body)
    if 'hadoop_version' in values:
        values['plugin_version'] = values.pop('hadoop_version')
    if values.get('flavor_id') is not None:
        values['flavor_id'] = str(values['flavor_id'])
    if values.get('node_groups') is not None:
        values['node_groups'] = list(map(node_group, values['node_groups']))
    return values


def of(thing: Any) -> Values:
    """Return the values a thing has."""
    return {name: getattr(thing, name) for name in thing.fields}
