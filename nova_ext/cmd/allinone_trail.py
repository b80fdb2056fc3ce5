# SPDX-License-Identifier: Apache-2.0
"""The trail of the all-in-one program, in a file beside its database."""

import argparse
from collections.abc import Sequence
import pathlib
import threading

from oslo_config import cfg

from ext_lib import private_files
from ext_lib.db import reach
from ext_lib.service import Runnable
from ext_lib.startup import Program
from nova_ext.db import migration
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail.collector import Collector

_DATABASE = 'trail.sqlite'
#: Seconds between two rounds: who tries it out looks at once.
_INTERVAL = 1


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--no-trail``."""
    parser.add_argument(
        '--no-trail',
        action='store_true',
        help='Keep no records of servers that the database no longer has.',
    )


def set_default(
    conf: cfg.ConfigOpts, state: pathlib.Path, arguments: argparse.Namespace
) -> None:
    """Have a file in the directory of all data be the trail, if any is.

    :param state: that directory
    :param arguments: those of the command line
    """
    if arguments.no_trail:
        # Not only by default: also what is configured is not to be used.
        conf.set_override('connection', None, trail.GROUP)
        return
    path = state.resolve() / _DATABASE
    private_files.prepare_database(path)
    conf.set_default('connection', f'sqlite:///{path}', trail.GROUP)
    conf.set_default('interval', _INTERVAL, trail.GROUP)


def services(program: Program, conf: cfg.ConfigOpts) -> Sequence[Runnable]:
    """Return the collector where there is a trail, which then has its tables.

    :raises NotStarted: when its database refuses, or does not answer
    """
    if not trail.is_configured():
        return []
    reach.wait(program, conf, trail.GROUP)
    migration.trail.sync(trail.facade.get_engine())
    return [CollectorThread(conf)]


class CollectorThread:
    """The collector beside the services whose database it reads."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._collector = Collector(conf)
        self._thread = threading.Thread(
            target=self._collector.run, name='trail', daemon=True
        )

    def start(self) -> None:
        """Begin to follow the database."""
        self._thread.start()

    def stop(self) -> None:
        """Have it end after the batch that it is at."""
        self._collector.stop()

    def wait(self) -> None:
        """Return when it has ended, and another one may lead at once."""
        self._thread.join()
