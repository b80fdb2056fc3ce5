# SPDX-License-Identifier: Apache-2.0
"""Base class, serializer and transactions of the objects of nova_ext."""

from oslo_versionedobjects import base

from ext_lib import objects
from nova_ext.db.facade import facade

#: ``@VersionedObjectRegistry.register`` makes a class known by its name.
VersionedObjectRegistry = base.VersionedObjectRegistry
remotable = base.remotable

#: Decorates a function that takes a context first. All that its objects store
#: with that context is one transaction; when it deadlocks, the function is
#: called again, so it has to load or make its objects itself. For processes
#: that hold the database; a remotable method elsewhere is one of its own.
transactional = facade.writer


class NovaExtObject(objects.VersionedObject):
    """Base of every object of this service.

    ``NovaExtObject.indirection_api`` decides for the whole process whether
    remotable methods run here, on the database, or in the conductor. Only
    ``cmd`` sets it.
    """

    OBJ_PROJECT_NAMESPACE = 'nova_ext'


class Serializer(base.VersionedObjectSerializer):
    """Serializer of messages that carry objects of nova_ext."""

    OBJ_BASE_CLASS = NovaExtObject
