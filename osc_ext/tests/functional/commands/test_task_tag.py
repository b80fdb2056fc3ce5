# SPDX-License-Identifier: Apache-2.0
"""Commands that are repeated with a tag."""

import tempfile
from typing import Any

import testscenarios
import testtools

from ext_lib.testing import allinone
from ext_lib.testing import openstackclient
from osc_ext.tests.functional.commands import base

load_tests = testscenarios.load_tests_apply_scenarios

_MORTAL = 'nova_ext.tests.functional.tasks.mortal_allinone'


class TestTaskTag(base.CommandTestCase):
    """A service that continues."""

    def tagged(self, *words: str, **kwargs: Any) -> Any:
        return self.run_command('--task-tag', self.tag, *words, **kwargs)

    def assertRepeated(self, done: Any, what: str, status: int = 0) -> None:
        line = (
            f'The request was accepted before, with the tag {self.tag}: {what}'
        )
        self.assertEnds(status, line, done)

    def servers(self) -> list[str]:
        listed = self.openstack('server', 'list', '--name', self.name)
        return [server['ID'] for server in listed]

    def test_create(self) -> None:
        """The second command shows the server of the first, and says so."""
        words = ('server', 'create', self.name, *base.SERVER)
        show = ('-f', 'value', '-c', 'id')
        first = self.tagged(*words, *show)
        self.assertEqual((0, ''), (first.returncode, first.stderr))
        second = self.tagged(*words, *show, '--wait')
        server = first.stdout.strip()
        self.assertRepeated(second, f'create of server {server}, .*')
        self.assertEqual(first.stdout, second.stdout.lstrip('\n'))
        self.assertEqual([server], self.servers())

    def test_actions(self) -> None:
        """One tag for several requests, each of which is carried out once."""
        server = self.create()['id']
        for action in ('stop', 'start'):
            words = ('server', action, self.name)
            self.assertEqual('', self.tagged(*words).stderr)
            self.openstack_wait()
            done = self.tagged(*words)
            what = f'{action} of server {server}, success'
            self.assertRepeated(done, what)
        tasks = self.openstack('server', 'task', 'list', '--tag', self.tag)
        self.assertEqual(['start', 'stop'], [t['Task'] for t in tasks])

    def openstack_wait(self) -> None:
        done = self.run_command('server', 'task', 'wait', self.tag)
        self.assertEqual(0, done.returncode, done.stderr)

    def test_delete(self) -> None:
        """By its name, which no server has any longer."""
        server = self.create()['id']
        words = ('server', 'delete', self.name)
        self.assertEqual(0, self.tagged(*words, '--wait').returncode)
        done = self.tagged(*words)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn(f': delete of server {server}, success\n', done.stderr)
        other = self.run_command('--task-tag', 'other', *words)
        self.assertEqual(1, other.returncode)

    def test_failed(self) -> None:
        """The second command ends with the outcome of the first."""
        words = (
            *('server', 'create', self.name, *base.SERVER),
            *('--property', 'fake:fail=spawn'),
        )
        self.assertEqual(0, self.tagged(*words).returncode)
        waited = self.run_command('server', 'task', 'wait', self.tag)
        self.assertEqual(1, waited.returncode)
        done = self.tagged(*words)
        self.assertRepeated(done, 'create of .*, error: .*spawn.*', 1)

    def test_auto(self) -> None:
        """The tag that was made is known before the answer comes."""
        done = self.run_command(
            *('--task-tag', 'auto', 'server', 'create', self.name),
            *base.SERVER,
        )
        self.assertEnds(0, 'Task tag: [0-9a-f-]{36}', done)
        tag = done.stderr.split()[-1]
        tasks = self.openstack('server', 'task', 'list', '--tag', tag)
        self.assertEqual(['create'], [task['Task'] for task in tasks])

    def test_login(self) -> None:
        """With a password and the catalog."""
        self.create()
        root = self.service.url.removesuffix('/v2.1')
        done = openstackclient.run(
            self.service.state,
            ['--task-tag', self.tag, 'server', 'stop', self.name],
            {
                'OS_AUTH_URL': f'{root}/identity/v3',
                'OS_IDENTITY_API_VERSION': '3',
                'OS_USERNAME': 'admin',
                'OS_PASSWORD': 'any',
                'OS_PROJECT_NAME': 'demo',
                'OS_USER_DOMAIN_ID': 'default',
                'OS_PROJECT_DOMAIN_ID': 'default',
            },
        )
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        tasks = self.openstack('server', 'task', 'list', '--tag', self.tag)
        self.assertEqual(['stop'], [task['Task'] for task in tasks])

    def test_environment(self) -> None:
        """It is for the commands that change a server; others ignore it."""
        for words, there in (
            (('server', 'list'), False),
            (('server', 'create', self.name, *base.SERVER), True),
        ):
            done = self.run_command(*words, OS_TASK_TAG=self.tag)
            self.assertEqual((0, ''), (done.returncode, done.stderr))
            status = self.run_command(
                *('server', 'task', 'list', '--tag', self.tag)
            ).returncode
            self.assertEqual(0 if there else 3, status)

    def test_malformed(self) -> None:
        for tag in ('a/b', '', 'a b', 'detail', 'x' * 256):
            done = self.run_command(
                *('--task-tag', tag, 'server', 'create', self.name),
                *base.SERVER,
            )
            line = "Invalid task tag '.*'. A tag is 1 to 255 visible .*"
            self.assertEnds(2, line, done)
        self.assertEqual([], self.servers())

    def test_nothing_is_changed(self) -> None:
        for words in (('server', 'list'), ('flavor', 'list')):
            line = f'"{" ".join(words)}" changes no server and cannot .*'
            self.assertEnds(2, line, self.tagged(*words))

    def test_rename(self) -> None:
        """A change that is no action has a task, too."""
        server = self.create()['id']
        other = f'{self.name}-2'
        words = ('server', 'set', '--name', other, server)
        first = self.tagged(*words)
        self.assertEqual((0, ''), (first.returncode, first.stderr))
        self.assertEqual(
            other, self.openstack('server', 'show', other)['name']
        )
        done = self.tagged(*words)
        self.assertRepeated(done, f'update of server {server}, success')
        tasks = self.openstack('server', 'task', 'list', '--tag', self.tag)
        self.assertEqual(
            [('update', 'success')], [(t['Task'], t['State']) for t in tasks]
        )

    def test_nothing_is_sent(self) -> None:
        """A command that finds nothing to do says that."""
        self.create()
        done = self.tagged('server', 'set', self.name)
        self.assertEnds(2, 'No request that changes a server was .*', done)


class TestKill(testtools.TestCase):
    """The API is killed amid a command, which is repeated."""

    scenarios = [
        (point, {'point': point})
        for point in ('reserved', 'answered', 'recorded')
    ]
    point: str

    def test_one_server(self) -> None:
        state = tempfile.TemporaryDirectory()
        self.addCleanup(state.cleanup)
        words = (
            *('--task-tag', 't1', 'server', 'create', 'one'),
            *(*base.SERVER, '-f', 'value', '-c', 'name'),
        )
        first = self.useFixture(
            allinone.AllInOne(
                state.name, _MORTAL, EXT_TEST_CRASH_POINT=self.point
            )
        )
        lost = base.openstack(first, *words)
        self.assertEqual(1, lost.returncode)
        self.assertIn('Repeat the command with --task-tag t1\n', lost.stderr)
        self.assertEqual(-9, first.status)
        second = self.useFixture(allinone.AllInOne(state.name))
        done = base.openstack(second, *words, '--wait')
        self.assertEqual((0, 'one'), (done.returncode, done.stdout.strip()))
        listed = base.openstack(
            second,
            'server',
            'list',
            '-f',
            'value',
            '-c',
            'Name',
            '-c',
            'Status',
        )
        self.assertEqual('one ACTIVE\n', listed.stdout)
