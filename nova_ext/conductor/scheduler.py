# SPDX-License-Identifier: Apache-2.0
"""Selection of hosts, and scheduling of new servers."""

from collections.abc import Collection
import itertools
import logging

from oslo_config import cfg

from ext_lib import indirection
from ext_lib import service_log
from ext_lib.context import RequestContext
from nova_ext import action_events
from nova_ext import exception
from nova_ext import instance_updates
from nova_ext import step_types
from nova_ext.action_events import Step
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.service import ServiceList
from nova_ext.rpcapi.compute import ComputeAPI
from nova_ext.rpcapi.conductor import REQUESTED_HOST

LOG = logging.getLogger(__name__)


class Scheduler:
    """Round-robin over the hosts; each of them has room for any server.

    :param conf: configuration with ``service_down_time``
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._turns = itertools.count()

    def select_destination(
        self,
        context: RequestContext,
        requested_host: str | None = None,
        exclude: Collection[str | None] = (),
    ) -> str:
        """Return the name of a host that is up and enabled.

        :param requested_host: the only one that will do
        :param exclude: hosts that will not do
        :raises NoValidHost: when none is left
        """
        hosts = [
            host
            for host in ServiceList.get_available_hosts(
                context, self._conf.service_down_time
            )
            if host not in exclude and requested_host in (None, host)
        ]
        if not hosts:
            raise exception.NoValidHost(reason=exception.NOT_ENOUGH_HOSTS)
        if len(hosts) == 1:
            return hosts[0]
        return hosts[next(self._turns) % len(hosts)]


class BuildScheduler:
    """RPC endpoint that sends new servers to hosts.

    :param host: of this service, for the events that it records
    """

    def __init__(
        self, host: str, rpcapi: ComputeAPI, scheduler: Scheduler
    ) -> None:
        self._host = host
        self._rpcapi = rpcapi
        self._scheduler = scheduler

    def schedule_and_build_instances(
        self,
        context: RequestContext,
        *,
        instances: list[Instance],
    ) -> None:
        """Send each server to a host that builds it."""
        for instance in instances:
            if not self._is_waiting(context, instance.uuid):
                continue
            try:
                self._schedule(context, instance)
            except Exception as error:
                # While the database is unreachable it is unknown which hosts
                # are up; redelivery sends the message again.
                if not indirection.is_outage(error):
                    self._fail(context, instance.uuid, error)

    def _step(self, context: RequestContext, uuid: str) -> Step:
        return Step(context, uuid, step_types.SCHEDULE.event, self._host)

    def _schedule(self, context: RequestContext, instance: Instance) -> None:
        event = step_types.SCHEDULE.event
        name = f'Instance {instance.uuid}: {event} on {self._host}'
        with service_log.operation(LOG, name) as outcome:
            host = self._scheduler.select_destination(
                context, instance.system_metadata.get(REQUESTED_HOST)
            )
            self._rpcapi.cast(
                context, host, step_types.BUILD.method, instance=instance
            )
            outcome.text = f'sent to {host}'

    def _is_waiting(self, context: RequestContext, uuid: str) -> bool:
        """Return whether the server is to be built because of this message."""
        try:
            instance = instance_updates.load_instance(context, uuid)
        except exception.InstanceNotFound:
            return False
        return (
            instance.task_state == TaskState.SCHEDULING
            and not self._step(context, uuid).is_repeated()
        )

    def _fail(
        self, context: RequestContext, uuid: str, error: Exception
    ) -> None:
        # As in nova, the step is recorded only when it has failed.
        self._step(context, uuid).fail(error)
        action_events.record_fault(context, uuid, error, self._host)
        instance_updates.update_instance(
            context,
            uuid,
            [TaskState.SCHEDULING],
            task_state=None,
            vm_state=VMState.ERROR,
        )
