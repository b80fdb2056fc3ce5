# SPDX-License-Identifier: Apache-2.0
"""Enumerations: states of servers, statuses, names of actions.

The values are those of the compute API and of a nova database.
"""

from typing import Final

from oslo_versionedobjects import fields


class VMState:
    """State of a server between operations."""

    ACTIVE: Final = 'active'
    BUILDING: Final = 'building'
    PAUSED: Final = 'paused'
    SUSPENDED: Final = 'suspended'
    STOPPED: Final = 'stopped'
    RESCUED: Final = 'rescued'
    RESIZED: Final = 'resized'
    SOFT_DELETED: Final = 'soft-delete'
    DELETED: Final = 'deleted'
    ERROR: Final = 'error'
    SHELVED: Final = 'shelved'
    SHELVED_OFFLOADED: Final = 'shelved_offloaded'


class TaskState:
    """Operation that is under way on a server; None between operations."""

    SCHEDULING: Final = 'scheduling'
    SPAWNING: Final = 'spawning'

    REBOOTING: Final = 'rebooting'
    REBOOT_PENDING: Final = 'reboot_pending'
    REBOOT_STARTED: Final = 'reboot_started'
    REBOOTING_HARD: Final = 'rebooting_hard'
    REBOOT_PENDING_HARD: Final = 'reboot_pending_hard'
    REBOOT_STARTED_HARD: Final = 'reboot_started_hard'

    PAUSING: Final = 'pausing'
    UNPAUSING: Final = 'unpausing'
    SUSPENDING: Final = 'suspending'
    RESUMING: Final = 'resuming'
    POWERING_OFF: Final = 'powering-off'
    POWERING_ON: Final = 'powering-on'

    REBUILDING: Final = 'rebuilding'
    REBUILD_BLOCK_DEVICE_MAPPING: Final = 'rebuild_block_device_mapping'
    REBUILD_SPAWNING: Final = 'rebuild_spawning'

    RESIZE_PREP: Final = 'resize_prep'
    RESIZE_MIGRATING: Final = 'resize_migrating'
    RESIZE_MIGRATED: Final = 'resize_migrated'
    RESIZE_FINISH: Final = 'resize_finish'
    RESIZE_REVERTING: Final = 'resize_reverting'

    MIGRATING: Final = 'migrating'
    DELETING: Final = 'deleting'


class PowerState:
    """State of a guest, as the hypervisor reports it."""

    NOSTATE: Final = 0
    RUNNING: Final = 1
    PAUSED: Final = 3
    SHUTDOWN: Final = 4
    CRASHED: Final = 6
    SUSPENDED: Final = 7


class MigrationType:
    """Kind of a move of a server."""

    MIGRATION: Final = 'migration'
    RESIZE: Final = 'resize'
    LIVE_MIGRATION: Final = 'live-migration'
    EVACUATION: Final = 'evacuation'

    ALL: Final = (MIGRATION, RESIZE, LIVE_MIGRATION, EVACUATION)


class MigrationStatus:
    """Progress and result of a migration."""

    ACCEPTED: Final = 'accepted'
    QUEUED: Final = 'queued'
    PREPARING: Final = 'preparing'
    RUNNING: Final = 'running'
    PRE_MIGRATING: Final = 'pre-migrating'
    MIGRATING: Final = 'migrating'
    POST_MIGRATING: Final = 'post-migrating'
    FINISHED: Final = 'finished'
    CONFIRMING: Final = 'confirming'
    CONFIRMED: Final = 'confirmed'
    REVERTING: Final = 'reverting'
    REVERTED: Final = 'reverted'
    DONE: Final = 'done'
    COMPLETED: Final = 'completed'
    CANCELLED: Final = 'cancelled'
    FAILED: Final = 'failed'
    ERROR: Final = 'error'

    #: Of live migrations that the API calls in progress; accepted is not one.
    LIVE_IN_PROGRESS: Final = (QUEUED, PREPARING, RUNNING, POST_MIGRATING)
    #: Of migrations that do not change any more.
    ENDED: Final = (
        CONFIRMED, REVERTED, ERROR, FAILED, COMPLETED, CANCELLED, DONE,
    )  # fmt: skip


class ActionName:
    """Names of requests: the `action` key of an instance action."""

    CREATE: Final = 'create'
    DELETE: Final = 'delete'
    START: Final = 'start'
    STOP: Final = 'stop'
    REBOOT: Final = 'reboot'
    PAUSE: Final = 'pause'
    UNPAUSE: Final = 'unpause'
    SUSPEND: Final = 'suspend'
    RESUME: Final = 'resume'
    REBUILD: Final = 'rebuild'
    EVACUATE: Final = 'evacuate'
    RESIZE: Final = 'resize'
    MIGRATE: Final = 'migrate'
    CONFIRM_RESIZE: Final = 'confirmResize'
    REVERT_RESIZE: Final = 'revertResize'
    LIVE_MIGRATION: Final = 'live-migration'
    LIVE_MIGRATION_FORCE_COMPLETE: Final = 'live_migration_force_complete'
    LIVE_MIGRATION_CANCEL: Final = 'live_migration_cancel'
    LOCK: Final = 'lock'
    UNLOCK: Final = 'unlock'
    RESET_STATE: Final = 'resetState'


class EventResult:
    """Result of an event; None while it is open."""

    SUCCESS: Final = 'Success'
    ERROR: Final = 'Error'


class MigrationTypeField(fields.BaseEnumField):
    """One of MigrationType."""

    AUTO_TYPE = fields.Enum(valid_values=MigrationType.ALL)
