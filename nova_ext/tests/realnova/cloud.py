# SPDX-License-Identifier: Apache-2.0
"""A real cloud, and the tasks filter in its nova-api.

``NOVA_EXT_REALCLOUD`` names the directory of a program ``realcloud``, which
runs keystone, glance, placement, neutron and nova on this machine. As a
program this module puts the filter into it, or takes it out again::

    python -m nova_ext.tests.realnova.cloud install|remove
"""

import functools
import os
import pathlib
import subprocess
import sys
import time
from typing import Any

import requests
import sqlalchemy as sa
import yaml

VARIABLE = 'NOVA_EXT_REALCLOUD'
UNSET = (
    f'{VARIABLE} is not set. It names the directory of the program realcloud, '
    'which runs a real nova to test against.'
)
_PASTE = """\
[filter:tasks]
paste.filter_factory = nova_ext.tests.realnova.switch:filter_factory
config_file = {conf}
"""
_CONF = """\
[database]
connection = {url}

[tasks]
request_timeout = 60
"""
_SOURCES = pathlib.Path(__file__).parents[3]


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of programs that shall find no sources here.

    They are to use the package as it is installed.
    """
    inherited = {k: v for k, v in os.environ.items() if k != 'PYTHONPATH'}
    return {**inherited, **variables}


class Cloud:
    """The cloud of this machine."""

    def __init__(self) -> None:
        self.program = pathlib.Path(os.environ[VARIABLE], 'realcloud')
        home = os.environ.get('REALCLOUD_HOME', '~/.cache/realcloud')
        self.home = pathlib.Path(home).expanduser()
        self.name = os.environ.get('REALCLOUD_NAME', 'rc')
        self.place = self.home / 'nova-ext'
        self.conf = self.place / 'tasks.conf'
        self.bin = self.home / 'venv' / 'nova' / 'bin'

    def run(self, *arguments: str, **variables: str) -> None:
        """Run the program of the cloud."""
        subprocess.run(
            [str(self.program), *arguments],
            env=environment(**variables),
            check=True,
        )

    def install(self) -> None:
        """Start the cloud, and put the filter into its nova-api."""
        self.run('up')
        self.place.mkdir(exist_ok=True)
        paste = self.place / 'paste.ini'
        paste.write_text(_PASTE.format(conf=self.conf))
        self.conf.write_text(_CONF.format(url=self._database()))
        before = self._packages()
        self.run(
            'restart',
            'nova-api',
            REALCLOUD_NOVA_PIP=str(self._wheel()),
            REALCLOUD_NOVA_PASTE_FILTERS='tasks',
            REALCLOUD_NOVA_PASTE_INI=str(paste),
        )
        after = self._packages()
        changed = {n for n in before if before[n] != after.get(n)}
        if changed - {'nova-ext'}:
            raise SystemExit(f'Installing changed {changed}')
        manage = str(self.bin / 'nova-ext-manage')
        sync = [manage, '--config-file', str(self.conf), 'db', 'sync']
        subprocess.run(sync, check=True, env=environment())

    def remove(self) -> None:
        """Let nova-api run without the filter."""
        self.run(
            'restart',
            'nova-api',
            REALCLOUD_NOVA_PIP='',
            REALCLOUD_NOVA_PASTE_FILTERS='',
            REALCLOUD_NOVA_PASTE_INI='',
        )
        pip = [str(self.bin / 'pip'), 'uninstall', '-q', '-y', 'nova-ext']
        subprocess.run(pip, check=True, env=environment())

    def _database(self) -> str:
        server = 'mysql+pymysql://root@127.0.0.1'
        name = f'{self.name}_nova_ext'
        engine = sa.create_engine(server)
        with engine.begin() as connection:
            connection.execute(
                sa.text(f'CREATE DATABASE IF NOT EXISTS {name}')
            )
        return f'{server}/{name}'

    def _wheel(self) -> pathlib.Path:
        # A new version each time, so that pip takes it for another.
        for old in self.place.glob('*.whl'):
            old.unlink()
        subprocess.run(
            [
                *(str(self.bin / 'pip'), 'wheel', '-q', '--no-deps'),
                *('-w', str(self.place), str(_SOURCES)),
            ],
            env=environment(PBR_VERSION=f'0.0.0.dev{int(time.time())}'),
            check=True,
        )
        [wheel] = self.place.glob('*.whl')
        return wheel

    def _packages(self) -> dict[str, str]:
        freeze = subprocess.run(
            [str(self.bin / 'pip'), 'list', '--format=freeze'],
            check=True,
            capture_output=True,
            text=True,
            env=environment(),
        )
        pairs = (line.partition('==') for line in freeze.stdout.split())
        return {name: version for name, _, version in pairs}

    @functools.cached_property
    def clouds(self) -> Any:
        """What clients are told of the cloud."""
        return yaml.safe_load((self.home / 'clouds.yaml').read_text())[
            'clouds'
        ]

    @functools.cache  # noqa: B019 - one cloud a process
    def session(self, user: str) -> tuple[str, str]:
        """Return a token of a user and the URL of the compute API."""
        auth = self.clouds[f'realcloud-{user}']['auth']
        answer = requests.post(
            f'{auth["auth_url"]}/auth/tokens',
            json={'auth': _auth(auth)},
            timeout=60,
        )
        answer.raise_for_status()
        [url] = (
            endpoint['url']
            for service in answer.json()['token']['catalog']
            if service['type'] == 'compute'
            for endpoint in service['endpoints']
            if endpoint['interface'] == 'public'
        )
        return answer.headers['X-Subject-Token'], url

    @functools.cached_property
    def image(self) -> str:
        """The id of the image there is."""
        return str(self._get('/images')['images'][0]['id'])

    def flavor(self, name: str) -> str:
        """Return the id of a flavor."""
        flavors = self._get('/flavors')['flavors']
        [found] = (f['id'] for f in flavors if f['name'] == name)
        return str(found)

    def _get(self, path: str) -> Any:
        token, url = self.session('demo')
        headers = {'X-Auth-Token': token}
        return requests.get(url + path, headers=headers, timeout=60).json()


def _auth(auth: Any) -> Any:
    user = {
        'name': auth['username'],
        'password': auth['password'],
        'domain': {'id': auth['user_domain_id']},
    }
    project = {
        'name': auth['project_name'],
        'domain': {'id': auth['project_domain_id']},
    }
    return {
        'identity': {'methods': ['password'], 'password': {'user': user}},
        'scope': {'project': project},
    }


def main() -> None:
    """Install or remove, as the command line says."""
    if not os.environ.get(VARIABLE):
        raise SystemExit(UNSET)
    work = {'install': Cloud.install, 'remove': Cloud.remove}
    work[sys.argv[1]](Cloud())


if __name__ == '__main__':
    main()
