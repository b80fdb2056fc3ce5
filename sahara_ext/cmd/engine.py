# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-engine: carries out what is to be done on clusters."""

from collections.abc import Sequence
import sys

from oslo_config import cfg

from ext_lib import broker
from ext_lib import service
from ext_lib.db import reach
from ext_lib.startup import Program
from sahara_ext.cmd import process
from sahara_ext.db.facade import facade

PROGRAM = Program(
    'sahara-ext-engine',
    'Carry out what is to be done on clusters: create, scale and delete them.',
)


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Run until told to stop; return the exit status."""
    return PROGRAM.run(lambda: _run(argv, conf))


def _run(argv: Sequence[str] | None, conf: cfg.ConfigOpts) -> int:
    process.configure(conf, argv, PROGRAM)
    reach.check(conf)
    facade.configure(conf)
    transport = process.get_transport(conf)
    service.run(
        conf,
        [process.engine_service(conf, transport)],
        first=lambda: broker.wait_after_database(PROGRAM, conf, transport),
    )
    return 0


if __name__ == '__main__':
    sys.exit(main())
