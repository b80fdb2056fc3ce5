# SPDX-License-Identifier: Apache-2.0
"""Instances of one kind, as parts of clusters."""

from typing import Any

from oslo_versionedobjects import fields as ovo_fields

from ext_lib import objects
from ext_lib.objects import DateTimeField
from sahara_ext.objects import base
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.fields import JsonDictField
from sahara_ext.objects.fields import JsonListField


class GroupObject(objects.VersionedObject):
    """Fields of node groups and their templates."""

    fields = {
        'flavor_id': ovo_fields.StringField(nullable=True),
        'image_id': ovo_fields.StringField(nullable=True),
        'node_processes': ovo_fields.ListOfStringsField(default=[]),
        'node_configs': JsonDictField(default={}),
        'volumes_per_node': ovo_fields.IntegerField(default=0),
        #: In GiB.
        'volumes_size': ovo_fields.IntegerField(nullable=True),
        'volumes_availability_zone': ovo_fields.StringField(nullable=True),
        'volume_mount_prefix': ovo_fields.StringField(nullable=True),
        'volume_type': ovo_fields.StringField(nullable=True),
        'volume_local_to_instance': ovo_fields.BooleanField(default=False),
        'boot_from_volume': ovo_fields.BooleanField(default=False),
        'boot_volume_type': ovo_fields.StringField(nullable=True),
        'boot_volume_availability_zone': ovo_fields.StringField(nullable=True),
        'boot_volume_local_to_instance': ovo_fields.BooleanField(
            default=False
        ),
        'use_autoconfig': ovo_fields.BooleanField(default=True),
        'floating_ip_pool': ovo_fields.StringField(nullable=True),
        'security_groups': ovo_fields.ListOfStringsField(default=[]),
        'auto_security_group': ovo_fields.BooleanField(default=False),
        'availability_zone': ovo_fields.StringField(nullable=True),
        'is_proxy_gateway': ovo_fields.BooleanField(default=False),
        'shares': JsonListField(default=[]),
        'created_at': DateTimeField(nullable=True),
        'updated_at': DateTimeField(nullable=True),
    }


@base.VersionedObjectRegistry.register
class NodeGroup(GroupObject, base.SaharaExtObject):
    """Instances of one kind in a cluster."""

    # 1.0: Initial version
    # 1.1: ClusterInstance 1.1
    VERSION = '1.1'
    NOT_COLUMNS = frozenset({'instances'})
    obj_relationships = {'instances': [('1.0', '1.0'), ('1.1', '1.1')]}

    fields = {
        'id': ovo_fields.UUIDField(),
        'cluster_id': ovo_fields.StringField(),
        'name': ovo_fields.StringField(),
        #: Its number in the cluster, from 0 on.
        'position': ovo_fields.IntegerField(default=0),
        #: How many instances it has, or is to have.
        'count': ovo_fields.IntegerField(),
        'node_group_template_id': ovo_fields.StringField(nullable=True),
        #: By position, those about to go among them.
        'instances': ovo_fields.ListOfObjectsField(
            'ClusterInstance', default=[]
        ),
    }

    def _load_rest(self, row: Any) -> None:
        self.instances = [
            ClusterInstance.from_row(self.obj_context, instance)
            for instance in row.instances
        ]
