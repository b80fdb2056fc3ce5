# SPDX-License-Identifier: Apache-2.0
"""Both services in one process, with the keystone of a trial dashboard."""

import configparser
import io
import pathlib

from ext_dashboard.trial import place as places
from ext_dashboard.trial.children import Child
from ext_dashboard.trial.place import Place
from ext_lib import private_files

PART = 'services'
MODULE = 'nova_ext.cmd.allinone'
#: Seconds between two rounds of the collector.
_INTERVAL = '1'


def start(place: Place) -> Child:
    """Start the process, with a configuration that is written already."""
    return Child(PART, MODULE, _arguments(place), place.log(PART), {})


def write_configuration(place: Place) -> None:
    """Write the configuration, of the collector too."""
    identity = place.url('identity')
    options = {
        'api': {'auth_strategy': 'keystone'},
        'keystone_authtoken': {
            'auth_type': 'password',
            'auth_url': identity,
            'www_authenticate_uri': identity,
            'username': places.SERVICE_USER,
            'password': place.password(places.SERVICE_USER),
            'project_name': places.SERVICE_PROJECT,
            'user_domain_id': 'default',
            'project_domain_id': 'default',
        },
        'trail': {
            'connection': f'sqlite:///{place.directory(PART)}/trail.sqlite',
            'interval': _INTERVAL,
        },
    }
    parser = configparser.RawConfigParser()
    parser.read_dict(options)
    text = io.StringIO()
    parser.write(text)
    private_files.write(_file(place), text.getvalue())


def configuration(place: Place) -> list[str]:
    """Return the options that name the configuration."""
    return ['--config-file', str(_file(place))]


def database(place: Place) -> str:
    """Return the URL of the database of the compute API."""
    return f'sqlite:///{place.directory(PART)}/nova_ext.sqlite'


def _file(place: Place) -> pathlib.Path:
    return place.directory(PART) / 'services.conf'


def _arguments(place: Place) -> list[str]:
    state = place.state / PART
    return [
        *('--host', place.host, '--state-dir', str(state)),
        *('--compute-port', str(place.ports['compute'])),
        *('--data-processing-port', str(place.ports['data-processing'])),
        *configuration(place),
    ]
