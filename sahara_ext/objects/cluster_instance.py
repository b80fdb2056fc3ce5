# SPDX-License-Identifier: Apache-2.0
"""The servers of clusters."""

from collections.abc import Sequence

from oslo_versionedobjects import fields

from ext_lib import objects
from ext_lib.context import RequestContext
from ext_lib.objects import DateTimeField
from sahara_ext.db.api import cluster as cluster_db
from sahara_ext.objects import base
from sahara_ext.objects.fields import InstanceState
from sahara_ext.objects.fields import InstanceStateField

#: What tells where an instance runs.
_PLACE = ['id', 'instance_id', 'internal_ip', 'management_ip', 'host_key']


@base.VersionedObjectRegistry.register
class ClusterInstance(base.SaharaExtObject):
    """One server of a cluster: present, planned or about to be removed."""

    # 1.0: Initial version
    # 1.1: Add host_key
    VERSION = '1.1'
    SINCE = {'host_key': '1.1'}

    fields = {
        'id': fields.UUIDField(),
        'cluster_id': fields.StringField(),
        'node_group_id': fields.StringField(),
        #: Its number in the node group, from 1 on.
        'position': fields.IntegerField(default=0),
        'instance_name': fields.StringField(),
        #: Of the compute service; None until it is launched.
        'instance_id': fields.StringField(nullable=True),
        'internal_ip': fields.StringField(nullable=True),
        'management_ip': fields.StringField(nullable=True),
        #: What it proved to be at the first login, as known_hosts has it:
        #: the type and the key. None until then.
        'host_key': fields.StringField(nullable=True),
        'dns_hostname': fields.StringField(nullable=True),
        'storage_devices_number': fields.IntegerField(
            nullable=True, default=0
        ),
        'state': InstanceStateField(default=InstanceState.PLANNED),
        'created_at': DateTimeField(nullable=True),
        'updated_at': DateTimeField(nullable=True),
    }


@base.VersionedObjectRegistry.register
class ClusterInstanceList(
    objects.ObjectList[ClusterInstance], base.SaharaExtObject
):
    """Servers of clusters."""

    # 1.0: Initial version
    # 1.1: ClusterInstance 1.1
    VERSION = '1.1'
    obj_relationships = {'objects': [('1.0', '1.0'), ('1.1', '1.1')]}

    fields = {
        'objects': fields.ListOfObjectsField('ClusterInstance'),
    }

    @staticmethod
    def save_all(
        context: RequestContext,
        instances: Sequence[ClusterInstance],
        engine_id: str,
    ) -> None:
        """Store where instances of one cluster run, in one transaction.

        :param engine_id: the engine that has to own the cluster
        :raises OperationSuperseded: when another one does, or none; nothing
            is stored then
        """
        if instances:
            cluster_db.cluster_instances_update(
                context,
                instances[0].cluster_id,
                [
                    {name: getattr(instance, name) for name in _PLACE}
                    for instance in instances
                ],
                engine_id,
            )
        for instance in instances:
            instance.obj_reset_changes(_PLACE)
