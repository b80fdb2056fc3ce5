# SPDX-License-Identifier: Apache-2.0
"""What a trial dashboard prints once it can be used."""

import json
import pathlib
import sys
from typing import Any

import yaml

from ext_dashboard.trial import place as places
from ext_dashboard.trial.place import Place
from ext_lib import private_files

_CLOUDS = 'clouds.yaml'
_CLUSTER = 'cluster.json'
_IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
_INSTANCES = 30
#: A cluster long enough to be watched, one instance of which fails.
_FAILS: dict[str, Any] = {
    'name': 'hadoop',
    'plugin_name': 'fake',
    'hadoop_version': '0.1',
    'default_image_id': _IMAGE,
    'cluster_configs': {
        'fake': {'seconds': 20, 'fail_step': 'Configuring instances'}
    },
    'node_groups': [
        {
            'name': 'worker',
            'count': _INSTANCES,
            'flavor_id': '1',
            'node_processes': ['datanode'],
        }
    ],
}
_TO_TRY = """\
Log in, then try these, for instance, in another terminal:

  export PATH={bin}:$PATH
  export OS_CLIENT_CONFIG_FILE={clouds} OS_CLOUD=demo
  openstack dataprocessing cluster create --json {cluster}
  openstack server create one --flavor m1.tiny --nic none --wait \
--image {image} --property fake:fail=migrate
  openstack --os-cloud admin server migrate one
"""


def show(place: Place) -> None:
    """Print URLs, users and commands."""
    for part in places.PORTS:
        print(f'{part}: {place.url(part)}')
    clouds = place.state / _CLOUDS
    private_files.write(clouds, _clouds(place))
    print(f'clouds: {_short(clouds)}')
    for user in reversed(places.USERS):
        print(f'user: {user}, password: {place.password(user)}')
    print()
    cluster = place.state / _CLUSTER
    private_files.write(cluster, json.dumps(_FAILS, indent=1))
    print(
        _TO_TRY.format(
            bin=pathlib.Path(sys.prefix, 'bin'),
            clouds=_short(clouds),
            cluster=_short(cluster),
            image=_IMAGE,
        )
    )
    print('ready', flush=True)


def _short(path: pathlib.Path) -> pathlib.Path:
    """Return the path from the current directory, if it is in there."""
    current = pathlib.Path.cwd()
    return path.relative_to(current) if path.is_relative_to(current) else path


def _clouds(place: Place) -> str:
    clouds = {
        user: {
            'region_name': places.REGION,
            # There is no image service; the compute API has single images.
            'image_endpoint_override': place.url('compute'),
            'auth': {
                'auth_url': place.url('identity'),
                'username': user,
                'password': place.password(user),
                'user_domain_id': 'default',
                'project_name': places.PROJECT,
                'project_domain_id': 'default',
            },
        }
        for user in places.USERS
    }
    return str(yaml.safe_dump({'clouds': clouds}, sort_keys=False))
