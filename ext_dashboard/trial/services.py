# SPDX-License-Identifier: Apache-2.0
"""Both services in one process, with the keystone of a trial dashboard."""

import configparser
import io

from ext_dashboard.trial import place as places
from ext_dashboard.trial.children import Child
from ext_dashboard.trial.place import Place
from ext_lib import private_files

PART = 'services'
MODULE = 'nova_ext.cmd.allinone'


def start(place: Place) -> Child:
    """Start the process."""
    _write_configuration(place)
    return Child(PART, MODULE, _arguments(place), place.log(PART), {})


def _write_configuration(place: Place) -> None:
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
    }
    parser = configparser.RawConfigParser()
    parser.read_dict(options)
    text = io.StringIO()
    parser.write(text)
    private_files.write(
        place.directory(PART) / 'services.conf', text.getvalue()
    )


def _arguments(place: Place) -> list[str]:
    state = place.state / PART
    return [
        *('--host', place.host, '--state-dir', str(state)),
        *('--compute-port', str(place.ports['compute'])),
        *('--data-processing-port', str(place.ports['data-processing'])),
        *('--config-file', str(state / 'services.conf')),
    ]
