# SPDX-License-Identifier: Apache-2.0
"""Templates of node groups."""

from oslo_versionedobjects import fields

from sahara_ext.db import models
from sahara_ext.objects import base
from sahara_ext.objects import node_group
from sahara_ext.objects import template


@base.VersionedObjectRegistry.register
class NodeGroupTemplate(
    template.TemplateObject, node_group.GroupObject, base.SaharaExtObject
):
    """Values node groups can be made from."""

    # 1.0: Initial version
    VERSION = '1.0'
    MODEL = models.NodeGroupTemplate


@base.VersionedObjectRegistry.register
class NodeGroupTemplateList(
    template.TemplateObjectList[NodeGroupTemplate], base.SaharaExtObject
):
    """Templates of node groups."""

    # 1.0: Initial version
    VERSION = '1.0'
    ITEM = NodeGroupTemplate

    fields = {
        'objects': fields.ListOfObjectsField('NodeGroupTemplate'),
    }
