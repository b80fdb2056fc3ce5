# SPDX-License-Identifier: Apache-2.0
"""The all-in-one's clouds.yaml: a cloud for each kind of user, to try."""

from collections.abc import Mapping
import pathlib

import yaml

from ext_lib import private_files

#: Name of the file.
FILE = 'clouds.yaml'
#: Name of the cloud, and the token that makes one its user.
USERS = {
    'admin': 'admin:demo',
    'member': 'alice:demo',
    'reader': 'bob:demo:reader',
    'other': 'carol:other',
}


def write(
    directory: pathlib.Path, urls: Mapping[str, str], identity: str
) -> pathlib.Path:
    """Write the file, return its path.

    :param urls: of the endpoints by types of services, compute among them
    """
    path = directory.resolve() / FILE
    clouds = {
        name: {
            'auth_type': 'admin_token',
            'auth': {'endpoint': urls['compute'], 'token': token},
            'identity_api_version': '3',
            'identity_endpoint_override': identity,
            **_overrides(urls),
        }
        for name, token in USERS.items()
    }
    text = yaml.safe_dump({'clouds': clouds}, sort_keys=False)
    private_files.write(path, text)
    return path


def _overrides(urls: Mapping[str, str]) -> dict[str, str]:
    """Return the endpoints of other services, for clients with a token."""
    found = {}
    for service_type, url in urls.items():
        if service_type != 'compute':
            key = service_type.replace('-', '_')
            found[f'{key}_endpoint_override'] = url
            # Commands that do not look at the former look at this.
            found[f'{key}_url'] = url
    return found
