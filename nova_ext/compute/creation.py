# SPDX-License-Identifier: Apache-2.0
"""New servers, stored before a conductor is asked to schedule them."""

from collections.abc import Iterator, Mapping, Sequence
import random
import re
import string
from typing import Any

from oslo_utils import uuidutils

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.compute import keys
from nova_ext.flavors import Flavor
from nova_ext.objects import system_metadata
from nova_ext.objects.base import transactional
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.rpcapi.conductor import REQUESTED_HOST

ZONE = 'nova'
#: The most servers one request may create; nova's quota would be smaller.
_LIMIT = 1000
_HOSTNAME_LENGTH = 63

#: Columns with the size of a server.
SIZE = ('instance_type_id', 'memory_mb', 'vcpus', 'root_gb', 'ephemeral_gb')


def generate_reservation_id() -> str:
    """Return a new id that the servers of one request share."""
    letters = string.ascii_lowercase + string.digits
    return 'r-' + ''.join(random.choices(letters, k=8))


def check_count(count: int) -> None:
    """Refuse more servers than one request may create.

    :raises TooManyInstances: when there are
    """
    if count > _LIMIT:
        raise exception.TooManyInstances(count=count, limit=_LIMIT)


def parse_zone(zone: str | None) -> tuple[str | None, str | None]:
    """Return the zone and the host of ``zone[:host[:node]]``.

    :raises AvailabilityZoneNotFound: when it is not the one there is
    """
    if not zone:
        return None, None
    name, host, *_ = [*zone.split(':'), '']
    # More than a zone, a host and a node are no host that could be meant.
    if name not in ('', ZONE) or zone.count(':') > 2:
        raise exception.AvailabilityZoneNotFound()
    return name or None, host or None


def size_of(flavor: Flavor) -> dict[str, Any]:
    """Return the columns of a server that its flavor determines."""
    return {
        'instance_type_id': flavor.id,
        'memory_mb': flavor.memory_mb,
        'vcpus': flavor.vcpus,
        'root_gb': flavor.root_gb,
        'ephemeral_gb': flavor.ephemeral_gb,
    }


def plan(
    context: RequestContext,
    common: Mapping[str, Any],
    count: int,
    requested_host: str | None,
) -> list[dict[str, Any]]:
    """Return the columns of ``count`` servers that differ in name only."""
    public_key = keys.of_server(
        context, context.user_id, common.get('key_name')
    )
    shared = {
        'user_id': context.user_id,
        'project_id': context.project_id,
        'vm_state': VMState.BUILDING,
        'task_state': TaskState.SCHEDULING,
        'power_state': PowerState.NOSTATE,
        'progress': 0,
        'locked': False,
        'auto_disk_config': False,
        'root_device_name': '/dev/vda',
        'system_metadata': system_metadata.with_key_data(
            {REQUESTED_HOST: requested_host} if requested_host else {},
            public_key,
        ),
        **common,
    }
    return [
        {**shared, 'launch_index': index, **_identity(name)}
        for index, name in enumerate(_names(common['display_name'], count))
    ]


def _names(name: str, count: int) -> Iterator[str]:
    if count == 1:
        yield name
        return
    for number in range(1, count + 1):
        yield f'{name}-{number}'


def _identity(name: str) -> dict[str, str]:
    uuid = uuidutils.generate_uuid()
    return {
        'uuid': uuid,
        'display_name': name,
        'hostname': _hostname(name) or f'Server-{uuid}',
    }


def _hostname(name: str) -> str:
    text = re.sub(r'[ _]', '-', name)
    text = re.sub(r'[^\w.-]+', '', text, flags=re.ASCII).lower()
    return text.strip('.-')[:_HOSTNAME_LENGTH].strip('.-')


@transactional
def store(
    context: RequestContext, plans: Sequence[Mapping[str, Any]]
) -> InstanceList:
    """Store the servers, and with each the action that creates it."""
    instances = [Instance(context, **columns) for columns in plans]
    for instance in instances:
        instance.create()
        InstanceAction.action_start(
            context, instance.uuid, ActionName.CREATE, want_result=False
        )
    return InstanceList(context, objects=instances)
