# SPDX-License-Identifier: Apache-2.0
"""nova-ext-conductor: the database of compute hosts, and their scheduler."""

from collections.abc import Sequence
import sys

from oslo_config import cfg

from ext_lib import broker
from ext_lib import service
from ext_lib.db import reach
from ext_lib.startup import Program
from nova_ext.cmd import process
from nova_ext.conductor.manager import ConductorManager
from nova_ext.db.facade import facade

PROGRAM = Program(
    'nova-ext-conductor',
    'Place servers on hosts, answer the object calls of compute hosts, and '
    'look for operations that got lost.',
)


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Run until SIGTERM or SIGINT; return the exit status."""
    return PROGRAM.run(lambda: _run(argv, conf))


def _run(argv: Sequence[str] | None, conf: cfg.ConfigOpts) -> int:
    process.configure(conf, argv, PROGRAM)
    reach.check(conf)
    facade.configure(conf)
    transport = process.get_transport(conf)
    manager = ConductorManager(conf, transport)
    service.run(
        conf,
        [
            process.objects_service(transport, manager.host),
            process.conductor_service(conf, transport, manager),
        ],
        first=lambda: broker.wait_after_database(PROGRAM, conf, transport),
    )
    return 0


if __name__ == '__main__':
    sys.exit(main())
