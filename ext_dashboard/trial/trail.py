# SPDX-License-Identifier: Apache-2.0
"""The collector of a trial dashboard, whose trail the audit reads."""

import subprocess
import sys

from ext_dashboard.trial import services
from ext_dashboard.trial.children import Child
from ext_dashboard.trial.place import Place
from ext_lib.startup_errors import NotStarted

PART = 'trail'
MODULE = 'nova_ext.cmd.trail'


def prepare(place: Place) -> None:
    """Bring the database of the trail to the newest schema.

    :raises NotStarted: when that fails
    """
    services.write_configuration(place)
    done = subprocess.run(  # noqa: S603
        [
            *(sys.executable, '-W', 'ignore', '-m', MODULE),
            *services.configuration(place),
            *('db', 'sync'),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip() or 'no reason').splitlines()[-1]
        raise NotStarted(f'nova-ext-trail db sync: {last}')


def start(place: Place) -> Child:
    """Start the process; the services have a database by now."""
    return Child(
        PART,
        MODULE,
        [*services.configuration(place), 'collect'],
        place.log(PART),
        # Not in the file, which data processing reads too.
        {'OS_DATABASE__CONNECTION': services.database(place)},
    )
