# SPDX-License-Identifier: Apache-2.0
"""Checks of compute hosts before the API accepts a request."""

from oslo_config import cfg

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.objects.migration import MigrationList
from nova_ext.objects.service import COMPUTE
from nova_ext.objects.service import Service
from nova_ext.objects.service import ServiceList


class Hosts:
    """The compute services, as recorded in the database.

    :param conf: configuration with ``service_down_time``
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf

    def is_up(self, context: RequestContext, host: str | None) -> bool:
        """Return whether a compute service runs on ``host``."""
        try:
            service = _get(context, host)
        except exception.HostBinaryNotFound:
            return False
        return self._is_up(service)

    def _is_up(self, service: Service) -> bool:
        return service.is_up(self._conf.service_down_time)

    def check_up(self, context: RequestContext, host: str | None) -> None:
        """Refuse a request that ``host`` has to carry out while it is down.

        :raises ServiceUnavailable: without the name of the host, as users
            must not see it
        """
        if not self.is_up(context, host):
            raise exception.ServiceUnavailable()

    def check_live_migration(
        self, context: RequestContext, instance: Instance, host: str | None
    ) -> None:
        """Refuse a live migration for which there are no hosts.

        :param host: the only destination allowed; None for any
        :raises ComputeServiceUnavailable: when the source is down
        :raises UnableToMigrateToSelf: when the destination is the source
        :raises NoValidHost: when no destination is up and enabled
        """
        source = instance.host
        if not self.is_up(context, source):
            raise exception.ComputeServiceUnavailable(host=source)
        if host == source:
            raise exception.UnableToMigrateToSelf(
                instance_id=instance.uuid, host=host
            )
        available = ServiceList.get_available_hosts(
            context, self._conf.service_down_time
        )
        others = [name for name in available if name != source]
        if not others or host not in (None, *others):
            raise exception.NoValidHost(reason=exception.NOT_ENOUGH_HOSTS)

    def check_known(self, context: RequestContext, host: str | None) -> None:
        """Refuse a request for an unknown host.

        :raises DestinationHostNotFound: when there is no such host
        """
        if host is None:
            return
        try:
            _get(context, host)
        except exception.HostBinaryNotFound as error:
            raise exception.DestinationHostNotFound(host=host) from error

    def check_unused(self, context: RequestContext, service: Service) -> None:
        """Refuse to delete a service that is in use.

        :raises ServiceInUse: when it is enabled and up, when servers are on
            its host, or when a migration from or to there has not ended
        """
        reason = self._reason_in_use(context.elevated(), service)
        if reason is not None:
            raise exception.ServiceInUse(
                service_id=service.uuid, reason=reason
            )

    def _reason_in_use(
        self, context: RequestContext, service: Service
    ) -> str | None:
        if service.binary == COMPUTE:
            on_host = {'host': service.host, 'soft_deleted': True}
            if InstanceList.get_by_filters(context, on_host, limit=1):
                return 'its host has servers; move or delete them first'
            if MigrationList.get_unfinished_by_host(
                context, str(service.host)
            ):
                return (
                    'its host has migrations in progress; complete them or '
                    'delete their servers first'
                )
        if not service.disabled and self._is_up(service):
            return 'it is enabled and up; disable or stop it first'
        return None

    def check_restarted(self, context: RequestContext, host: str) -> None:
        """Refuse to mark a host as up that may still run evacuated servers.

        A host removes what it has left of them when its service starts.

        :raises HostNotRestarted: when evacuations from there are ``done``
            and not yet ``completed``
        """
        evacuations = MigrationList.get_by_filters(
            context,
            {
                'source_compute': host,
                'migration_type': MigrationType.EVACUATION,
                'status': MigrationStatus.DONE,
            },
        )
        if evacuations:
            raise exception.HostNotRestarted(host=host, count=len(evacuations))


def _get(context: RequestContext, host: str | None) -> Service:
    return Service.get_by_host_and_binary(context, str(host), COMPUTE)
