# SPDX-License-Identifier: Apache-2.0
"""A real cloud that belongs to the tests alone.

``NOVA_EXT_REALCLOUD`` names the directory of a program ``realcloud``, which
runs keystone, glance, placement, neutron and nova on this machine. Ours has a
directory, a name, ports and a password of its own, new ones each time, so that
neither another cloud nor what a killed run left behind is ever taken for it.
"""

from collections.abc import Sequence
import functools
import json
import os
import pathlib
import random
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from typing import Any, Final

import requests
import sqlalchemy as sa
import yaml

VARIABLE: Final = 'NOVA_EXT_REALCLOUD'
PLACE: Final = 'NOVA_EXT_REALCLOUD_HOME'
SOURCES: Final = pathlib.Path(__file__).parents[3]
#: Makes it a failure that there is no such program.
REQUIRE: Final = 'NOVA_EXT_REQUIRE_BACKENDS'
UNSET: Final = (
    f'{VARIABLE} is not set. It names the directory of the program realcloud, '
    'which runs a real nova to test against.'
)
_NO_PROGRAM = f'{VARIABLE} leads to no program: {{}}'
_ABSENT = 'There is no cloud in {}: tox -e realnova starts one.'
#: The database server that the cloud uses.
SERVER: Final = 'mysql+pymysql://root@127.0.0.1'
#: Not the one of an environment, which the cloud's shall not depend on.
_PYTHON = os.path.realpath(sys.executable)
_MEMCACHED = 11311
_PORTS = (5000, 8774, 8778, 9292, 9696, _MEMCACHED)
#: Below the ports the kernel gives to clients, which come and go.
_OFFSETS = range(10_000, 20_000)
#: The cloud's own; tests add others.
REGION: Final = 'RegionOne'
_SECONDS = 60


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of programs of the cloud.

    They are to find the package as it is installed, and no other cloud.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name != 'PYTHONPATH' and not name.startswith('REALCLOUD_')
    }
    return {**inherited, 'PIP_DISABLE_PIP_VERSION_CHECK': '1', **variables}


def call(command: Sequence[str], variables: dict[str, str]) -> int:
    """Run a command; return its exit status.

    When this process has to end, so has all the command has started, but
    for what made itself a session of its own.

    :param variables: its environment
    """
    process = subprocess.Popen(command, env=variables, start_new_session=True)
    try:
        return process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def say(text: str) -> None:
    """Print a line of progress."""
    sys.stderr.write(f'[realcloud] {text}\n')


class Cloud:
    """The cloud of the tests, in a directory of theirs.

    ``place`` has the cloud itself in ``home``, what tells it from others, and
    the logs of the last one.
    """

    def __init__(self) -> None:
        self._program = pathlib.Path(
            os.environ[VARIABLE], 'realcloud'
        ).absolute()
        if not self._program.is_file():
            raise RuntimeError(_NO_PROGRAM.format(self._program))
        place = os.environ.get(PLACE) or SOURCES / '.tox' / 'realcloud'
        self.place = pathlib.Path(place).expanduser().absolute()
        self.home = self.place / 'cloud'
        self.conf = self.place / 'tasks.conf'
        self.bin = self.home / 'venv' / 'nova' / 'bin'
        self.logs = self.place / 'log'
        self._pip_cache = self.place / 'pip'
        self._identity = self.place / 'cloud.json'

    @functools.cached_property
    def settings(self) -> dict[str, str]:
        """Settings of the cloud: variables of its program."""
        if not self.exists():
            raise RuntimeError(_ABSENT.format(self.place))
        settings: dict[str, str] = json.loads(self._identity.read_text())
        return settings

    @property
    def database(self) -> str:
        """The URL of the store of tasks."""
        return f'{SERVER}/{self._database}'

    @property
    def _database(self) -> str:
        return f'{self.settings["REALCLOUD_NAME"]}_nova_ext'

    def exists(self) -> bool:
        """Return whether there is a cloud, or what is left of one."""
        return self._identity.exists()

    def run(self, *arguments: str, **variables: str) -> None:
        """Run the program of the cloud."""
        command = [_PYTHON, str(self._program), *arguments]
        found = environment(
            # Wheels built here are bound to the Python they were built with.
            PIP_CACHE_DIR=str(self._pip_cache),
            REALCLOUD_HOME=str(self.home),
            **{**self.settings, **variables},
        )
        if call(command, found):
            raise RuntimeError(f'This went wrong: {shlex.join(command)}')

    def start(self) -> None:
        """Start a cloud where there is none."""
        settings = {
            'REALCLOUD_NAME': f'novaext{secrets.token_hex(4)}',
            'REALCLOUD_PASSWORD': secrets.token_hex(16),
            'REALCLOUD_PORT_OFFSET': str(_free_offset()),
        }
        # Written in one go and before all else: whatever happens, the next
        # run knows what to remove.
        new = self._identity.with_suffix('.new')
        new.write_text(json.dumps(settings, indent=1))
        new.replace(self._identity)
        self._drop_foreign_environments()
        say(f'a cloud of its own in {self.home}: {_told(settings)}')
        try:
            self.run('up')
        except RuntimeError:
            say('once more: a busy machine takes longer than it is given')
            self.run('up')
        self._sql('CREATE DATABASE {}')

    def _drop_foreign_environments(self) -> None:
        """Keep environments of another Python from being mixed with ours."""
        python, ours = self.place / 'python', f'{_PYTHON} {sys.version}'
        if not python.exists() or python.read_text() != ours:
            for made in (self._pip_cache, self.home / 'venv'):
                shutil.rmtree(made, ignore_errors=True)
            python.write_text(ours)

    def restart_nova(self, **variables: str) -> None:
        """Let nova-api read its files again.

        :param variables: say what else changes for it
        """
        settings = {'REALCLOUD_NOVA_PIP': '', **variables}
        self.run('restart', 'nova-api', **settings)

    def manage(self, *arguments: str, expected: Sequence[int] = (0,)) -> None:
        """Run nova-manage.

        :param expected: what it may exit with
        """
        config = self.home / 'etc' / 'nova' / 'nova.conf'
        program = str(self.bin / 'nova-manage')
        command = [program, '--config-file', str(config), *arguments]
        done = subprocess.run(
            command,
            env=environment(),
            check=False,
            capture_output=True,
            text=True,
            timeout=5 * _SECONDS,
        )
        if done.returncode not in expected:
            raise RuntimeError(f'{command}: {done.stdout}{done.stderr}')

    def remove(self) -> None:
        """Stop the cloud and remove it, but for environments and logs."""
        self.run('down')
        log = self.home / 'log'
        if log.exists():
            shutil.rmtree(self.logs, ignore_errors=True)
            log.rename(self.logs)
            say(f'its logs are in {self.logs}')
        self.run('reset')
        try:
            self._sql('DROP DATABASE IF EXISTS {}')
        except sa.exc.OperationalError as error:
            say(f'its databases, if it had any, stay: {error.orig}')
        (self.home / 'settings.json').unlink(missing_ok=True)
        self._identity.unlink()
        del self.settings

    def _sql(self, statement: str) -> None:
        with sa.create_engine(SERVER).begin() as connection:
            connection.execute(sa.text(statement.format(self._database)))

    @functools.cached_property
    def clouds(self) -> Any:
        """Entries of the cloud in clouds.yaml."""
        return yaml.safe_load((self.home / 'clouds.yaml').read_text())[
            'clouds'
        ]

    @property
    def identity_url(self) -> str:
        """The endpoint of keystone."""
        return str(self.clouds['realcloud-admin']['auth']['auth_url'])

    @property
    def memcached(self) -> int:
        """The port of the cloud's memcached."""
        return _MEMCACHED + int(self.settings['REALCLOUD_PORT_OFFSET'])

    @property
    def uwsgi(self) -> str:
        """The program that runs the cloud's APIs."""
        return str(self.home / 'venv' / 'core' / 'bin' / 'uwsgi')

    @functools.cache  # noqa: B019 - one cloud a process
    def session(self, user: str) -> tuple[str, str]:
        """Return a token of a user and the URL of the compute API.

        No other cloud gives one: the password is ours alone.
        """
        answer = self.authenticate(self.password_of(user), self.scope_of(user))
        [url] = (
            endpoint['url']
            for service in answer.json()['token']['catalog']
            if service['type'] == 'compute'
            for endpoint in service['endpoints']
            if endpoint['interface'] == 'public'
            and endpoint['region'] == REGION
        )
        return answer.headers['X-Subject-Token'], url

    def authenticate(self, identity: Any, scope: Any = None) -> Any:
        """Return the answer of keystone with a new token.

        :param identity: what proves who asks, and how
        :param scope: what for; as keystone likes it where there is none
        """
        auth = {'identity': identity}
        if scope is not None:
            auth['scope'] = scope
        answer = requests.post(
            f'{self.identity_url}/auth/tokens',
            json={'auth': auth},
            timeout=_SECONDS,
        )
        answer.raise_for_status()
        return answer

    def password_of(self, user: str) -> Any:
        """Return what proves to keystone that it is a user of the cloud."""
        auth = self.clouds[f'realcloud-{user}']['auth']
        found = {
            'name': auth['username'],
            'password': self.settings['REALCLOUD_PASSWORD'],
            'domain': {'id': auth['user_domain_id']},
        }
        return {'methods': ['password'], 'password': {'user': found}}

    def scope_of(self, user: str) -> Any:
        """Return the project that a user of the cloud works in."""
        auth = self.clouds[f'realcloud-{user}']['auth']
        domain = {'id': auth['project_domain_id']}
        return {'project': {'name': auth['project_name'], 'domain': domain}}

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
        answer = requests.get(url + path, headers=headers, timeout=_SECONDS)
        return answer.json()


def _free_offset() -> int:
    """Return what to add to all ports for them to be free."""
    for offset in random.sample(_OFFSETS, 100):
        if all(_is_free(port + offset) for port in _PORTS):
            return offset
    raise RuntimeError('No ports are free')


def _told(settings: dict[str, str]) -> str:
    name, offset = (
        settings['REALCLOUD_NAME'],
        settings['REALCLOUD_PORT_OFFSET'],
    )
    return f'{name}, ports + {offset}'


def _is_free(port: int) -> bool:
    try:
        socket.create_server(('127.0.0.1', port)).close()
    except OSError:
        return False
    return True
