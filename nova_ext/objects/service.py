# SPDX-License-Identifier: Apache-2.0
"""Services: the processes that work on servers, and their heartbeats."""

import datetime

from oslo_utils import timeutils
from oslo_utils import uuidutils
from oslo_versionedobjects import fields

from ext_lib import objects
from ext_lib.context import RequestContext
from ext_lib.objects import DateTimeField
from nova_ext import exception
from nova_ext.db.api import service as service_db
from nova_ext.objects import base

#: The program that runs on the host of servers.
COMPUTE = 'nova-compute'
#: The program that schedules servers, for all hosts.
CONDUCTOR = 'nova-conductor'


@base.VersionedObjectRegistry.register
class Service(objects.TimestampedObject, base.NovaExtObject):
    """One process on one host."""

    # 1.21: The fields below
    VERSION = '1.21'

    fields = {
        'id': fields.IntegerField(),
        'uuid': fields.UUIDField(),
        'host': fields.StringField(nullable=True),
        #: Name of the program, e.g. nova-compute.
        'binary': fields.StringField(nullable=True),
        'topic': fields.StringField(nullable=True),
        #: Number of heartbeats.
        'report_count': fields.IntegerField(),
        #: Whether an operator has disabled the host for the scheduler.
        'disabled': fields.BooleanField(default=False),
        'disabled_reason': fields.StringField(nullable=True),
        'last_seen_up': DateTimeField(nullable=True),
        #: Whether an operator has forced it down.
        'forced_down': fields.BooleanField(default=False),
        'version': fields.IntegerField(nullable=True),
    }

    @classmethod
    @base.remotable
    def get_by_id(cls, context: RequestContext, service_id: int) -> 'Service':
        """Return the service with this number.

        :raises ServiceNotFound: when there is none
        """
        return cls.from_row(
            context, service_db.service_get(context, service_id)
        )

    @classmethod
    @base.remotable
    def get_by_uuid(
        cls, context: RequestContext, service_uuid: str
    ) -> 'Service':
        """Return the service with this uuid.

        :raises ServiceNotFound: when there is none
        """
        rows = service_db.service_get_all(context, {'uuid': service_uuid})
        if not rows:
            raise exception.ServiceNotFound(service_id=service_uuid)
        return cls.from_row(context, rows[0])

    @classmethod
    @base.remotable
    def get_by_host_and_binary(
        cls, context: RequestContext, host: str, binary: str
    ) -> 'Service':
        """Return the service of a program on a host.

        :raises HostBinaryNotFound: when there is none
        """
        row = service_db.service_get_by_host_and_binary(context, host, binary)
        return cls.from_row(context, row)

    @base.remotable
    def create(self) -> None:
        """Store the service."""
        if 'uuid' not in self:
            self.uuid = uuidutils.generate_uuid()
        row = service_db.service_create(
            self.obj_context, self.obj_get_changes()
        )
        self.load_row(row)

    @base.remotable
    def save(self) -> None:
        """Store the changed fields.

        :raises ServiceNotFound: when the service was destroyed
        """
        changes = self.obj_get_changes()
        if changes:
            row = service_db.service_update(self.obj_context, self.id, changes)
            self.load_row(row)

    @base.remotable
    def destroy(self) -> None:
        """Delete the service.

        :raises ServiceNotFound: when it was destroyed already
        """
        service_db.service_destroy(self.obj_context, self.id)

    def is_up(self, down_time: float) -> bool:
        """Return whether it has reported within ``down_time`` seconds."""
        if self.forced_down:
            return False
        last = self.last_seen_up or self.created_at
        # The clock of the service may be ahead of the clock here.
        return (
            last is not None
            and abs(timeutils.delta_seconds(last, timeutils.utcnow()))
            <= down_time
        )


@base.VersionedObjectRegistry.register
class ServiceList(objects.ObjectList[Service], base.NovaExtObject):
    """Services."""

    # 1.19: Service 1.21
    VERSION = '1.19'

    fields = {
        'objects': fields.ListOfObjectsField('Service'),
    }

    @classmethod
    @base.remotable
    def get_all(
        cls,
        context: RequestContext,
        host: str | None = None,
        binary: str | None = None,
    ) -> 'ServiceList':
        """Return the services, of a host or a program if given."""
        wanted = {'host': host, 'binary': binary}
        filters = {k: v for k, v in wanted.items() if v is not None}
        rows = service_db.service_get_all(context, filters)
        return cls.from_rows(context, Service, rows)

    @classmethod
    def get_available_hosts(
        cls, context: RequestContext, down_time: float
    ) -> list[str]:
        """Return the compute hosts, by name, that are up and enabled.

        :param down_time: as :meth:`Service.is_up` takes it
        """
        services = cls.get_all(context.elevated(), binary=COMPUTE)
        return sorted(
            str(service.host)
            for service in services
            if not service.disabled and service.is_up(down_time)
        )

    @staticmethod
    def get_silent_hosts(
        context: RequestContext, binary: str, seconds: float
    ) -> list[str]:
        """Return the hosts of a program without heartbeat for ``seconds``.

        Only for processes that hold the database.
        """
        moment = timeutils.utcnow() - datetime.timedelta(seconds=seconds)
        return list(
            service_db.service_get_silent_hosts(context, binary, moment)
        )
