# SPDX-License-Identifier: Apache-2.0
"""Start of the processes that work on clusters."""

from collections.abc import Sequence

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib import configuration
from ext_lib import rpc
from ext_lib import service_log
from ext_lib.service import Service
from ext_lib.service_log import ServiceLog
from ext_lib.startup import Program
from sahara_ext import objects
from sahara_ext.conf import opts
from sahara_ext.engine import api
from sahara_ext.engine.manager import EngineManager
from sahara_ext.infra.base import load_driver
from sahara_ext.objects.base import Serializer
from sahara_ext.plugins.registry import PluginRegistry

#: For tests, and other callers that have no program.
_ANY = Program('sahara-ext')


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
    configuration.read_arguments(conf, argv, 'sahara-ext', program)
    objects.register_all()


def get_transport(conf: cfg.ConfigOpts) -> messaging.Transport:
    """Return the transport of messages to the other processes."""
    return rpc.get_transport(conf)


def engine_service(
    conf: cfg.ConfigOpts,
    transport: messaging.Transport,
    is_alone: bool = False,
) -> Service:
    """Return the service of an engine, not yet started.

    :param is_alone: whether no other engine can be alive
    """
    return EngineService(
        EngineManager(conf, PluginRegistry(conf), load_driver(conf), is_alone),
        transport,
        service_log.describe_database(conf.database.connection),
    )


class EngineService(Service):
    """The service of an engine, which lets go as soon as it is to end.

    :param database: described without its password
    """

    def __init__(
        self,
        manager: EngineManager,
        transport: messaging.Transport,
        database: str,
    ) -> None:
        target = messaging.Target(topic=api.TOPIC, server=manager.host)
        log = ServiceLog(
            'sahara-ext-engine',
            manager.host,
            service_log.describe_broker(transport),
            database,
        )
        super().__init__(manager, transport, target, Serializer(), log=log)
        self._engine = manager

    def stop(self) -> None:
        """Let go of all clusters, and take no more messages."""
        self._engine.let_go()
        super().stop()
