# SPDX-License-Identifier: Apache-2.0
"""Start of the processes that work on servers."""

from collections.abc import Sequence
import threading

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib import configuration
from ext_lib import rpc
from ext_lib import service_log
from ext_lib.service import Service
from ext_lib.service_log import ServiceLog
from ext_lib.startup import Program
from nova_ext import objects
from nova_ext.compute.manager import ComputeManager
from nova_ext.conductor.manager import ConductorManager
from nova_ext.conductor.manager import ObjectsManager
from nova_ext.conf import opts
from nova_ext.objects.base import NovaExtObject
from nova_ext.objects.base import Serializer
from nova_ext.rpcapi import compute as compute_rpcapi
from nova_ext.rpcapi import conductor as conductor_rpcapi
from nova_ext.virt.driver import ComputeDriver

#: Modules of errors that keep their class on the way between processes.
_EXCEPTION_MODULES = ('nova_ext.exception', 'nova_ext.virt.driver')

#: For tests, and other callers that have no program.
_ANY = Program('nova-ext')


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register all options; ``--host`` names the service."""
    configuration.register_opts(conf, opts.register_opts, opts.DEFAULT_OPTS)


def configure(
    conf: cfg.ConfigOpts,
    argv: Sequence[str] | None,
    program: Program = _ANY,
) -> None:
    """Read the configuration and register the objects.

    Errors are those of :func:`ext_lib.configuration.read_arguments`.
    """
    register_opts(conf)
    configuration.read_arguments(conf, argv, 'nova-ext', program)
    objects.register_all()


def get_transport(conf: cfg.ConfigOpts) -> messaging.Transport:
    """Return the transport of messages to the other processes."""
    return rpc.get_transport(conf, _EXCEPTION_MODULES)


def compute_service(
    conf: cfg.ConfigOpts,
    transport: messaging.Transport,
    driver: ComputeDriver,
    host: str | None = None,
) -> Service:
    """Return the service of a compute host, not yet started."""
    manager = ComputeManager(conf, transport, driver, host)
    return Service(
        manager,
        transport,
        messaging.Target(topic=compute_rpcapi.TOPIC, server=manager.host.name),
        Serializer(),
        conf.compute.workers,
        _log(conf, 'nova-ext-compute', manager.host.name, transport),
    )


def _log(
    conf: cfg.ConfigOpts,
    program: str,
    host: str,
    transport: messaging.Transport,
) -> ServiceLog:
    if NovaExtObject.indirection_api is None:
        database = service_log.describe_database(conf.database.connection)
    else:
        database = 'of the conductors'
    broker = service_log.describe_broker(transport)
    return ServiceLog(program, host, broker, database)


def objects_service(transport: messaging.Transport, host: str) -> Service:
    """Return the service that has the database of hosts, not yet started.

    :param host: of the conductor it belongs to
    """
    return Service(
        ObjectsManager(),
        transport,
        messaging.Target(topic=conductor_rpcapi.OBJECTS_TOPIC, server=host),
        Serializer(),
    )


def conductor_service(
    conf: cfg.ConfigOpts,
    transport: messaging.Transport,
    manager: ConductorManager,
) -> Service:
    """Return the service of a conductor, not yet started."""
    return Service(
        manager,
        transport,
        messaging.Target(topic=conductor_rpcapi.TOPIC, server=manager.host),
        Serializer(),
        log=_log(conf, 'nova-ext-conductor', manager.host, transport),
    )


class Redelivery:
    """Redelivery of the messages that the last process held in memory."""

    def __init__(self, conductor: ConductorManager) -> None:
        self._conductor = conductor

    def start(self) -> None:
        """Redeliver, now that all hosts listen and no client does."""
        self._conductor.redelivery.run(lost_after=0)

    def stop(self) -> None:
        """Do nothing: it is over."""

    def wait(self) -> None:
        """Do nothing: it is over."""


class Grace:
    """The time that hypervisors have to finish when the process ends.

    Services are stopped in reverse order, so this one has to be the last: its
    stop starts the time.

    :param drivers: are interrupted after that time
    """

    def __init__(
        self, conf: cfg.ConfigOpts, drivers: Sequence[ComputeDriver]
    ) -> None:
        self._drivers = drivers
        self._timer = threading.Timer(
            conf.compute.shutdown_grace, self._interrupt
        )
        self._timer.daemon = True

    def start(self) -> None:
        """Do nothing yet."""

    def stop(self) -> None:
        """Start the time."""
        self._timer.start()

    def wait(self) -> None:
        """Do nothing: the others have still to finish."""

    def _interrupt(self) -> None:
        for driver in self._drivers:
            driver.interrupt()
