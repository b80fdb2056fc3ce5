# SPDX-License-Identifier: Apache-2.0
"""Templates of clusters."""

from oslo_versionedobjects import fields

from sahara_ext.db import models
from sahara_ext.objects import base
from sahara_ext.objects import template
from sahara_ext.objects.fields import JsonDictField
from sahara_ext.objects.fields import JsonListField


@base.VersionedObjectRegistry.register
class ClusterTemplate(template.TemplateObject, base.SaharaExtObject):
    """Values clusters can be made from."""

    # 1.0: Initial version
    VERSION = '1.0'
    MODEL = models.ClusterTemplate

    fields = {
        'cluster_configs': JsonDictField(default={}),
        'default_image_id': fields.StringField(nullable=True),
        'anti_affinity': fields.ListOfStringsField(default=[]),
        'neutron_management_network': fields.StringField(nullable=True),
        'shares': JsonListField(default=[]),
        'domain_name': fields.StringField(nullable=True),
        #: Values of node groups: a dict each, of the names of their fields.
        'node_groups': JsonListField(default=[]),
    }


@base.VersionedObjectRegistry.register
class ClusterTemplateList(
    template.TemplateObjectList[ClusterTemplate], base.SaharaExtObject
):
    """Templates of clusters."""

    # 1.0: Initial version
    VERSION = '1.0'
    ITEM = ClusterTemplate

    fields = {
        'objects': fields.ListOfObjectsField('ClusterTemplate'),
    }
