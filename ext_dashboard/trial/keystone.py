# SPDX-License-Identifier: Apache-2.0
"""The keystone of a trial dashboard: its files, and its process."""

import os
import sys

from ext_dashboard.trial import children
from ext_dashboard.trial.place import Place
from ext_dashboard.trial.place import PROJECT
from ext_dashboard.trial.place import REGION
from ext_lib import private_files

PART = 'identity'
MODULE = 'ext_dashboard.trial.keystone'

_CONFIGURATION = """\
[DEFAULT]
log_file = {log}
[database]
connection = sqlite:///{state}/keystone.sqlite
[fernet_tokens]
key_repository = {state}/fernet
[fernet_receipts]
key_repository = {state}/fernet
[credential]
key_repository = {state}/credential
"""
_OWNER = (
    *('--keystone-user', str(os.geteuid())),
    *('--keystone-group', str(os.getegid())),
)
_COMMANDS = (
    ('db_sync',),
    ('fernet_setup', *_OWNER),
    ('credential_setup', *_OWNER),
    (
        'bootstrap',
        *('--bootstrap-project-name', PROJECT),
        *('--bootstrap-region-id', REGION),
    ),
)


def start(place: Place) -> children.Child:
    """Start the process, with a database that the first start makes.

    :raises NotStarted: when a command of keystone fails
    """
    _prepare(place)
    return children.Child(
        PART,
        MODULE,
        [place.host, str(place.ports[PART])],
        place.log(PART),
        {'OS_KEYSTONE_CONFIG_FILES': _configuration(place)},
    )


def _prepare(place: Place) -> None:
    state = place.directory('keystone')
    private_files.write(
        state / 'keystone.conf',
        _CONFIGURATION.format(state=state, log=place.log('keystone')),
    )
    # It is missing until all commands have succeeded.
    made = state / 'made'
    if not made.exists():
        for command in _COMMANDS:
            _manage(place, *command)
        made.touch()


def _manage(place: Place, command: str, *arguments: str) -> None:
    path = os.path.join(sys.prefix, 'bin', 'keystone-manage')
    children.run(
        f'keystone-manage {command}',
        [path, '--config-file', _configuration(place), command, *arguments],
        {
            'OS_BOOTSTRAP_PASSWORD': place.password('admin'),
            'PYTHONWARNINGS': 'ignore',
        },
    )


def _configuration(place: Place) -> str:
    return str(place.state / 'keystone' / 'keystone.conf')


if __name__ == '__main__':
    sys.exit(children.serve('keystone.wsgi.api:application'))
