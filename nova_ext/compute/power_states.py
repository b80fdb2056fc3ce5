# SPDX-License-Identifier: Apache-2.0
"""Power states of guests that change without a request."""

import logging

from ext_lib import context as ext_context
from nova_ext import exception
from nova_ext.compute.host_step import Host
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList

LOG = logging.getLogger(__name__)


class PowerStateSync:
    """Synchronizes power states of a host's servers with the hypervisor."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def sync(self) -> None:
        """Store the power states that have changed.

        Servers with a task state are left to their operation.
        """
        context = ext_context.get_admin_context()
        for instance in InstanceList.get_by_host(context, self._host.name):
            if instance.task_state is None:
                self._sync(instance)

    def _sync(self, instance: Instance) -> None:
        found = self._host.driver.get_power_state(instance)
        if found == (instance.power_state or 0):
            return
        LOG.warning(
            'Instance %s: the power state is %s and was %s',
            instance.uuid,
            found,
            instance.power_state,
        )
        instance.power_state = found
        try:
            instance.save(expected_task_state=[None])
        except (
            exception.InstanceNotFound,
            exception.UnexpectedTaskStateError,
        ):
            LOG.info(
                'Instance %s: the power state is not stored, as a request '
                'has changed the server',
                instance.uuid,
            )
