# SPDX-License-Identifier: Apache-2.0
"""Servers."""

from collections.abc import Sequence
from typing import Any

from oslo_utils import uuidutils
from oslo_versionedobjects import exception as ovo_exception
from oslo_versionedobjects import fields

from ext_lib import objects
from ext_lib.context import RequestContext
from ext_lib.objects import DateTimeField
from ext_lib.paging import Page
from nova_ext.db.api import instance as instance_db
from nova_ext.db.api import instance_list as instance_list_db
from nova_ext.db.api import server_records
from nova_ext.objects import base
from nova_ext.objects.instance_fault import InstanceFault

#: A state, or several of which the server must have one; None for any.
Expected = str | Sequence[str | None] | None

#: Fields in tables of their own, in the order they are loaded.
_JOINED = ('metadata', 'system_metadata', 'tags', 'fault')


@base.VersionedObjectRegistry.register
class Instance(objects.TimestampedObject, base.NovaExtObject):
    """One server.

    Fields that were not loaded are fetched when first read.
    """

    # 2.4: The fields below
    VERSION = '2.4'
    NOT_COLUMNS = frozenset(_JOINED)
    obj_relationships = {'fault': [('2.0', '1.2')]}

    fields = {
        'id': fields.IntegerField(),
        'uuid': fields.UUIDField(),
        'user_id': fields.StringField(nullable=True),
        'project_id': fields.StringField(nullable=True),
        #: Empty for a server booted from a volume.
        'image_ref': fields.StringField(nullable=True),
        'hostname': fields.StringField(nullable=True),
        'display_name': fields.StringField(nullable=True),
        'display_description': fields.StringField(nullable=True),
        #: Name of the compute service, None until one is chosen.
        'host': fields.StringField(nullable=True),
        'node': fields.StringField(nullable=True),
        'launched_on': fields.StringField(nullable=True),
        #: One of VMState.
        'vm_state': fields.StringField(nullable=True),
        #: One of TaskState, None when nothing is being done.
        'task_state': fields.StringField(nullable=True),
        #: One of PowerState.
        'power_state': fields.IntegerField(nullable=True),
        'progress': fields.IntegerField(nullable=True),
        #: Internal number of the flavor, and its size at that time.
        'instance_type_id': fields.IntegerField(nullable=True),
        'memory_mb': fields.IntegerField(nullable=True),
        'vcpus': fields.IntegerField(nullable=True),
        'root_gb': fields.IntegerField(nullable=True),
        'ephemeral_gb': fields.IntegerField(nullable=True),
        #: What was created by one request has this in common.
        'reservation_id': fields.StringField(nullable=True),
        'launch_index': fields.IntegerField(nullable=True),
        'launched_at': DateTimeField(nullable=True),
        'terminated_at': DateTimeField(nullable=True),
        'availability_zone': fields.StringField(nullable=True),
        'locked': fields.BooleanField(default=False),
        #: owner or admin.
        'locked_by': fields.StringField(nullable=True),
        'key_name': fields.StringField(nullable=True),
        'config_drive': fields.StringField(nullable=True),
        'access_ip_v4': fields.StringField(nullable=True),
        'access_ip_v6': fields.StringField(nullable=True),
        'auto_disk_config': fields.BooleanField(default=False),
        'root_device_name': fields.StringField(nullable=True),
        #: Whether nothing of it is left on a host.
        'cleaned': fields.BooleanField(default=False),
        'metadata': fields.DictOfStringsField(),
        'system_metadata': fields.DictOfNullableStringsField(),
        'tags': fields.ListOfStringsField(),
        #: The latest failure.
        'fault': fields.ObjectField('InstanceFault', nullable=True),
    }

    def _load_rest(self, row: Any) -> None:
        loaded = vars(row)
        for name in _JOINED[:3]:
            if name in loaded:
                setattr(self, name, loaded[name])
        if 'fault' in loaded:
            self.fault = _fault(self.obj_context, loaded['fault'])

    @classmethod
    @base.remotable
    def get_by_uuid(
        cls, context: RequestContext, uuid: str, read_deleted: bool = False
    ) -> 'Instance':
        """Return the server with this uuid.

        :raises InstanceNotFound: when there is none, or the caller is not an
            administrator and it is another project's
        """
        row = instance_db.instance_get_by_uuid(context, uuid, read_deleted)
        return cls.from_row(context, row)

    @classmethod
    @base.remotable
    def get_ref(
        cls, context: RequestContext, uuid: str, read_deleted: bool = False
    ) -> 'Instance':
        """Return a server without the fields of other tables.

        :raises InstanceNotFound: as :meth:`get_by_uuid` does
        """
        row = instance_db.instance_get_ref(context, uuid, read_deleted)
        return cls.from_row(context, row)

    @classmethod
    def from_record(
        cls, context: RequestContext, row: Sequence[Any]
    ) -> 'Instance':
        """Return the server that is found together with its records."""
        return objects.loader(cls, server_records.SERVER)(context, row)

    @base.remotable
    def create(self) -> None:
        """Store the server.

        :raises ObjectActionError: when it is stored already
        """
        if 'id' in self:
            raise ovo_exception.ObjectActionError(
                action='create', reason='already created'
            )
        if 'uuid' not in self:
            self.uuid = uuidutils.generate_uuid()
        row = instance_db.instance_create(
            self.obj_context, self.obj_get_changes()
        )
        self.load_row(row)

    @base.remotable
    def save(
        self,
        expected_task_state: Expected = None,
        expected_vm_state: Expected = None,
    ) -> None:
        """Store the changed fields, if the server is in an expected state.

        :param expected_task_state: a state or a list of them, ``[None]`` for
            no task state; None for any
        :param expected_vm_state: likewise
        :raises UnexpectedTaskStateError: when it is in another one; nothing
            is stored then
        :raises InstanceNotFound: when the server was deleted
        """
        changes = self.obj_get_changes()
        changes.pop('fault', None)
        expected = _expectations(
            expected_task_state=expected_task_state,
            expected_vm_state=expected_vm_state,
        )
        if changes or expected:
            row = instance_db.instance_update(
                self.obj_context, self.uuid, changes, **expected
            )
            self.load_row(row)

    @base.remotable
    def destroy(self) -> None:
        """Delete the server; its actions stay readable.

        :raises InstanceNotFound: when it was deleted already
        """
        self.load_row(
            instance_db.instance_destroy(self.obj_context, self.uuid)
        )

    @base.remotable
    def refresh(self) -> None:
        """Load everything again; unsaved changes are lost.

        :raises InstanceNotFound: when the server was deleted
        """
        row = instance_db.instance_get_by_uuid(self.obj_context, self.uuid)
        self.load_row(row)

    def obj_load_attr(self, attrname: str) -> None:
        """Load the fields that were not loaded yet.

        :raises ObjectActionError: when the server was never stored
        """
        if 'id' not in self:
            raise ovo_exception.ObjectActionError(
                action='obj_load_attr', reason=f'{attrname} is not set'
            )
        whole = self.get_by_uuid(
            self.obj_context, self.uuid, read_deleted=True
        )
        for name in self.fields:
            if name not in self:
                setattr(self, name, getattr(whole, name))
                self.obj_reset_changes([name])


@base.VersionedObjectRegistry.register
class InstanceList(objects.ObjectList[Instance], base.NovaExtObject):
    """Servers."""

    # 2.2: The methods below
    VERSION = '2.2'

    fields = {
        'objects': fields.ListOfObjectsField('Instance'),
    }

    @classmethod
    @base.remotable
    def get_by_filters(
        cls,
        context: RequestContext,
        filters: dict[str, Any],
        limit: int | None = None,
        marker: str | None = None,
        sort: list[tuple[str, str]] | None = None,
    ) -> 'InstanceList':
        """Return the servers that pass all ``filters``.

        :param marker: uuid of the last server of the page before
        :param sort: field and ``asc`` or ``desc``, most important first;
            newest first by default
        :raises MarkerNotFound: when no server has the marker's uuid
        """
        return cls.get_page(context, filters, Page(limit, marker), sort)

    @classmethod
    def get_page(
        cls,
        context: RequestContext,
        filters: dict[str, Any],
        page: Page,
        sort: list[tuple[str, str]] | None = None,
    ) -> 'InstanceList':
        """Return a page; for processes that hold the database."""
        order = {} if sort is None else {'sort': sort}
        rows = instance_list_db.instance_get_all_by_filters(
            context, filters, page, **order
        )
        return cls.from_rows(context, Instance, rows)

    @classmethod
    @base.remotable
    def get_by_host(cls, context: RequestContext, host: str) -> 'InstanceList':
        """Return the servers on a host, without fields of other tables."""
        rows = instance_list_db.instance_get_all_by_host(context, host)
        return cls.from_rows(context, Instance, rows)


def _fault(context: RequestContext, row: Any) -> InstanceFault | None:
    return None if row is None else InstanceFault.from_row(context, row)


def _expectations(**expected: Expected) -> dict[str, Expected]:
    return {k: v for k, v in expected.items() if v is not None}
