# SPDX-License-Identifier: Apache-2.0
"""nova-ext-compute: the service of one compute host.

It holds no database: what it loads and stores goes through a conductor.
"""

from collections.abc import Sequence
import sys

from oslo_config import cfg

from ext_lib import context
from ext_lib import service
from ext_lib.indirection import ObjectClient
from nova_ext.cmd import process
from nova_ext.objects.base import NovaExtObject
from nova_ext.rpcapi import conductor
from nova_ext.virt.fake import FakeDriver

#: How long to wait for a conductor, in seconds.
_PATIENCE = 600


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Run until told to stop; return the exit status."""
    process.configure(conf, argv)
    transport = process.get_transport(conf)
    client = ObjectClient(conductor.get_objects_client(transport))
    NovaExtObject.indirection_api = client
    driver = FakeDriver(conf)
    service.run(
        conf,
        [
            process.compute_service(conf, transport, driver),
            process.Grace(conf, [driver]),
        ],
        first=lambda: client.wait_until_ready(
            context.get_admin_context(), _PATIENCE
        ),
    )
    return 0


if __name__ == '__main__':
    sys.exit(main())
