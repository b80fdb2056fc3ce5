# SPDX-License-Identifier: Apache-2.0
"""nova-ext-manage: maintenance of the database by operators."""

from collections.abc import Sequence
import sys
from typing import Any

from oslo_config import cfg

from ext_lib.db.manage import ManageProgram
from nova_ext.cmd import purge_tasks
from nova_ext.conf import opts
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Carry out the command in ``argv``; return the exit status."""
    program = ManageProgram(
        name='nova-ext-manage',
        description='Maintain the database of servers and tasks.',
        project='nova-ext',
        register_opts=opts.register_opts,
        facade=facade,
        schema=schema,
        metadata=models.Base.metadata,
        add_commands=_add_commands,
        part_option='--tasks',
        part_help='Create the tables of tasks only, in a database that '
        'nothing but the tasks filter uses.',
    )
    return program.main(argv, conf)


def _add_commands(_categories: Any, commands: Any) -> None:
    purge_tasks.add_parser(commands)


if __name__ == '__main__':
    sys.exit(main())
