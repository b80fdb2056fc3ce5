# SPDX-License-Identifier: Apache-2.0
"""Migrations: moves of servers from host to host, and their initiators."""

from typing import Any

from oslo_utils import uuidutils
from oslo_versionedobjects import exception as ovo_exception
from oslo_versionedobjects import fields

from ext_lib import objects
from ext_lib.context import RequestContext
from ext_lib.paging import Page
from nova_ext.db.api import migration as migration_db
from nova_ext.db.api import migration_list as migration_list_db
from nova_ext.db.api import server_records
from nova_ext.db.trail import cell_or_trail
from nova_ext.objects import base
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import MigrationTypeField
from nova_ext.objects.instance import Instance


@base.VersionedObjectRegistry.register
class Migration(objects.TimestampedObject, base.NovaExtObject):
    """One move or resize of a server."""

    # 1.0: Initial version
    # 1.1: Unicode strings
    # 1.2: Add migration_type and hidden
    # 1.3: get_by_id_and_instance()
    # 1.4: Add counters of memory and disk
    # 1.5: Add uuid
    # 1.6: Add cross_cell_move; get_by_uuid()
    # 1.7: Add user_id and project_id
    VERSION = '1.7'
    SINCE = {
        'migration_type': '1.2',
        'hidden': '1.2',
        'memory_total': '1.4',
        'memory_processed': '1.4',
        'memory_remaining': '1.4',
        'disk_total': '1.4',
        'disk_processed': '1.4',
        'disk_remaining': '1.4',
        'uuid': '1.5',
        'cross_cell_move': '1.6',
        'user_id': '1.7',
        'project_id': '1.7',
    }

    fields = {
        'id': fields.IntegerField(),
        'uuid': fields.UUIDField(),
        'instance_uuid': fields.StringField(nullable=True),
        #: One of MigrationStatus.
        'status': fields.StringField(nullable=True),
        'migration_type': MigrationTypeField(nullable=False),
        #: Names of compute services.
        'source_compute': fields.StringField(nullable=True),
        'dest_compute': fields.StringField(nullable=True),
        #: Names of hypervisors.
        'source_node': fields.StringField(nullable=True),
        'dest_node': fields.StringField(nullable=True),
        #: Address of the destination.
        'dest_host': fields.StringField(nullable=True),
        #: Flavors before and after a resize.
        'old_instance_type_id': fields.IntegerField(nullable=True),
        'new_instance_type_id': fields.IntegerField(nullable=True),
        #: Whether users must not see it.
        'hidden': fields.BooleanField(default=False),
        #: Bytes, as far as the hypervisor reports them.
        'memory_total': fields.IntegerField(nullable=True),
        'memory_processed': fields.IntegerField(nullable=True),
        'memory_remaining': fields.IntegerField(nullable=True),
        'disk_total': fields.IntegerField(nullable=True),
        'disk_processed': fields.IntegerField(nullable=True),
        'disk_remaining': fields.IntegerField(nullable=True),
        'cross_cell_move': fields.BooleanField(default=False),
        #: Who requested it; None in rows older than 1.7, and when the
        #: service itself did.
        'user_id': fields.StringField(nullable=True),
        'project_id': fields.StringField(nullable=True),
    }

    def load_row(self, row: Any) -> None:
        """Take every field over from ``row``, which may predate some."""
        if row.migration_type is None:
            row.migration_type = migration_db.guess_type(row)
        if row.uuid is None:
            row.uuid = migration_db.uuid_of(self.obj_context, row.id)
        super().load_row(row)

    @classmethod
    @base.remotable
    def get_by_id(
        cls, context: RequestContext, migration_id: int
    ) -> 'Migration':
        """Return the migration with this number.

        :raises MigrationNotFound: when there is none
        """
        return cls.from_row(
            context, migration_db.migration_get(context, migration_id)
        )

    @classmethod
    @base.remotable
    def get_by_uuid(
        cls, context: RequestContext, migration_uuid: str
    ) -> 'Migration':
        """Return the migration with this uuid.

        :raises MigrationNotFound: when there is none
        """
        row = migration_db.migration_get_by_uuid(context, migration_uuid)
        return cls.from_row(context, row)

    @classmethod
    @base.remotable
    def get_by_id_and_instance(
        cls, context: RequestContext, migration_id: int, instance_uuid: str
    ) -> 'Migration':
        """Return the migration with this number if it is the server's.

        :raises MigrationNotFoundForInstance: when there is none
        """
        row = migration_db.migration_get_by_id_and_instance(
            context, migration_id, instance_uuid
        )
        return cls.from_row(context, row)

    @classmethod
    def get_with_server(
        cls, context: RequestContext, server_id: str, migration_id: int
    ) -> 'tuple[Instance, Migration | None]':
        """Return a server and a migration of it, None without one.

        Both with the fields that answers show. Only for processes that hold
        the database.

        :raises InstanceNotFound: as :meth:`Instance.get_ref` does
        """
        found = cell_or_trail.migrations_get(context, server_id, migration_id)
        make = objects.loader(cls, server_records.MIGRATION)
        migrations = [make(context, row) for row in found.rows]
        server = Instance.from_record(context, found.server)
        return server, migrations[0] if migrations else None

    @base.remotable
    def create(self) -> None:
        """Store the migration as one of the caller's.

        :raises ObjectActionError: without a ``migration_type``, or when it
            is stored already
        """
        self._check_creatable()
        for name, value in self._defaults().items():
            if name not in self:
                setattr(self, name, value)
        row = migration_db.migration_create(
            self.obj_context, self.obj_get_changes()
        )
        self.load_row(row)

    def _check_creatable(self) -> None:
        if 'id' in self:
            raise ovo_exception.ObjectActionError(
                action='create', reason='already created'
            )
        if 'migration_type' not in self:
            raise ovo_exception.ObjectActionError(
                action='create', reason='migration_type missing'
            )

    def _defaults(self) -> dict[str, Any]:
        return {
            'uuid': uuidutils.generate_uuid(),
            'user_id': self.obj_context.user_id,
            'project_id': self.obj_context.project_id,
        }

    @base.remotable
    def save(self, expected_status: str | list[str] | None = None) -> None:
        """Store the changed fields, if the migration has an expected status.

        :param expected_status: a status or a list of them; None saves
            whatever the status is
        :raises InvalidMigrationState: when it has another one; nothing is
            stored then
        :raises MigrationNotFound: when it was deleted with its server
        """
        changes = self.obj_get_changes()
        expected = {'expected_status': expected_status}
        if expected_status is None:
            expected.clear()
        if changes or expected:
            row = migration_db.migration_update(
                self.obj_context, self.id, changes, **expected
            )
            self.load_row(row)

    @property
    def is_live(self) -> bool:
        """Return whether it is a live migration."""
        return self.migration_type == MigrationType.LIVE_MIGRATION


@base.VersionedObjectRegistry.register
class MigrationList(objects.ObjectList[Migration], base.NovaExtObject):
    """Migrations."""

    # 1.0: Initial version
    # 1.1: Reads may go to a replica
    # 1.2: Migration 1.2
    # 1.3: get_in_progress_by_instance()
    # 1.4: get_by_filters() pages
    VERSION = '1.4'

    fields = {
        'objects': fields.ListOfObjectsField('Migration'),
    }

    @classmethod
    @base.remotable
    def get_by_filters(
        cls,
        context: RequestContext,
        filters: dict[str, Any],
        limit: int | None = None,
        marker: str | None = None,
        paged: bool = False,
    ) -> 'MigrationList':
        """Return the migrations that pass all ``filters``.

        :param marker: uuid of the last migration of the page before
        :param paged: one page, newest first; otherwise all, oldest first
        :raises MarkerNotFound: when no migration has the marker's uuid
        """
        page = Page(limit, marker) if paged else None
        return cls._find(context, filters, page, migration_list_db.ALL)

    @classmethod
    def get_page(
        cls,
        context: RequestContext,
        filters: dict[str, Any],
        page: Page | None,
    ) -> 'MigrationList':
        """Return what lists show; for processes that hold the database."""
        return cls._find(context, filters, page, migration_list_db.SHOWN)

    @classmethod
    def _find(
        cls,
        context: RequestContext,
        filters: dict[str, Any],
        page: Page | None,
        columns: tuple[str, ...],
    ) -> 'MigrationList':
        rows = cell_or_trail.migrations_list(context, filters, page, columns)
        return cls.from_tuples(context, Migration, columns, rows)

    @classmethod
    @base.remotable
    def get_in_progress_by_instance(
        cls,
        context: RequestContext,
        instance_uuid: str,
        migration_type: str | None = None,
    ) -> 'MigrationList':
        """Return a server's migrations the API calls in progress."""
        rows = migration_db.migration_get_in_progress_by_instance(
            context, instance_uuid, migration_type
        )
        return cls.from_rows(context, Migration, rows)

    @classmethod
    def get_with_server(
        cls, context: RequestContext, server_id: str
    ) -> 'tuple[Instance, MigrationList]':
        """Return a server and its live migrations in progress.

        As :meth:`Migration.get_with_server` does.
        """
        found = cell_or_trail.migrations_get(context, server_id)
        server = Instance.from_record(context, found.server)
        return server, cls.from_tuples(
            context, Migration, server_records.MIGRATION, found.rows
        )

    @classmethod
    @base.remotable
    def get_unfinished_by_host(
        cls, context: RequestContext, host: str
    ) -> 'MigrationList':
        """Return the migrations from or to ``host`` that have not ended."""
        rows = migration_db.migration_get_unfinished_by_host(context, host)
        return cls.from_rows(context, Migration, rows)
