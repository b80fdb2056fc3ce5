# SPDX-License-Identifier: Apache-2.0
"""The all-in-one's clouds.yaml: a cloud for each kind of user, to try."""

import pathlib

import yaml

#: Name of the cloud, and the token that makes one its user.
USERS = {
    'admin': 'admin:demo',
    'member': 'alice:demo',
    'reader': 'bob:demo:reader',
    'other': 'carol:other',
}


def write(
    directory: pathlib.Path, compute: str, identity: str
) -> pathlib.Path:
    """Write the file for these endpoints, return its path."""
    path = (directory / 'clouds.yaml').resolve()
    clouds = {
        name: {
            'auth_type': 'admin_token',
            'auth': {'endpoint': compute, 'token': token},
            'identity_api_version': '3',
            'identity_endpoint_override': identity,
        }
        for name, token in USERS.items()
    }
    path.write_text(yaml.safe_dump({'clouds': clouds}, sort_keys=False))
    return path
