# SPDX-License-Identifier: Apache-2.0
"""Commands on tasks and on the history of servers."""

from typing import Any

from osc_ext.tests.functional.commands import base


class TestTasks(base.CommandTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.create(cloud='member')['id']

    def list(self, *words: str, **kwargs: Any) -> Any:
        return self.openstack('server', 'task', 'list', *words, **kwargs)

    def stop(self, tag: str = '') -> None:
        done = self.run_command(
            *(('--task-tag', tag) if tag else ()),
            *('server', 'stop', self.name),
        )
        self.assertEqual(0, done.returncode, done.stderr)
        waited = self.run_command('server', 'task', 'wait', self.name)
        self.assertEqual(0, waited.returncode, waited.stderr)

    def test_list(self) -> None:
        self.stop(self.tag)
        for key in (self.server, self.name):
            listed = self.list('--server', key)
            self.assertEqual(['stop', 'create'], [t['Task'] for t in listed])
        [tagged] = self.list('--tag', self.tag)
        self.assertEqual(listed[0], tagged)
        self.assertEqual(
            [], self.list('--server', self.name, '--state', 'error')
        )
        [newest] = self.list('--server', self.name, '--limit', '1')
        self.assertEqual(tagged, newest)
        marked = self.list('--server', self.name, '--marker', newest['ID'])
        self.assertEqual(['create'], [t['Task'] for t in marked])
        since = tagged['Started At']
        listed = self.list('--server', self.name, '--since', since)
        self.assertIn(tagged, listed)
        later = self.list('--server', self.name, '--since', '2100-01-01')
        self.assertEqual([], later)

    def test_list_of_the_project(self) -> None:
        self.stop(self.tag)
        newest = self.list('--state', 'success')
        own = [task for task in newest if task['Server'] == self.server]
        self.assertEqual(['stop', 'create'], [task['Task'] for task in own])
        both = self.list('--server', self.name, '--tag', self.tag)
        self.assertEqual(own[:1], both)
        everything = self.list('--all-projects', '--limit', '1')
        self.assertEqual(1, len(everything))

    def test_formats(self) -> None:
        """A value that is missing is empty, null in JSON."""
        words = ('server', 'task', 'list', '--server', self.name)
        [shown] = self.openstack(*words, '--long')
        self.assertIsNone(shown['Tag'])
        columns = ('-c', 'Task', '-c', 'Tag')
        for form, expected in (
            ('csv', '"Task","Tag"\n"create",""\n'),
            ('yaml', '- Tag: null\n  Task: create\n'),
        ):
            done = self.run_command(*words, '-f', form, *columns)
            self.assertEqual(expected, done.stdout)
        table = self.run_command(*words, *columns).stdout
        self.assertIn('| create |     |\n', table)

    def test_projects(self) -> None:
        words = ('--server', self.server)
        self.assertEqual(1, len(self.list(*words, '--all-projects')))
        done = self.run_command(
            *('server', 'task', 'list', *words), cloud='other'
        )
        self.assertEqual(3, done.returncode)

    def test_show(self) -> None:
        self.stop(self.tag)
        [listed] = self.list('--tag', self.tag)
        for words in (
            (self.tag,),
            (self.name, listed['ID']),
            (self.name,),
            (listed['ID'],),
            (listed['ID'], '--all-projects'),
        ):
            shown = self.openstack('server', 'task', 'show', *words)
            self.assertEqual(listed['ID'], shown['id'])
            self.assertEqual(self.server, shown['server_id'])
        done = self.run_command(
            'server', 'task', 'show', self.tag, 'none-of-them'
        )
        self.assertEnds(3, 'No task none-of-them was found.', done)
        missing = '2a5f9c9a-7a55-4a4e-8f0e-5b5f0e0f4f3c'
        done = self.run_command('server', 'task', 'show', missing)
        self.assertEnds(3, f'.*{missing} could not be found.*', done)

    def test_bad_input(self) -> None:
        for words, line in (
            (('--tag', 'a/b'), "Invalid tag 'a/b'. A tag is .*"),
            (
                ('--server', 'one', '--since', 'soon'),
                "Invalid time 'soon': it must be in ISO 8601, .*",
            ),
        ):
            done = self.run_command('server', 'task', 'list', *words)
            self.assertEnds(2, line, done)

    def test_wait(self) -> None:
        done = self.run_command('server', 'task', 'wait', 'none-of-them')
        line = "There is no task with the tag 'none-of-them', and no server.*"
        self.assertEnds(3, line, done)
        slow = f'{self.name}-slow'
        self.run_command(
            *('--task-tag', self.tag, 'server', 'create', slow, *base.SERVER),
            *('--property', 'fake:seconds=60'),
        )
        done = self.run_command(
            'server', 'task', 'wait', self.tag, '--timeout', '1'
        )
        self.assertEqual((2, ''), (done.returncode, done.stdout))
        self.assertEqual(1, len(done.stderr.splitlines()))


class TestCompletion(base.CommandTestCase):
    def test_commands(self) -> None:
        done = self.run_command('complete')
        self.assertEqual(0, done.returncode, done.stderr)
        for command in (
            'server_task_list',
            'server_task_show',
            'server_task_wait',
            'server_timeline',
            'audit_action_list',
            'audit_server_show',
            'dataprocessing_cluster_progress',
            'dataprocessing_cluster_event_list',
            'dataprocessing_cluster_event_show',
        ):
            self.assertRegex(done.stdout, rf'cmds_{command}=.*--')


class TestTimeline(base.CommandTestCase):
    def timeline(self, *words: str, **kwargs: Any) -> Any:
        return self.openstack('server', 'timeline', *words, **kwargs)

    def test_deleted(self) -> None:
        """All that was done, by time; a deleted server is found, too."""
        server = self.create('--property', 'fake:fail=power_off')['id']
        self.run_command('server', 'migrate', self.name, '--wait')
        self.run_command('server', 'migration', 'confirm', self.name)
        self.run_command('server', 'stop', self.name)
        self.run_command('server', 'task', 'wait', self.name)
        found = self.timeline(self.name)
        self.assertEqual(
            ['create', 'migrate', 'confirmResize', 'stop'],
            [e['Name'] for e in found if e['Kind'] == 'action'],
        )
        [migration] = [e for e in found if e['Kind'] == 'migration']
        self.assertEqual('migration', migration['Name'])
        self.assertRegex(migration['Host'], r'\Ahost[12] to host[12]\Z')
        self.assertEqual(
            sorted(e['Time'] for e in found), [e['Time'] for e in found]
        )
        self.run_command('server', 'delete', self.name, '--wait')
        found = self.timeline(server, '--long')
        failed = next(
            e for e in found if e['Result'] == 'Error' and e['Kind'] == 'event'
        )
        self.assertEqual('compute_stop_instance', failed['Name'])
        self.assertIn('power_off', failed['Traceback'])
        self.assertRegex(failed['Request ID'], '^req-')
        self.assertGreaterEqual(failed['Duration'], 0)
        self.assertEqual('delete', found[-2]['Name'])
        self.assertEqual(found, self.timeline(self.name, '--long'))

    def test_member(self) -> None:
        """Without migrations, which is said, and without hosts' names."""
        self.create(cloud='member')
        done = self.run_command(
            *('server', 'timeline', self.name, '-f', 'json'), cloud='member'
        )
        self.assertEnds(0, 'Migrations are not shown: .*', done)
        self.assertIn('"create"', done.stdout)

    def test_limit(self) -> None:
        self.create()
        self.run_command('server', 'stop', self.name)
        self.run_command('server', 'task', 'wait', self.name)
        found = self.timeline(self.name, '--limit', '1')
        self.assertEqual(
            ['stop', 'compute_stop_instance'],
            [entry['Name'] for entry in found],
        )

    def test_none(self) -> None:
        done = self.run_command('server', 'timeline', 'none-of-them')
        self.assertEnds(3, 'No Server found for none-of-them', done)
