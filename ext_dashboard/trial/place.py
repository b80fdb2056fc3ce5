# SPDX-License-Identifier: Apache-2.0
"""The ports, files and passwords of a trial dashboard."""

from collections.abc import Mapping
import dataclasses
import json
import pathlib
import secrets

from ext_lib import private_files

#: Project of both users.
PROJECT = 'demo'
#: Names of the users, and their roles in the project.
USERS = {'admin': 'admin', 'demo': 'member'}
#: The account both services validate tokens with.
SERVICE_USER = 'nova-ext'
SERVICE_PROJECT = 'service'
REGION = 'RegionOne'
#: Variable of Horizon's process, with what is different in each place.
HORIZON_VARIABLE = 'NOVA_EXT_TRIAL_HORIZON'

#: Parts that listen, with their default ports.
PORTS = {
    'dashboard': 18080,
    'identity': 15000,
    'compute': 18774,
    'data-processing': 18386,
}
_PATHS = {
    'dashboard': '/',
    'identity': '/v3',
    'compute': '/v2.1',
    'data-processing': '/v1.1',
}
_SECRETS = 'secrets.json'
_SIGNING = 'django'
_MARK = 'lock'


@dataclasses.dataclass(frozen=True)
class Place:
    """Files and ports of one trial dashboard.

    :param state: directory of all data
    :param host: address to listen on, and in URLs
    :param ports: by part
    """

    state: pathlib.Path
    host: str
    ports: Mapping[str, int]

    def root(self, part: str) -> str:
        """Return the URL of the server of a part."""
        host = f'[{self.host}]' if ':' in self.host else self.host
        return f'http://{host}:{self.ports[part]}'

    def url(self, part: str) -> str:
        """Return the URL of a part, for users."""
        return f'{self.root(part)}{_PATHS[part]}'

    @property
    def lock(self) -> pathlib.Path:
        """The file that one process at a time locks."""
        return self.state / _MARK

    def directory(self, name: str) -> pathlib.Path:
        """Return a private directory in that of all data.

        :raises OSError: when it cannot be made, or others can write to it
        """
        path = self.state / name
        private_files.make_directory(path, _MARK)
        return path

    def log(self, part: str) -> pathlib.Path:
        """Return the file for the log of a part."""
        return self.directory('log') / f'{part}.log'

    def password(self, user: str) -> str:
        """Return the password of a user, the same at every start."""
        return self._secrets()[user]

    @property
    def secret_key(self) -> str:
        """The key that Django signs sessions with."""
        return self._secrets()[_SIGNING]

    def _secrets(self) -> dict[str, str]:
        path = self.state / _SECRETS
        if not path.exists():
            names = (*USERS, SERVICE_USER, _SIGNING)
            made = {name: secrets.token_urlsafe(12) for name in names}
            private_files.write(path, json.dumps(made))
        return json.loads(path.read_text())


def make(state: pathlib.Path, host: str, ports: Mapping[str, int]) -> Place:
    """Return the place, with its directory.

    :raises OSError: when it cannot be made, or others can write to it
    """
    private_files.make_directory(state, _MARK)
    return Place(state.resolve(), host, ports)
