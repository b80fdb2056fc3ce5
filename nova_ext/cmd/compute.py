# SPDX-License-Identifier: Apache-2.0
"""nova-ext-compute: the service of one compute host.

It holds no database: what it loads and stores goes through a conductor.
"""

from collections.abc import Sequence
import sys

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib import broker
from ext_lib import context
from ext_lib import service
from ext_lib import startup_errors
from ext_lib.indirection import NoAnswer
from ext_lib.indirection import ObjectClient
from ext_lib.startup import Program
from nova_ext.cmd import process
from nova_ext.objects.base import NovaExtObject
from nova_ext.rpcapi import conductor
from nova_ext.virt import loader

PROGRAM = Program(
    'nova-ext-compute', 'Carry out what is done to the servers of one host.'
)


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Run until SIGTERM or SIGINT; return the exit status."""
    return PROGRAM.run(lambda: _run(argv, conf))


def _run(argv: Sequence[str] | None, conf: cfg.ConfigOpts) -> int:
    process.configure(conf, argv, PROGRAM)
    transport = process.get_transport(conf)
    client = ObjectClient(conductor.get_objects_client(transport))
    NovaExtObject.indirection_api = client
    driver = loader.load(conf, conf.host)
    service.run(
        conf,
        [
            process.compute_service(conf, transport, driver),
            process.Grace(conf, [driver]),
        ],
        first=lambda: _wait(conf, transport, client),
    )
    return 0


def _wait(
    conf: cfg.ConfigOpts, transport: messaging.Transport, client: ObjectClient
) -> None:
    broker.wait(PROGRAM, conf, transport)

    def attempt() -> None:
        try:
            client.wait_until_ready(context.get_admin_context(), 0)
        except NoAnswer as error:
            raise startup_errors.Unreachable(
                'No conductor answers.'
            ) from error

    PROGRAM.wait(attempt, 'a conductor', conf.start_timeout)


if __name__ == '__main__':
    sys.exit(main())
