# SPDX-License-Identifier: Apache-2.0
"""Horizon with the plugin: its files in this environment, and its process."""

import importlib.util
import json
import pathlib
import shutil
import sys

from ext_dashboard.trial import children
from ext_dashboard.trial import place as places
from ext_dashboard.trial.place import Place
from ext_lib.startup_errors import NotStarted

PART = 'dashboard'
MODULE = 'ext_dashboard.trial.horizon'

_LOCAL_SETTINGS = 'from ext_dashboard.trial.settings import *\n'
#: Packages whose files Horizon reads in its own directories.
_PLUGINS = ('sahara_dashboard', 'ext_dashboard')
_DIRECTORIES = ('enabled', 'local_settings.d')
_COMMANDS = (
    ('collectstatic', '--noinput', '--clear'),
    ('compress', '--force'),
)
#: Of pyScss 1.4.0, the last one, and Horizon 23.3: re of Python 3.11 refuses
#: flags that are not at the start (github.com/Kronuz/pyScss/pull/426).
_SCSS = 'scss'
_REFUSED, _ACCEPTED = '((?i)opacity)', '((?i:opacity))'
_SETTINGS = {'DJANGO_SETTINGS_MODULE': 'openstack_dashboard.settings'}


def install() -> None:
    """Configure the Horizon of this environment, and make static files.

    What an administrator does once for all plugins.

    :raises NotStarted: when a command of Horizon fails
    """
    _repair_scss()
    local = _directory('openstack_dashboard') / 'local'
    (local / 'local_settings.py').write_text(_LOCAL_SETTINGS)
    for name in _DIRECTORIES:
        for package in _PLUGINS:
            _copy(_directory(package) / name, local / name)
    for command in _COMMANDS:
        children.run(
            command[0],
            [sys.executable, '-W', 'ignore', '-m', 'django', *command, '-v0'],
            _SETTINGS,
        )


def _repair_scss() -> None:
    if importlib.util.find_spec(_SCSS) is not None:
        path = _directory(_SCSS) / 'grammar' / 'expression.py'
        path.write_text(path.read_text().replace(_REFUSED, _ACCEPTED))


def _directory(package: str) -> pathlib.Path:
    # Imported, it would read settings.
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise NotStarted(f'{package} is not installed in {sys.prefix}.')
    return pathlib.Path(found.origin).parent


def _copy(source: pathlib.Path, target: pathlib.Path) -> None:
    for path in sorted(source.glob('_[0-9]*.py')):
        shutil.copyfile(path, target / path.name)


def start(place: Place) -> children.Child:
    """Start the process, in an environment where it is installed."""
    found = {
        'hosts': [place.host, 'localhost'],
        'secret_key': place.secret_key,
        'identity': place.url('identity'),
        'sessions': str(place.directory('sessions')),
    }
    return children.Child(
        PART,
        MODULE,
        [place.host, str(place.ports[PART])],
        place.log(PART),
        {places.HORIZON_VARIABLE: json.dumps(found), **_SETTINGS},
    )


if __name__ == '__main__':
    sys.exit(children.serve('ext_dashboard.trial.static_files:application'))
