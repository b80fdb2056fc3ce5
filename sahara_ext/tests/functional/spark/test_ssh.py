# SPDX-License-Identifier: Apache-2.0
"""Commands and files on a server with a real SSH server."""

import threading
import time
import traceback
from typing import Any

from sahara_ext.infra import errors
from sahara_ext.infra import keypairs
from sahara_ext.infra import ssh
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.tests.functional.spark import base

_ID = '5d1f9a5c-4d0b-4a52-9a4c-1f1b1f2d7a3e'


#: Returns once the web server listens.
_SERVE = """\
setsid python3 -m http.server 8000 >/dev/null 2>&1 &
until bash -c 'exec 3<>/dev/tcp/127.0.0.1/8000' 2>/dev/null; do :; done
"""


def go_on() -> None:
    """Not to interrupt anything."""


class Interrupted(BaseException):
    """The work is to end."""


class TestSSH(base.SparkTestCase):
    def setUp(self) -> None:
        super().setUp()
        group = NodeGroup(self.context, id=_ID, image_id=None)
        self.cluster = Cluster(
            self.context,
            id=_ID,
            operation_id=_ID,
            management_public_key=None,
            default_image_id=base.IMAGE,
            node_groups=[group],
        )
        self.ssh = ssh.SSH(self.conf)
        self.instance = self.launch(self.ssh.keys.of(self.cluster).public)

    def launch(self, public_key: str) -> ClusterInstance:
        name = keypairs.name_of(self.cluster)
        self.compute.create_keypair(name=name, public_key=public_key)
        server = self.compute.create_server(
            name='one',
            flavorRef=base.FLAVOR,
            imageRef=base.IMAGE,
            key_name=name,
        )
        server = self.compute.wait_for_server(server, wait=60)
        [address] = server.addresses['private']
        return ClusterInstance(
            self.context,
            id=_ID,
            node_group_id=_ID,
            instance_name='one',
            instance_id=server.id,
            management_ip=address['addr'],
            host_key=None,
        )

    def session(self, is_first: bool = True, check: Any = go_on) -> Any:
        logins = self.ssh.logins(self.context, self.cluster)
        return logins.session(self.instance, check, is_first)

    def refused(self, kind: type[Exception], work: Any) -> str:
        """Return what a failure says; it does not tell the key."""
        error = self.assertRaises(kind, work)
        text = ''.join(traceback.format_exception(error))
        self.assertNotIn('PRIVATE KEY', text)
        self.assertNotIn(self.secret.read_text().strip(), text)
        return str(error)

    def test_commands(self):
        with self.session() as session:
            self.assertEqual('cloud-user', session.run('id -un'))
            self.assertEqual('in', session.run('cat', data=b'in'))
            said = self.refused(
                errors.CommandFailed,
                lambda: session.run('echo so; echo what >&2; exit 3'),
            )
        self.assertIn('On one this ended with status 3: echo so;', said)
        self.assertIn('so\nwhat', said)

    def test_the_last_of_a_long_output_is_kept(self):
        with self.session() as session:
            said = session.run('seq 100000')
        self.assertTrue(said.startswith('\N{HORIZONTAL ELLIPSIS}'))
        self.assertTrue(said.endswith('99999\n100000'))
        self.assertLessEqual(len(said), self.conf.ssh.output_limit + 1)

    def test_files(self):
        with self.session() as session:
            session.put("it's", 'content \N{SNOWMAN}\n', 0o640)
            self.assertEqual('content \N{SNOWMAN}', session.run('cat "it\'s"'))
            self.assertEqual('640', session.run('stat -c %a "it\'s"'))
            said = self.refused(
                errors.CommandFailed,
                lambda: session.put('/proc/no', 'x'),
            )
        self.assertIn('/proc/no.new', said)

    def test_time_limits(self):
        with self.session() as session:
            begin = time.monotonic()
            said = self.refused(
                errors.CommandTimeout,
                lambda: session.run('exec tail -f /dev/null', seconds=0.5),
            )
            self.assertLess(time.monotonic() - begin, 10)
            self.assertIn('On one this took more than 0.5 s: exec tail', said)
            # It was killed.
            self.assertEqual('0', session.run('pgrep -c tail || true'))

    def test_an_end_amid_a_command(self):
        calls = []

        def check():
            calls.append(1)
            raise Interrupted

        with self.session(check=check) as session:
            self.assertRaises(
                Interrupted, session.run, 'exec tail -f /dev/null'
            )
        self.assertEqual([1], calls)

    def test_host_keys(self):
        with self.session() as session:
            self.instance.host_key = session.host_key
        with self.session(is_first=False) as session:
            self.assertEqual(self.instance.host_key, session.host_key)
        kind, key = self.instance.host_key.split()
        self.instance.host_key = f'{kind} {key[:-4]}AAAA'

        def log_in():
            with self.session(is_first=False):
                pass

        said = self.refused(errors.HostKeyChanged, log_in)
        self.assertIn('Server one has another host key', said)
        self.instance.host_key = None
        self.refused(errors.HostKeyChanged, log_in)

    def test_refusals(self):
        def log_in():
            with self.session():
                pass

        home = self.servers.home(self.instance.instance_id)
        (home / '.ssh' / 'authorized_keys').write_text('')
        said = self.refused(errors.LoginRefused, log_in)
        self.assertIn('refuses the login of user cloud-user', said)
        self.compute.delete_server(self.instance.instance_id)
        self.delete_servers()
        said = self.refused(errors.Unreachable, log_in)
        self.assertIn('No SSH server answers on one at 10.', said)

    def test_so_many_connections_at_a_time(self):
        self.settings.set('ssh', connections=1)
        entered = threading.Event()
        leave = threading.Event()

        def hold():
            with self.session():
                entered.set()
                leave.wait(60)

        def check():
            raise Interrupted

        thread = threading.Thread(target=hold)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(leave.set)
        self.assertTrue(entered.wait(60))

        def log_in():
            with self.session(check=check):
                pass

        self.assertRaises(Interrupted, log_in)
        leave.set()
        thread.join()
        with self.session() as session:
            session.run('true')

    def test_pages_that_servers_can_reach(self):
        home = self.servers.home(self.instance.instance_id)
        (home / 'page').write_text('text')
        with self.session() as session:
            session.run(_SERVE)
            self.assertEqual(b'text', session.get('127.0.0.1', 8000, '/page'))
            for path in ('/other', '/'):
                port = 8000 if path == '/other' else 8001
                said = self.refused(
                    errors.PageUnavailable,
                    lambda p=path, n=port: session.get('127.0.0.1', n, p),
                )
                self.assertIn(f'http://127.0.0.1:{port}{path}', said)
