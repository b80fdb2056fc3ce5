# SPDX-License-Identifier: Apache-2.0
"""The page on audits beside a nova-api, followed to the letter.

Its SQL, its configuration and the files it names are used as they are, but
for the addresses, names and passwords of this machine. HAProxy stands before
a real nova, and released clients ask it at the versions they choose.
"""

import configparser
import json
import os
import pathlib
import re
import shutil
from typing import Any
import unittest

import fixtures
from keystoneauth1 import session
from keystoneauth1 import token_endpoint
from novaclient import api_versions
from novaclient import client as novaclient
import openstack
import requests
import yaml

from ext_lib.testing import openstackclient
from ext_lib.testing import polling
from ext_lib.testing import ports
from ext_lib.testing import process
from ext_lib.tests.realcloud import api
from ext_lib.tests.realcloud import cloud
from ext_lib.tests.realcloud import options
from ext_lib.tests.realcloud import realm
from nova_ext.tests.realcloud import base
from nova_ext.tests.realcloud import cells

_PAGE = cloud.SOURCES / 'doc' / 'source' / 'admin' / 'replica.rst'
_PROXY = cloud.SOURCES / 'etc' / 'haproxy' / 'nova-ext-audit.cfg'
_UWSGI = cloud.SOURCES / 'etc' / 'uwsgi' / 'nova-ext-audit.ini'
_BLOCK = re.compile(
    r'^ +\.\. code-block:: (\w+)\n\n((?:(?: {6}.*)?\n)+)', re.MULTILINE
)
#: A line of the request log: what was asked, the answer, the version.
_ASKED = re.compile(
    r'"GET (/v2\.1/[^"\s]+)" status: (\d+) .*microversion: (\S+)'
)
#: Where Debian has HAProxy, and a user's PATH does not lead.
_SYSTEM = '/usr/sbin'


def haproxy() -> str:
    """Return the program HAProxy.

    :raises SkipTest: where it is not installed
    :raises AssertionError: likewise, when it is required
    """
    found = shutil.which('haproxy', path=f'{os.environ["PATH"]}:{_SYSTEM}')
    if found is None:
        why = 'HAProxy is not installed: apt-get install haproxy'
        if os.environ.get(cloud.REQUIRE):
            raise AssertionError(why)
        raise unittest.SkipTest(why)
    return found


def blocks(language: str) -> list[str]:
    """Return the code blocks of the page in a language."""
    return [
        '\n'.join(line.strip() for line in text.strip().splitlines())
        for name, text in _BLOCK.findall(_PAGE.read_text())
        if name == language
    ]


def put(text: str, places: dict[str, str]) -> str:
    """Return a text with what is different on this machine.

    :raises AssertionError: when it does not have what is to be replaced
    """
    for old, new in places.items():
        if old not in text:
            raise AssertionError(f'{old} is not in {text}')
        text = text.replace(old, new)
    return text


class ReplicaAudit(fixtures.Fixture):
    """The audit as the page sets it up; ``port`` is where it listens.

    :param of: the cloud with the nova
    :param region: of the test
    """

    def __init__(self, of: cloud.Cloud, region: realm.Realm) -> None:
        super().__init__()
        self._cloud = of
        self._realm = region

    def _setUp(self) -> None:
        name = self._cloud.settings['REALCLOUD_NAME']
        account = f'audit_{name}'
        databases = {
            'nova_cell0': f'{name}_nova_cell0',
            'nova_cell1': f'{name}_nova',
        }
        [sql] = blocks('sql')
        self.addCleanup(cells.execute, f"DROP USER IF EXISTS '{account}'@'%'")
        cells.execute(
            *put(sql, {**databases, "'audit'": f"'{account}'"})
            .rstrip(';')
            .split(';\n')
        )
        [ini] = [text for text in blocks('ini') if '[cells]' in text]
        parser = configparser.RawConfigParser()
        parser.read_string(
            put(
                ini,
                {
                    '@cell1': '@127.0.0.1',
                    '@controller': '@127.0.0.1',
                    '//audit:': f'//{account}:',
                    **{f'/{k}': f'/{v}' for k, v in databases.items()},
                },
            )
        )
        directory = self.useFixture(fixtures.TempDir()).path
        config = pathlib.Path(directory, 'nova-ext.conf')
        user = self._realm.add_user('nova-ext')
        options.write(
            config,
            {s: dict(parser[s]) for s in parser.sections()},
            {'keystone_authtoken': self._realm.authtoken(user)},
        )
        self.port = ports.free_port()
        self.api = self.useFixture(
            api.Api(
                self._cloud.uwsgi,
                _UWSGI.stem,
                self.port,
                config,
                'OS_NOVA_EXT_CONFIG_FILES',
            )
        )
        self.api.wait()

    def asked(self) -> list[tuple[str, str, str]]:
        """Return the requests it has answered: path, status and version."""
        return _ASKED.findall(self.api.output.read_text(errors='replace'))


class Proxy(fixtures.Fixture):
    """HAProxy with the file that the page names; ``url`` leads to nova.

    :param nova: the endpoint of the nova behind it
    :param audit: the port of the audit
    """

    def __init__(self, nova: str, audit: int) -> None:
        super().__init__()
        self._nova = nova.partition('://')[2].partition('/')[0]
        self._audit = audit

    def _setUp(self) -> None:
        program = haproxy()
        directory = self.useFixture(fixtures.TempDir()).path
        config = pathlib.Path(directory, 'haproxy.cfg')
        port = ports.free_port()
        config.write_text(
            put(
                _PROXY.read_text(),
                {
                    '203.0.113.1:8774': f'127.0.0.1:{port}',
                    '192.0.2.1:8774': self._nova,
                    '127.0.0.1:8784': f'127.0.0.1:{self._audit}',
                },
            )
        )
        self.url = f'http://127.0.0.1:{port}/v2.1'
        self._process = self.useFixture(
            process.Program([program, '-db', '-f', str(config)], directory)
        )
        polling.wait_until(self._answers, f'{self.url} to answer', 60)

    def _answers(self) -> bool:
        self._process.check()
        try:
            return requests.get(f'{self.url}/', timeout=60).ok
        except requests.ConnectionError:
            return False


class TestReplica(base.TestCase):
    """Clients do not notice the audit, but for the load it takes."""

    def setUp(self) -> None:
        super().setUp()
        haproxy()
        self.realm = self.useFixture(realm.Realm(self.cloud))
        self.audit = self.useFixture(ReplicaAudit(self.cloud, self.realm))
        self.token, nova = self.cloud.session('admin')
        self.proxy = self.useFixture(Proxy(nova, self.audit.port))
        self.realm.add_endpoint('compute', self.proxy.url)
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.clouds = pathlib.Path(self.directory, 'clouds.yaml')
        self.realm.write_clouds(self.clouds)
        self.name = self.new_tag()
        self.server = self.stopped()

    def stopped(self) -> str:
        """Return the id of a server that was stopped."""
        made = self.ask('POST', '/servers', self.server_body(self.name))
        server = str(made.json['server']['id'])
        self.wait_for(server, 'ACTIVE')
        self.ask('POST', f'/servers/{server}/action', {'os-stop': None})
        self.wait_for(server, 'SHUTOFF')
        return server

    def wait_for(self, server: str, status: str) -> None:
        polling.wait_until(
            lambda: (
                self.ask('GET', f'/servers/{server}').json['server']['status']
                == status
            ),
            f'{server} to be {status}',
            120,
        )

    def openstack(self, *words: str, **variables: str) -> Any:
        """Return what a command of openstackclient prints."""
        done = openstackclient.run(
            self.directory,
            ['--os-cloud', 'admin', *words, '-f', 'json'],
            {'OS_CLIENT_CONFIG_FILE': str(self.clouds), **variables},
        )
        self.assertEqual(0, done.returncode, f'{words}: {done.stderr}')
        return json.loads(done.stdout)

    def check_asked(self, *expected: tuple[str, str]) -> None:
        """Check what the audit was asked since the last time.

        :param expected: ends of paths with the version they were asked at
        """
        found = self.audit.asked()[self.seen :]
        self.seen += len(found)
        for path, status, _ in found:
            self.assertEqual('200', status, path)
        asked = {
            (path.partition('?')[0].rpartition('/')[2], version)
            for path, _, version in found
        }
        self.assertLessEqual(set(expected), asked, found)

    seen = 0

    def test_clients_choose_their_versions(self) -> None:
        self.use_openstackclient()
        self.use_openstacksdk()
        self.use_novaclient()
        self.check_rest()
        self.check_fallback()

    def use_openstackclient(self) -> None:
        listed = self.openstack('server', 'event', 'list', self.server)
        stop = listed[0]
        self.assertEqual('stop', stop['Action'])
        shown = self.openstack(
            'server', 'event', 'show', self.server, stop['Request ID']
        )
        self.assertEqual('stop', shown['action'])
        self.assertIn('compute_stop_instance', str(shown['events']))
        self.check_asked(
            ('os-instance-actions', '2.84'), (stop['Request ID'], '2.84')
        )
        self.assertEqual([], self.openstack('server', 'migration', 'list'))
        self.assertEqual(
            [],
            self.openstack('server', 'migration', 'list',
                           '--server', self.server),
        )  # fmt: skip
        found = self.audit.asked()[self.seen :]
        self.assertEqual(
            {'/v2.1/os-migrations'}, {p.partition('?')[0] for p, *_ in found}
        )
        self.check_asked()
        # A client with another endpoint, in nova's own region.
        told = pathlib.Path(self.directory, 'told.yaml')
        admin = {
            **self.cloud.clouds['realcloud-admin'],
            'compute_endpoint_override': self.proxy.url,
        }
        told.write_text(yaml.safe_dump({'clouds': {'admin': admin}}))
        self.assertEqual(
            listed,
            self.openstack(
                *('server', 'event', 'list', self.server),
                OS_CLIENT_CONFIG_FILE=str(told),
            ),
        )
        self.check_asked(('os-instance-actions', '2.84'))

    def use_openstacksdk(self) -> None:
        config = openstack.config.OpenStackConfig(
            config_files=[str(self.clouds)], load_envvars=False
        )
        connection = openstack.connection.Connection(
            config=config.get_one('admin')
        )
        self.addCleanup(connection.close)
        compute: Any = connection.compute
        server = compute.get_server(self.server)
        actions = list(compute.server_actions(server))
        self.assertEqual(['stop', 'create'], [a.action for a in actions])
        action = compute.get_server_action(actions[0].request_id, server)
        self.assertEqual('compute_stop_instance', action.events[0].event)
        self.assertEqual([], list(compute.migrations()))
        self.assertEqual([], list(compute.server_migrations(server)))
        self.check_asked(
            ('os-instance-actions', '2.84'),
            (actions[0].request_id, '2.84'),
            ('os-migrations', '2.80'),
            ('migrations', '2.80'),
        )

    def use_novaclient(self) -> None:
        auth = token_endpoint.Token(self.proxy.url, self.token)
        opened = session.Session(auth=auth)
        latest = api_versions.discover_version(
            novaclient.Client('2.1', session=opened),
            api_versions.APIVersion('2.latest'),
        )
        client = novaclient.Client(latest, session=opened)
        actions = client.instance_action.list(self.server)
        self.assertEqual(['stop', 'create'], [a.action for a in actions])
        action = client.instance_action.get(self.server, actions[0].request_id)
        self.assertIn('details', action.events[0])
        self.assertEqual([], client.migrations.list())
        self.assertEqual([], client.server_migrations.list(self.server))
        version = latest.get_string()
        self.check_asked(
            ('os-instance-actions', version),
            (actions[0].request_id, version),
            ('os-migrations', version),
            ('migrations', version),
        )

    def get(self, path: str) -> requests.Response:
        headers = {
            'X-Auth-Token': self.token,
            'OpenStack-API-Version': 'compute 2.96',
        }
        return requests.get(self.proxy.url + path, headers=headers, timeout=60)

    def check_rest(self) -> None:
        """Requests that the audit does not serve are answered by nova."""
        for path in (
            '/',
            f'/servers/{self.server}',
            '/flavors',
            f'/servers/{self.server}/os-instance-actions/',
        ):
            theirs = self.ask('GET', path, token='admin', version='2.96')
            ours = self.get(path)
            self.assertEqual(theirs.status, ours.status_code, path)
        self.check_asked()
        self.assertEqual(self.seen, len(self.audit.asked()))

    def check_fallback(self) -> None:
        """Without an audit, nova answers."""
        path = f'/servers/{self.server}/os-instance-actions'
        body = self.get(path).json()
        self.audit.api.stop()
        polling.wait_until(lambda: self.get(path).ok, 'nova to take over', 60)
        self.assertEqual(body, self.get(path).json())
