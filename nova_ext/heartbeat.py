# SPDX-License-Identifier: Apache-2.0
"""Heartbeat of a service: its record in the database, kept up to date."""

from oslo_utils import timeutils

from ext_lib import context as ext_context
from ext_lib.service import PeriodicTask
from nova_ext import exception
from nova_ext.objects.service import Service

#: Told to clients and to peers of other releases.
_VERSION = 1


class Heartbeat:
    """The record of one service.

    :param binary: name of the program, as nova's clients know it
    :param seconds: between two signs
    """

    def __init__(
        self, host: str, binary: str, topic: str, seconds: float
    ) -> None:
        self._host = host
        self._binary = binary
        self._topic = topic
        self._seconds = seconds

    def periodic_task(self) -> PeriodicTask:
        """Return the task that reports at each interval."""
        return PeriodicTask(self.beat, self._seconds)

    def beat(self) -> None:
        """Report now."""
        context = ext_context.get_admin_context()
        try:
            service = Service.get_by_host_and_binary(
                context, self._host, self._binary
            )
        except exception.HostBinaryNotFound:
            # The first time, or an operator deleted the record.
            self._register()
        else:
            service.report_count += 1
            service.last_seen_up = timeutils.utcnow()
            service.save()

    def _register(self) -> None:
        Service(
            ext_context.get_admin_context(),
            host=self._host,
            binary=self._binary,
            topic=self._topic,
            report_count=0,
            last_seen_up=timeutils.utcnow(),
            version=_VERSION,
        ).create()
