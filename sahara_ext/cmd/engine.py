# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-engine: carries out what is to be done on clusters."""

from collections.abc import Sequence
import sys

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib import broker
from ext_lib import configuration
from ext_lib import rpc
from ext_lib import service
from ext_lib import service_log
from ext_lib.db import reach
from ext_lib.startup import Program
from sahara_ext import objects
from sahara_ext.conf import opts
from sahara_ext.db.facade import facade
from sahara_ext.engine import api
from sahara_ext.engine.manager import EngineManager
from sahara_ext.infra.base import load_driver
from sahara_ext.objects.base import Serializer
from sahara_ext.plugins.registry import PluginRegistry

PROGRAM = Program(
    'sahara-ext-engine',
    'Carry out what is to be done on clusters: create, scale and delete them.',
)


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Run until SIGTERM or SIGINT; return the exit status."""
    return PROGRAM.run(lambda: _run(argv, conf))


def _run(argv: Sequence[str] | None, conf: cfg.ConfigOpts) -> int:
    register_opts(conf)
    configuration.read_arguments(conf, argv, 'sahara-ext', PROGRAM)
    objects.register_all()
    reach.check(conf)
    facade.configure(conf)
    transport = rpc.get_transport(conf)
    service.run(
        conf,
        [engine_service(conf, transport)],
        first=lambda: broker.wait_after_database(PROGRAM, conf, transport),
    )
    return 0


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register all options; ``--host`` names the service."""
    configuration.register_opts(conf, opts.register_opts, opts.DEFAULT_OPTS)


def engine_service(
    conf: cfg.ConfigOpts,
    transport: messaging.Transport,
    is_alone: bool = False,
) -> service.Service:
    """Return the service of an engine, not yet started.

    :param is_alone: whether no other engine can be alive
    """
    manager = EngineManager(
        conf, PluginRegistry(conf), load_driver(conf), is_alone
    )
    database = service_log.describe_database(conf.database.connection)
    return EngineService(manager, transport, database)


class EngineService(service.Service):
    """The service of an engine, which releases its clusters when it is to end.

    :param database: described without its password
    """

    def __init__(
        self,
        manager: EngineManager,
        transport: messaging.Transport,
        database: str,
    ) -> None:
        target = messaging.Target(topic=api.TOPIC, server=manager.host)
        log = service_log.ServiceLog(
            'sahara-ext-engine',
            manager.host,
            service_log.describe_broker(transport),
            database,
        )
        super().__init__(manager, transport, target, Serializer(), log=log)
        self._engine = manager

    def stop(self) -> None:
        """Release all clusters, and take no more messages."""
        self._engine.stop_operations()
        super().stop()


if __name__ == '__main__':
    sys.exit(main())
