# SPDX-License-Identifier: Apache-2.0
"""nova-ext-conductor: the database of compute hosts, and their scheduler."""

from collections.abc import Sequence
import sys

from oslo_config import cfg

from ext_lib import service
from nova_ext.cmd import process
from nova_ext.conductor.manager import ConductorManager
from nova_ext.db.facade import facade


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Run until told to stop; return the exit status."""
    process.configure(conf, argv)
    facade.configure(conf)
    transport = process.get_transport(conf)
    manager = ConductorManager(conf, transport)
    service.run(
        conf,
        [
            process.objects_service(transport, manager.host),
            process.conductor_service(conf, transport, manager),
        ],
    )
    return 0


if __name__ == '__main__':
    sys.exit(main())
