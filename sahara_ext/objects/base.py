# SPDX-License-Identifier: Apache-2.0
"""The base class, registry, serializer and transactions of objects."""

from typing import Any, TypeVar

from oslo_versionedobjects import base
from oslo_versionedobjects import fields

from ext_lib import objects
from ext_lib.context import RequestContext
from sahara_ext.db.api.shared_list import FoundPage
from sahara_ext.db.facade import facade

_Item = TypeVar('_Item', bound='objects.VersionedObject')
_List = TypeVar('_List', bound='PageList[Any]')

#: ``@VersionedObjectRegistry.register`` makes a class known by its name.
VersionedObjectRegistry = base.VersionedObjectRegistry


class SaharaExtObject(objects.VersionedObject):
    """Base of every object of this service."""

    OBJ_PROJECT_NAMESPACE = 'sahara_ext'


class PageList(objects.ObjectList[_Item]):
    """A page of a list, with the markers of the pages beside it."""

    # What mypy does not see, since it looks at registered classes only.
    previous_marker: str | None
    next_marker: str | None

    fields = {
        #: Markers of the pages before and after; None when there is none,
        #: or the page before is the first.
        'previous_marker': fields.StringField(nullable=True),
        'next_marker': fields.StringField(nullable=True),
    }

    @classmethod
    def from_page(
        cls: type[_List],
        context: RequestContext,
        item: type[_Item],
        found: FoundPage,
    ) -> _List:
        """Return a page of objects of the class ``item``."""
        self = cls.from_rows(context, item, found.rows)
        self.previous_marker = found.previous_marker
        self.next_marker = found.next_marker
        self.obj_reset_changes()
        return self


class Serializer(base.VersionedObjectSerializer):
    """Carries objects of sahara_ext over the wire."""

    OBJ_BASE_CLASS = SaharaExtObject


#: Decorates a function that takes a context first. What its objects store
#: with that context is one transaction; when it deadlocks, the function is
#: called again, so it has to load or make its objects itself.
transactional = facade.writer

#: Likewise, for a function whose objects only read.
reading = facade.snapshot
