# SPDX-License-Identifier: Apache-2.0
"""The base class, registry, serializer and transactions of objects."""

from oslo_versionedobjects import base

from ext_lib import objects
from sahara_ext.db.facade import facade

#: ``@VersionedObjectRegistry.register`` makes a class known by its name.
VersionedObjectRegistry = base.VersionedObjectRegistry


class SaharaExtObject(objects.VersionedObject):
    """Base of every object of this service."""

    OBJ_PROJECT_NAMESPACE = 'sahara_ext'


class Serializer(base.VersionedObjectSerializer):
    """Carries objects of sahara_ext over the wire."""

    OBJ_BASE_CLASS = SaharaExtObject


#: Decorates a function that takes a context first. What its objects store
#: with that context is one transaction; when it deadlocks, the function is
#: called again, so it has to load or make its objects itself.
transactional = facade.writer

#: Likewise, for a function whose objects only read.
reading = facade.reader
