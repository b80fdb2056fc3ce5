# SPDX-License-Identifier: Apache-2.0
"""The machine that servers run on: a place for those of one test.

Other programs, and other tests, may run servers of their own meanwhile.
"""

from collections.abc import Iterable
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import unittest
import uuid

import fixtures

from ext_lib.testing import servers

_PROGRAMS = ('ip', 'ssh', 'ssh-keygen', 'sshd', 'unshare')
_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
_SECONDS = 60
#: Names that the driver gives to any server.
_ANY = re.compile(r'nova-ext-[0-9a-f-]{36}|nx[0-9a-f]{12}')
#: What changes by itself.
_COUNTERS = re.compile(r'\b(valid_lft|preferred_lft|expires) \S+| id \d+')
_COMMANDS = (
    'ip netns list',
    'ip -o link show',
    'ip -o address show',
    'ip -4 route show table all',
    'ip -6 route show table all',
    'ip rule show',
    'ip -6 rule show',
    'ip neigh show nud permanent',
    'iptables-save',
    'ip6tables-save',
    'nft list ruleset',
)
_SETTINGS = pathlib.Path('/proc/sys/net')
_FORWARDING = ('ipv4/ip_forward', 'ipv6/conf/all/forwarding')


class Machine(fixtures.Fixture):
    """A network, a bridge and a directory for the servers of a test.

    The test is skipped where it is not run by root, or fails if backends are
    required. In the end it fails if anything of the servers is left, or
    anything else of the machine has changed.
    """

    def setUp(self) -> None:
        super().setUp()
        reason = _why_not()
        if reason and os.environ.get(servers.REQUIRE):
            raise AssertionError(reason)
        if reason:
            raise unittest.SkipTest(reason)
        self.path = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.state = str(self.path / 'servers')
        self.bridge = f'nxt{uuid.uuid4().hex[:6]}'
        self.network = _free_network()
        self.options = {
            'bridge': self.bridge,
            'network': self.network,
            'state_path': self.state,
            'shutdown_timeout': '1',
        }
        self.addCleanup(self._remove_all)
        self._before = self.census()
        self._make_key()

    def _remove_all(self) -> None:
        """Remove what a test that failed has left."""
        directory = pathlib.Path(self.state, 'servers')
        for name in os.listdir(directory) if directory.exists() else ():
            namespace = f'nova-ext-{name}'
            pids = subprocess.run(
                ['ip', 'netns', 'pids', namespace],
                capture_output=True,
                text=True,
                check=False,
            )
            for pid in pids.stdout.split():
                os.kill(int(pid), signal.SIGKILL)
            link = f'nx{name.replace("-", "")[:12]}'
            for command in (
                ('link', 'delete', link),
                ('netns', 'delete', namespace),
            ):
                subprocess.run(
                    ['ip', *command], capture_output=True, check=False
                )
        subprocess.run(
            ['ip', 'link', 'delete', self.bridge],
            capture_output=True,
            check=False,
        )

    def variables(self, **options: str) -> dict[str, str]:
        """Return the environment of a service that runs these servers."""
        options = {**self.options, **options}
        return {'OS_COMPUTE__DRIVER': 'namespace'} | {
            f'OS_NAMESPACE__{name.upper()}': value
            for name, value in options.items()
        }

    def _make_key(self) -> None:
        self.key = str(self.path / 'key')
        _run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', self.key)
        self.public_key = pathlib.Path(f'{self.key}.pub').read_text().strip()

    def ssh(
        self, address: str, command: str, login: str = 'cloud-user'
    ) -> str:
        """Log in to a server; return what a command prints there.

        :raises subprocess.CalledProcessError: when it fails
        """
        options = {
            'BatchMode': 'yes',
            'ConnectTimeout': '5',
            'IdentitiesOnly': 'yes',
            'LogLevel': 'ERROR',
            'StrictHostKeyChecking': 'accept-new',
            'UserKnownHostsFile': str(self.path / 'known_hosts'),
        }
        return _run(
            *('ssh', '-F', 'none', '-i', self.key),
            *(f'-o{name}={value}' for name, value in options.items()),
            *(f'{login}@{address}', command),
        )

    def census(self) -> dict[str, list[str]]:
        """Return what there is, but for the servers of others."""
        found = {
            command: sorted(map(self._own, _lines(command)))
            for command in _COMMANDS
            if shutil.which(command.split()[0], path=_PATH)
        }
        found['mounts'] = sorted(
            self._own(line.split(' ', 2)[2])
            for line in _file('/proc/self/mountinfo').splitlines()
            # Where ip-netns(8) keeps names; the first of any program makes it.
            if ' /run/netns ' not in line
        )
        found['processes'] = [
            line for line in _processes() if self.state in line
        ]
        found['settings'] = [
            _file(str(_SETTINGS / name)) for name in _FORWARDING
        ]
        return {
            name: [line for line in lines if line]
            for name, lines in found.items()
        }

    def _own(self, line: str) -> str:
        """Return a line, or nothing when it is of the servers of others."""
        known = {self.bridge, f'{self.bridge}:'}
        directory = pathlib.Path(self.state, 'servers')
        for name in os.listdir(directory) if directory.exists() else ():
            known |= {f'nova-ext-{name}', f'nx{name.replace("-", "")[:12]}'}
        names = {*_ANY.findall(line), *_bridges().intersection(line.split())}
        is_others = bool(names - known)
        return '' if is_others else _COUNTERS.sub('', line).strip()

    def find_left(self, uuids: Iterable[str]) -> list[str]:
        """Return what is left of servers that are deleted."""
        names = [
            name
            for uuid in uuids
            for name in (uuid, f'nx{uuid.replace("-", "")[:12]}')
        ]
        everything = [
            *_lines('ip netns list'),
            *_lines('ip -o link show'),
            *_processes(),
            *_file('/proc/self/mountinfo').splitlines(),
            *(str(path) for path in pathlib.Path(self.state).rglob('*')),
        ]
        return [line for line in everything if any(n in line for n in names)]

    def changes(self) -> dict[str, tuple[list[str], list[str]]]:
        """Return what is not as it was before the servers."""
        after = self.census()
        return {
            name: (lines, after[name])
            for name, lines in self._before.items()
            if lines != after[name]
        }


def _bridges() -> set[str]:
    """Return how lines may name bridges of any servers."""
    names = {
        path.parent.name
        for path in pathlib.Path('/sys/class/net').glob('*/ifalias')
        if _file(str(path)).startswith('nova-ext ')
    }
    return names | {f'{name}:' for name in names}


def _why_not() -> str:
    if os.geteuid() != 0:
        return 'Servers in namespaces take root.'
    missing = [p for p in _PROGRAMS if not shutil.which(p, path=_PATH)]
    return f'There is no program {missing[0]}.' if missing else ''


def _free_network() -> str:
    used = '\n'.join(_lines('ip -4 route show table all'))
    while True:
        beginning = f'10.{random.randint(128, 230)}.{random.randint(0, 255)}.'
        if beginning not in used:
            return f'{beginning}0/24'


def _run(*command: str) -> str:
    done = subprocess.run(
        command,
        env={'PATH': _PATH, 'LC_ALL': 'C'},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=True,
    )
    return done.stdout


def _lines(command: str) -> list[str]:
    return _run(*command.split()).splitlines()


def _file(path: str) -> str:
    return pathlib.Path(path).read_text()


def _processes() -> list[str]:
    found = []
    for entry in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
        try:
            text = entry.read_bytes().replace(b'\0', b' ').decode('latin-1')
        except OSError:
            continue
        if 'nova_ext' not in text:
            found.append(text)
    return found
