# SPDX-License-Identifier: Apache-2.0
"""The base class, registry and serializer of objects of sahara_ext."""

from oslo_versionedobjects import base

from ext_lib import objects

#: ``@VersionedObjectRegistry.register`` makes a class known by its name.
VersionedObjectRegistry = base.VersionedObjectRegistry


class SaharaExtObject(objects.VersionedObject):
    """Base of every object of this service."""

    OBJ_PROJECT_NAMESPACE = 'sahara_ext'


class Serializer(base.VersionedObjectSerializer):
    """Carries objects of sahara_ext over the wire."""

    OBJ_BASE_CLASS = SaharaExtObject
