# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-engine: carries out what is to be done on clusters."""

from collections.abc import Sequence
import sys

from oslo_config import cfg

from ext_lib import service
from sahara_ext.cmd import process
from sahara_ext.db.facade import facade


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Run until told to stop; return the exit status."""
    process.configure(conf, argv)
    facade.configure(conf)
    transport = process.get_transport(conf)
    service.run(conf, [process.engine_service(conf, transport)])
    return 0


if __name__ == '__main__':
    sys.exit(main())
