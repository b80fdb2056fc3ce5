# SPDX-License-Identifier: Apache-2.0
"""nova-ext-manage: maintenance of the database by operators."""

import argparse
from collections.abc import Sequence
import datetime
import sys
import time
from typing import Any

from oslo_config import cfg

from ext_lib.context import get_admin_context
from ext_lib.db import purge
from ext_lib.db.manage import ManageProgram
from nova_ext.conf import opts
from nova_ext.conf import tasks as tasks_conf
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.db.migration import schema
from nova_ext.objects.task import TaskList
from nova_ext.objects.task_purge import OldTasks

#: Exit status when tasks were to be removed whose tags are still protected.
REFUSED = 2

_LONGEST_SLEEP = 3600.0


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
    parser = commands.add_parser(
        'purge_tasks',
        help='Remove tasks that ended longer ago than tags protect, and '
        'those that no client has read for [tasks] unread_lifetime.',
    )
    age = parser.add_mutually_exclusive_group()
    age.add_argument(
        '--before',
        type=purge.moment,
        metavar='DATE',
        help='Keep what ended at this time or later: ISO 8601, in UTC if it '
        'has no zone.',
    )
    age.add_argument(
        '--age',
        type=purge.number(0, purge.OLDEST),
        metavar='SECONDS',
        help='Keep what ended less than so long ago (default: [tasks] '
        'tag_lifetime or key_lifetime, whichever is longer, which is also '
        'the least).',
    )
    purge.add_arguments(parser, 500, '500')
    parser.add_argument(
        '--sleep',
        type=_seconds,
        default=0.1,
        metavar='SECONDS',
        help='How long to leave the database to others between two '
        'transactions (default: 0.1).',
    )
    parser.set_defaults(run=_purge_tasks)


def _purge_tasks(conf: cfg.ConfigOpts) -> int:
    """Remove tasks that protect nothing; return the exit status."""
    arguments = conf.category
    now = TaskList.get_clock(get_admin_context())
    seconds, what = max(
        (conf.tasks.tag_lifetime, 'Tags'),
        (tasks_conf.key_lifetime(conf), 'Idempotency keys'),
        key=lambda lifetime: lifetime[0],
    )
    latest = _earlier(now, seconds)
    before = arguments.before or latest
    if arguments.age is not None:
        before = _earlier(now, arguments.age)
    if before > latest:
        print(
            f'nova-ext-manage: {what} protect requests for '
            f'{seconds} s after the end of their tasks; none '
            f'that ended since {latest:%Y-%m-%dT%H:%M:%S}Z can be removed.',
            file=sys.stderr,
        )
        return REFUSED
    unread = _earlier(now, conf.tasks.unread_lifetime)
    tasks = OldTasks(before, min(before, unread))
    return _count(tasks) if arguments.dry_run else _remove(tasks, arguments)


def _count(tasks: OldTasks) -> int:
    number = tasks.count(get_admin_context())
    print(f'{number} tasks would be removed')
    return 0


def _remove(tasks: OldTasks, arguments: Any) -> int:
    context = get_admin_context()
    total = 0
    for removed in tasks.purge(context, arguments.batch, arguments.max_rows):
        total += removed
        time.sleep(arguments.sleep)
    return purge.report(
        'tasks', total, arguments.max_rows, lambda: tasks.count(context)
    )


def _earlier(moment: datetime.datetime, seconds: int) -> datetime.datetime:
    return moment - datetime.timedelta(seconds=seconds)


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= _LONGEST_SLEEP:
        raise argparse.ArgumentTypeError(
            f'{text} is not from 0 to {_LONGEST_SLEEP:.0f} seconds'
        )
    return number


if __name__ == '__main__':
    sys.exit(main())
