# SPDX-License-Identifier: Apache-2.0
"""The errors of nova_ext, each in one family of ext_lib."""

from ext_lib import exception


class InstanceNotFound(exception.NotFound):
    """No server has this id, or the caller may not see it."""

    msg_fmt = 'Instance %(instance_id)s could not be found.'


class InstanceActionNotFound(exception.NotFound):
    """The server has no action of this request."""

    msg_fmt = 'Action %(request_id)s not found'


class InstanceActionEventNotFound(exception.NotFound):
    """The action has no unfinished event of this name."""

    msg_fmt = 'Event %(event)s not found for action id %(action_id)s'


class MigrationNotFound(exception.NotFound):
    """No migration has this id."""

    msg_fmt = 'Migration %(migration_id)s could not be found.'


class MigrationNotFoundForInstance(MigrationNotFound):
    """The server has no migration with this id."""

    msg_fmt = (
        'Migration %(migration_id)s not found for instance %(instance_id)s'
    )


class LiveMigrationNotFound(MigrationNotFound):
    """The server has no live migration with this id."""

    msg_fmt = (
        'In-progress live migration %(migration_id)s is not found for '
        'server %(instance_id)s.'
    )


class MigrationNotInProgress(exception.NotFound):
    """The migration is over, so its progress cannot be shown."""

    msg_fmt = (
        'Live migration %(migration_id)s for server %(instance_id)s is not '
        'in progress.'
    )


class MigrationNotLive(exception.NotFound):
    """Only live migrations have progress."""

    msg_fmt = (
        'Migration %(migration_id)s for server %(instance_id)s is not '
        'live-migration.'
    )


class InvalidMigration(exception.Invalid):
    """A request names a migration that does not exist."""


class InvalidMigrationState(exception.Invalid):
    """The migration's status does not permit the request."""

    msg_fmt = (
        'Migration %(migration_id)s state of instance %(instance_uuid)s is '
        '%(state)s. Cannot %(method)s while the migration is in this state.'
    )


class FlavorNotFound(exception.NotFound):
    """No flavor has this id."""

    msg_fmt = 'Flavor %(flavor_id)s could not be found.'


class FlavorUnavailable(exception.Invalid):
    """A server is to get a flavor that does not exist."""

    msg_fmt = 'Flavor %(flavor_id)s could not be found.'


class ServiceNotFound(exception.NotFound):
    """No service has this id."""

    msg_fmt = 'Service %(service_id)s could not be found.'


class HostBinaryNotFound(exception.NotFound):
    """No service of this binary runs on the host."""

    msg_fmt = 'Could not find binary %(binary)s on host %(host)s.'


class InstanceInvalidState(exception.Conflict):
    """The server's state does not permit the operation."""

    msg_fmt = (
        "Cannot '%(method)s' instance %(instance_uuid)s while it is in "
        '%(attr)s %(state)s'
    )


class InstanceIsLocked(exception.Conflict):
    """The server is locked and the caller may not override that."""

    msg_fmt = 'Instance %(instance_uuid)s is locked'


class UnexpectedTaskStateError(exception.Conflict):
    """Another process changed the server's task state first."""

    msg_fmt = (
        'Conflict updating instance %(instance_uuid)s. Expected: '
        '%(expected)s. Actual: %(actual)s'
    )


class ServiceInUse(exception.Conflict):
    """A service is to be deleted that runs, or that servers depend on."""

    msg_fmt = 'Service %(service_id)s cannot be deleted: %(reason)s.'


class HostNotRestarted(exception.Invalid):
    """A host is to be marked as up that may still run evacuated servers."""

    msg_fmt = (
        'Host %(host)s cannot be marked as up: %(count)d of its servers were '
        'evacuated, and its compute service has not been restarted since to '
        'remove them.'
    )


class ComputeServiceInUse(exception.Invalid):
    """The server's host is alive, so the server cannot be evacuated."""

    msg_fmt = 'Compute service of %(host)s is still in use.'


class CannotMigrateToSameHost(exception.Invalid):
    """A move must have another host as its destination."""

    msg_fmt = 'Cannot migrate to the host where the server exists.'


class UnableToMigrateToSelf(exception.Invalid):
    """A live migration must have another host as its destination."""

    msg_fmt = (
        'Unable to migrate instance (%(instance_id)s) to current host '
        '(%(host)s).'
    )


class CannotResizeToSameFlavor(exception.Invalid):
    """A resize must change the flavor."""

    msg_fmt = 'When resizing, instances must change flavor!'


class CannotResizeDisk(exception.Invalid):
    """A server with a disk is to get a flavor without one."""

    msg_fmt = 'Server disk was unable to be resized because: %(reason)s'


class BootFromVolumeRequired(exception.Forbidden):
    """A server without a volume is to get a flavor without a disk."""

    msg_fmt = (
        'Only volume-backed servers are allowed for flavors with zero disk.'
    )


#: The usual reason of the next one.
NOT_ENOUGH_HOSTS = 'There are not enough hosts available.'


class NoValidHost(exception.Invalid):
    """The scheduler found no host for the server."""

    msg_fmt = 'No valid host was found. %(reason)s'


class DestinationHostNotFound(exception.Invalid):
    """The requested destination of a move is not a compute host."""

    msg_fmt = 'Compute host %(host)s could not be found.'


class VirtDriverError(exception.Error):
    """The hypervisor refused or failed."""

    msg_fmt = 'Driver method %(method)s failed on purpose.'


class GuestFailed(exception.Error):
    """The hypervisor could not start or stop a guest."""

    msg_fmt = 'Instance %(instance_uuid)s: %(reason)s'


class GuestNotHere(exception.Error):
    """The files of a guest are not on this machine."""

    msg_fmt = (
        'Instance %(instance_uuid)s is not kept on the machine of host '
        '%(host)s.'
    )


class InstanceNotReady(exception.Conflict):
    """The server is on no host yet."""

    msg_fmt = 'Instance %(instance_id)s is not ready'


class InstanceNotResized(exception.Invalid):
    """There is no resize or migration to confirm or to revert."""

    msg_fmt = 'Instance %(instance_id)s has not been resized.'


class ServiceUnavailable(exception.Conflict):
    """The host that has to work on a server is down; users see no name."""

    msg_fmt = 'Service is unavailable at this time.'


class ComputeServiceUnavailable(exception.Invalid):
    """The host that would have to work on a server is down."""

    msg_fmt = 'Compute service of %(host)s is unavailable at this time.'


class HostEvacuated(exception.Error):
    """The server was evacuated while its host was down."""

    msg_fmt = 'Host %(host)s was down; the server was evacuated from it.'


class OperationInterrupted(exception.Error):
    """The service that took a step died before its end."""

    msg_fmt = 'The service on %(host)s ended amid the operation.'


class OperationNotBegun(exception.Error):
    """The message of an accepted operation was lost before it began."""

    msg_fmt = 'The %(action)s was accepted, but lost before it began.'


class TooManyInstances(exception.Forbidden):
    """One request asks for more servers than the quota permits."""

    msg_fmt = 'Quota exceeded for instances: Requested %(count)s of %(limit)s'


class AvailabilityZoneNotFound(exception.Invalid):
    """There is one availability zone, and a request names another."""

    msg_fmt = 'The requested availability zone is not available'


class TaskNotFound(exception.NotFound):
    """No task has this id, or the caller may not see it."""

    msg_fmt = 'Task %(task_id)s could not be found.'


class TaskReservationExists(exception.Conflict):
    """Another task holds the reservation this one asks for."""

    msg_fmt = 'That request is already accepted.'
