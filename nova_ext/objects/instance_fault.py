# SPDX-License-Identifier: Apache-2.0
"""Faults: the failures that servers show."""

from oslo_versionedobjects import fields

from ext_lib import exception
from ext_lib import objects
from ext_lib.context import RequestContext
from nova_ext.db.api import instance_related as instance_related_db
from nova_ext.objects import base

#: The size of the column.
_MESSAGE_LENGTH = 255


@base.VersionedObjectRegistry.register
class InstanceFault(objects.TimestampedObject, base.NovaExtObject):
    """One failure of a server; a server shows its latest."""

    # 1.0: Initial version
    # 1.1: Unicode strings
    # 1.2: create()
    VERSION = '1.2'

    fields = {
        'id': fields.IntegerField(),
        'instance_uuid': fields.UUIDField(),
        #: HTTP status that fits the failure.
        'code': fields.IntegerField(),
        'message': fields.StringField(nullable=True),
        #: Stack frames; only administrators see them.
        'details': fields.StringField(nullable=True),
        'host': fields.StringField(nullable=True),
    }

    @classmethod
    def from_exception(
        cls,
        context: RequestContext,
        instance_uuid: str,
        error: BaseException,
        *,
        details: str | None = None,
        host: str | None = None,
    ) -> 'InstanceFault':
        """Return the fault of ``error``, not stored yet.

        :param details: stack frames
        :param host: where it happened
        """
        return cls(
            context,
            instance_uuid=instance_uuid,
            code=_code(error),
            message=exception.summary(error)[:_MESSAGE_LENGTH],
            details=details,
            host=host,
        )

    @base.remotable
    def create(self) -> None:
        """Store the fault as the latest of its server."""
        row = instance_related_db.instance_fault_create(
            self.obj_context, self.obj_get_changes()
        )
        self.load_row(row)


def _code(error: BaseException) -> int:
    return 404 if isinstance(error, exception.NotFound) else 500
