# SPDX-License-Identifier: Apache-2.0
"""What makes an object one of nova_ext: its namespace and its serializer."""

from oslo_versionedobjects import base

from ext_lib import objects

#: ``@VersionedObjectRegistry.register`` makes a class known by its name.
VersionedObjectRegistry = base.VersionedObjectRegistry
remotable = base.remotable


class NovaExtObject(objects.VersionedObject):
    """Base of every object of this service.

    ``NovaExtObject.indirection_api`` decides for the whole process whether
    remotable methods run here, on the database, or in the conductor. Only
    ``cmd`` sets it.
    """

    OBJ_PROJECT_NAMESPACE = 'nova_ext'


class Serializer(base.VersionedObjectSerializer):
    """Carries objects of nova_ext over the wire."""

    OBJ_BASE_CLASS = NovaExtObject
