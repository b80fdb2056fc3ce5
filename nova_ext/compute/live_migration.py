# SPDX-License-Identifier: Apache-2.0
"""Steps of a live migration, on both hosts."""

from concurrent import futures
import dataclasses
import functools
import logging
import threading

from ext_lib.context import acting_for
from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext import step_types
from nova_ext.action_events import Step
from nova_ext.compute.host_step import clear_task
from nova_ext.compute.host_step import Failure
from nova_ext.compute.host_step import Host
from nova_ext.compute.host_step import host_step
from nova_ext.compute.host_step import set_error
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import TaskState
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration
from nova_ext.virt import driver

LOG = logging.getLogger(__name__)

_EVENT = step_types.LIVE_MIGRATION.event


@dataclasses.dataclass
class _Job:
    """A live migration that is queued or runs."""

    #: Begun when the migration was queued.
    step: Step
    migration: Migration
    is_aborted: bool = False
    future: futures.Future[None] | None = None

    def check(self) -> None:
        """Stop the migration if a user has aborted it.

        :raises LiveMigrationAborted: when it was aborted
        """
        if self.is_aborted:
            raise driver.LiveMigrationAborted(
                instance_uuid=self.step.instance_uuid
            )


def _end_migration(failure: Failure) -> None:
    is_aborted = isinstance(failure.error, driver.LiveMigrationAborted)
    instance_updates.end_migration(
        failure.arguments['job'].migration,
        MigrationStatus.CANCELLED if is_aborted else MigrationStatus.ERROR,
    )


def _roll_back(failure: Failure) -> None:
    _end_migration(failure)
    migration: Migration = failure.arguments['job'].migration
    clear_task(failure)
    failure.host.rpcapi.cast(
        failure.context,
        str(migration.dest_compute),
        step_types.ROLLBACK_LIVE_MIGRATION.method,
        instance=Instance(uuid=failure.instance_uuid),
    )


class LiveMigrationSteps:
    """Steps of a live migration on both hosts, and those that steer it.

    :param max_concurrent: migrations that leave this host at the same time;
        the others are queued
    """

    def __init__(self, host: Host, max_concurrent: int) -> None:
        self.host = host
        self._pool = futures.ThreadPoolExecutor(
            max_concurrent, thread_name_prefix=f'{host.name}-live-migration'
        )
        self._guard = threading.Lock()
        self._jobs: dict[str, _Job] = {}

    def wait(self) -> None:
        """Wait for those that run; those in the queue stay unfinished."""
        self._pool.shutdown(cancel_futures=True)

    @host_step(step_types.CHECK_DESTINATION)
    def check_can_live_migrate_destination(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        """Refuse a server that cannot be migrated to this host."""
        self.host.driver.check_can_live_migrate_destination(context, instance)
        self.host.rpcapi.call(
            context, str(instance.host), step_types.CHECK_SOURCE, instance
        )

    @host_step(step_types.CHECK_SOURCE)
    def check_can_live_migrate_source(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        """Refuse a server that cannot be migrated from this host."""
        self.host.driver.check_can_live_migrate_source(context, instance)

    def live_migration(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        migration: Migration,
    ) -> None:
        """Queue the migration of the server to its destination."""
        step = Step(context, instance.uuid, _EVENT, self.host.name)
        if step.is_repeated():
            LOG.info(
                'Instance %s: %s is repeated, ignored', instance.uuid, _EVENT
            )
            return
        self.host.running.add(instance.uuid, _EVENT)
        try:
            step.begin()
            instance_updates.set_status(migration, MigrationStatus.QUEUED)
            LOG.info(
                'Instance %s: migration %s queued', instance.uuid, migration.id
            )
            self._enqueue(
                _Job(dataclasses.replace(step, is_resumed=True), migration)
            )
        except Exception:
            self.host.running.remove(instance.uuid, _EVENT)
            raise

    def _enqueue(self, job: _Job) -> None:
        with self._guard:
            self._jobs[job.step.instance_uuid] = job
            job.future = self._pool.submit(self._run, job)

    @host_step(step_types.PRE_LIVE_MIGRATION)
    def pre_live_migration(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        """Prepare the destination, which is this host."""
        self.host.driver.pre_live_migration(context, instance)

    @host_step(step_types.POST_LIVE_MIGRATION, set_error)
    def post_live_migration_at_destination(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        """Take the server over on this host, the destination."""
        self.host.driver.post_live_migration_at_destination(context, instance)
        instance.host = instance.node = self.host.name
        instance.power_state = self.host.driver.get_power_state(instance)
        instance.task_state = None
        instance.progress = 0
        instance.save(expected_task_state=[TaskState.MIGRATING])

    @host_step(step_types.ROLLBACK_LIVE_MIGRATION)
    def rollback_live_migration_at_destination(
        self, context: RequestContext, *, instance: Instance
    ) -> None:
        """Clean up after a migration that did not arrive."""
        self.host.driver.rollback_live_migration_at_destination(
            context, instance
        )

    @host_step(step_types.FORCE_COMPLETE, is_exclusive=False)
    def live_migration_force_complete(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        migration: Migration,
    ) -> None:
        """Force the copy to complete, at the expense of the server."""
        job = self._jobs.get(instance.uuid)
        if job is None or job.migration.status != MigrationStatus.RUNNING:
            raise _not_running(migration, 'force complete')
        self.host.driver.live_migration_force_complete(instance)

    @host_step(step_types.ABORT, is_exclusive=False)
    def live_migration_abort(
        self,
        context: RequestContext,
        *,
        instance: Instance,
        migration: Migration,
    ) -> None:
        """Abort the copy; the server stays on this host."""
        if not self.abort(instance):
            raise _not_running(migration, 'abort')

    def abort(self, instance: Instance) -> bool:
        """Abort the migration of a server; return whether there was one."""
        with self._guard:
            job = self._jobs.get(instance.uuid)
            if job is None:
                return False
            job.is_aborted = True
        if job.future is not None and job.future.cancel():
            self._cancel(job)
        else:
            self.host.driver.live_migration_abort(instance)
        return True

    def _run(self, job: _Job) -> None:
        uuid, context = job.step.instance_uuid, job.step.context
        with acting_for(context):
            try:
                self._live_migration(
                    context,
                    instance=Instance(uuid=uuid),
                    step=job.step,
                    job=job,
                )
            except Exception:
                LOG.exception('Instance %s: live migration failed', uuid)
            finally:
                self._remove(job)

    def _remove(self, job: _Job) -> None:
        self._jobs.pop(job.step.instance_uuid, None)
        self.host.running.remove(job.step.instance_uuid, _EVENT)

    @host_step(step_types.LIVE_MIGRATION, _roll_back, _end_migration)
    def _live_migration(
        self, context: RequestContext, *, instance: Instance, job: _Job
    ) -> None:
        migration = job.migration
        dest = str(migration.dest_compute)
        job.check()
        instance_updates.set_status(migration, MigrationStatus.PREPARING)
        self.host.rpcapi.call(
            context, dest, step_types.PRE_LIVE_MIGRATION, instance
        )
        job.check()
        instance_updates.set_status(migration, MigrationStatus.RUNNING)
        self.host.driver.live_migration(
            context, instance, dest, functools.partial(_report, job)
        )
        self.host.rpcapi.call(
            context, dest, step_types.POST_LIVE_MIGRATION, instance
        )
        instance_updates.set_status(migration, MigrationStatus.COMPLETED)

    def _cancel(self, job: _Job) -> None:
        """End a migration that was aborted in the queue."""
        uuid = job.step.instance_uuid
        instance_updates.end_migration(
            job.migration, MigrationStatus.CANCELLED
        )
        error = driver.LiveMigrationAborted(instance_uuid=uuid)
        job.step.finish(error)
        instance_updates.update_instance(
            job.step.context, uuid, [TaskState.MIGRATING], task_state=None
        )
        self._remove(job)


def _report(job: _Job, progress: driver.LiveMigrationProgress) -> None:
    job.check()
    for name, value in dataclasses.asdict(progress).items():
        setattr(job.migration, name, value)
    job.migration.save()


def _not_running(
    migration: Migration, method: str
) -> exception.InvalidMigrationState:
    return exception.InvalidMigrationState(
        migration_id=migration.id,
        instance_uuid=migration.instance_uuid,
        state=migration.status,
        method=method,
    )
