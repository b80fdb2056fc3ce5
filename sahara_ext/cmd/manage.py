# SPDX-License-Identifier: Apache-2.0
"""sahara-ext-manage: maintenance of the database, and its engines."""

from collections.abc import Sequence
import sys
from typing import Any

from oslo_config import cfg

from ext_lib.db.manage import ManageProgram
from sahara_ext.cmd import engines
from sahara_ext.cmd import purge_events
from sahara_ext.conf import opts
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.db.migration import schema


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Carry out the command in ``argv``; return the exit status."""
    program = ManageProgram(
        name='sahara-ext-manage',
        description='Maintain the database of clusters, and list engines.',
        project='sahara-ext',
        register_opts=opts.register_opts,
        facade=facade,
        schema=schema,
        metadata=models.Base.metadata,
        add_commands=_add_commands,
    )
    return program.main(argv, conf)


def _add_commands(categories: Any, _commands: Any) -> None:
    engines.add_parser(categories)
    purge_events.add_parser(categories)


if __name__ == '__main__':
    sys.exit(main())
