# SPDX-License-Identifier: Apache-2.0
"""Servers as answers show them."""

from collections.abc import Callable
import dataclasses
import ipaddress
from typing import Any

from ext_lib.wsgi import links
from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from nova_ext import flavors
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.views import instance_actions
from nova_ext.api.openstack.compute.views import statuses
from nova_ext.objects import system_metadata
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_fault import InstanceFault

_PROGRESS = frozenset(
    {'ACTIVE', 'BUILD', 'REBUILD', 'RESIZE', 'VERIFY_RESIZE', 'MIGRATING'}
)
_FAULT = frozenset({'ERROR', 'DELETED'})

#: Keys that answers to changes did not have before 2.75; nor had they those
#: that begin with ``OS-EXT-``.
ONLY_IN_READS = frozenset({
    'config_drive', 'host_status', 'key_name', 'OS-SRV-USG:launched_at',
    'OS-SRV-USG:terminated_at', 'os-extended-volumes:volumes_attached',
})  # fmt: skip
#: The key has a shorter name in the answer to a rebuild.
USER_DATA = 'OS-EXT-SRV-ATTR:user_data'

Shown = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Visibility:
    """Parts of a server that the caller may see.

    :param attributes: its host, and other attributes for operators
    :param host_status: returns the status of a host; None if the caller may
        not see it
    :param extra_specs: those of its flavor
    """

    attributes: bool
    extra_specs: bool
    host_status: Callable[[str | None], str] | None = None


class ServerView:
    """Shows servers in the version of the request."""

    def __init__(
        self, links: links.Links, catalogue: flavors.Catalogue
    ) -> None:
        self.links = links
        self.catalogue = catalogue

    def reference(self, req: request.Request, instance: Instance) -> Shown:
        """Return a server as the short list has it."""
        return {
            'id': instance.uuid,
            'name': instance.display_name,
            'links': self.links.resource(req, 'servers', instance.uuid),
        }

    def created(
        self, req: request.Request, instance: Instance, password: str
    ) -> Shown:
        """Return a server as the answer to its creation has it."""
        return {
            'id': instance.uuid,
            'links': self.links.resource(req, 'servers', instance.uuid),
            'OS-DCF:diskConfig': _disk_config(instance),
            'security_groups': [{'name': 'default'}],
            'adminPass': password,
        }

    def show(
        self, req: request.Request, instance: Instance, visible: Visibility
    ) -> Shown:
        """Return a server in full."""
        status = statuses.of(instance.vm_state, instance.task_state)
        shown = self._basics(req, instance, visible, status)
        if status in _FAULT and instance.fault:
            shown['fault'] = _fault(req, instance.fault)
        shown['OS-DCF:diskConfig'] = _disk_config(instance)
        if status in _PROGRESS:
            shown['progress'] = instance.progress or 0
        shown.update(_placement(instance))
        if visible.attributes:
            shown.update(_attributes(req, instance))
        shown.update(_states(instance))
        shown.update(_newer(req, instance, visible))
        return shown

    def _basics(
        self,
        req: request.Request,
        instance: Instance,
        visible: Visibility,
        status: str,
    ) -> Shown:
        host_id = instance_actions.host_id(instance.host, instance.project_id)
        return {
            'accessIPv4': instance.access_ip_v4 or '',
            'accessIPv6': instance.access_ip_v6 or '',
            'addresses': _addresses(instance),
            'created': timestamps.zulu(instance.created_at),
            'flavor': self._flavor(req, instance, visible),
            'hostId': host_id,
            'id': instance.uuid,
            'image': self._image(req, instance),
            'links': self.links.resource(req, 'servers', instance.uuid),
            'metadata': instance.metadata,
            'name': instance.display_name,
            'status': status,
            'tenant_id': instance.project_id,
            'user_id': instance.user_id,
            'updated': timestamps.zulu(
                instance.updated_at or instance.created_at
            ),
        }

    def _flavor(
        self, req: request.Request, instance: Instance, visible: Visibility
    ) -> Shown:
        flavor = self.catalogue.get_by_id(instance.instance_type_id)
        if not microversions.supports(req, microversions.EMBEDDED_FLAVOR):
            return self._bookmark(req, 'flavors', flavor.flavorid)
        shown: Shown = {
            'vcpus': instance.vcpus,
            'ram': instance.memory_mb,
            'disk': instance.root_gb,
            'ephemeral': instance.ephemeral_gb,
            'swap': flavor.swap,
            'original_name': flavor.name,
        }
        if visible.extra_specs:
            shown['extra_specs'] = flavor.extra_specs
        return shown

    def _image(self, req: request.Request, instance: Instance) -> Shown | str:
        if not instance.image_ref:
            return ''
        return self._bookmark(req, 'images', instance.image_ref)

    def _bookmark(self, req: request.Request, kind: str, id: str) -> Shown:
        return {'id': id, 'links': self.links.resource(req, kind, id)[1:]}


def _addresses(instance: Instance) -> Shown:
    shown: Shown = {}
    found = system_metadata.network_info(instance.system_metadata)
    for network, address, mac in found:
        shown.setdefault(network, []).append(
            {
                'version': ipaddress.ip_address(address).version,
                'addr': address,
                'OS-EXT-IPS:type': 'fixed',
                'OS-EXT-IPS-MAC:mac_addr': mac,
            }
        )
    return shown


def _disk_config(instance: Instance) -> str:
    return 'AUTO' if instance.auto_disk_config else 'MANUAL'


def _fault(req: request.Request, fault: InstanceFault) -> Shown:
    shown = {
        'code': fault.code,
        'created': timestamps.zulu(fault.created_at),
        'message': fault.message,
    }
    # Internal errors are for operators, errors of the user for both.
    if fault.details and (req.context.is_admin or fault.code != 500):
        shown['details'] = fault.details
    return shown


def _placement(instance: Instance) -> Shown:
    zone = 'nova' if instance.host else instance.availability_zone or ''
    return {
        'OS-EXT-AZ:availability_zone': zone,
        'config_drive': instance.config_drive or '',
        'key_name': instance.key_name,
        'OS-SRV-USG:launched_at': timestamps.micro(instance.launched_at),
        'OS-SRV-USG:terminated_at': timestamps.micro(instance.terminated_at),
    }


def _attributes(req: request.Request, instance: Instance) -> Shown:
    shown: Shown = {
        'OS-EXT-SRV-ATTR:host': instance.host,
        'OS-EXT-SRV-ATTR:instance_name': f'instance-{instance.id:08x}',
        'OS-EXT-SRV-ATTR:hypervisor_hostname': instance.node,
    }
    if microversions.supports(req, microversions.EXTENDED_ATTRIBUTES):
        shown |= {
            'OS-EXT-SRV-ATTR:hostname': instance.hostname,
            'OS-EXT-SRV-ATTR:kernel_id': '',
            'OS-EXT-SRV-ATTR:launch_index': instance.launch_index,
            'OS-EXT-SRV-ATTR:ramdisk_id': '',
            'OS-EXT-SRV-ATTR:reservation_id': instance.reservation_id,
            'OS-EXT-SRV-ATTR:root_device_name': instance.root_device_name,
            USER_DATA: None,
        }
    return shown


def _states(instance: Instance) -> Shown:
    return {
        'OS-EXT-STS:task_state': instance.task_state,
        'OS-EXT-STS:vm_state': instance.vm_state,
        'OS-EXT-STS:power_state': instance.power_state or 0,
        'os-extended-volumes:volumes_attached': [],
    }


def _newer(
    req: request.Request, instance: Instance, visible: Visibility
) -> Shown:
    """Return the keys of later versions, in the order of these."""
    shown: Shown = {}
    if req.version >= microversions.LOCKED:
        shown['locked'] = bool(instance.locked)
    if req.version >= microversions.HOST_STATUS and visible.host_status:
        shown['host_status'] = visible.host_status(instance.host)
    if req.version >= microversions.DESCRIPTION:
        shown['description'] = instance.display_description
    if req.version >= microversions.TAGS:
        shown['tags'] = instance.tags
    if req.version >= microversions.TRUSTED_CERTIFICATES:
        shown['trusted_image_certificates'] = None
    if req.version >= microversions.SERVER_GROUPS:
        shown['server_groups'] = []
    if req.version >= microversions.LOCKED_REASON:
        shown['locked_reason'] = instance.system_metadata.get('locked_reason')
    return shown
