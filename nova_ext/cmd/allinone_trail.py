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
#: Seconds between two rounds; few, as it runs for trials.
_INTERVAL = 1


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--no-trail``."""
    parser.add_argument(
        '--no-trail',
        action='store_true',
        help='Keep no trail: no records of servers that were purged.',
    )


def set_default(
    conf: cfg.ConfigOpts, state: pathlib.Path, arguments: argparse.Namespace
) -> None:
    """Set the default of the trail: a file in the state directory.

    :param state: that directory
    :param arguments: those of the command line
    """
    if arguments.no_trail:
        # This also overrides a configured database.
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
    """The collector, in a thread beside the services."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._collector = Collector(conf)
        self._thread = threading.Thread(
            target=self._collector.run, name='trail', daemon=True
        )

    def start(self) -> None:
        """Begin to follow the database."""
        self._thread.start()

    def stop(self) -> None:
        """Have it end after the present batch."""
        self._collector.stop()

    def wait(self) -> None:
        """Wait until it has ended and released its lease."""
        self._thread.join()
