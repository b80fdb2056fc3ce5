# SPDX-License-Identifier: Apache-2.0
"""Commands of the audit."""

from typing import Any, ClassVar
import uuid

from ext_lib.testing import allinone
from ext_lib.testing import polling
from osc_ext.tests.functional.commands import base


class AuditTestCase(base.CommandTestCase):
    """Tests that share a service, which keeps a trail."""

    def list(self, *words: str, **kwargs: Any) -> Any:
        return self.openstack('audit', 'action', 'list', *words, **kwargs)

    def delete(self, server: str) -> None:
        """Delete a server, and wait until the trail has it."""
        done = self.run_command('server', 'delete', server, '--wait')
        self.assertEqual(0, done.returncode, done.stderr)
        polling.wait_until(
            lambda: self.list(
                *('--server', server, '--action', 'delete'),
                *('--result', 'success'),
            ),
            'the deletion to be in the trail',
        )


class TestActions(AuditTestCase):
    server: ClassVar[str] = ''

    def setUp(self) -> None:
        super().setUp()
        if not self.server:
            type(self).server = self.deleted()

    def deleted(self) -> str:
        """Return a server that failed to stop and was deleted then."""
        self.name = 'web-3'
        made = self.create('--property', 'fake:fail=power_off', cloud='member')
        server = str(made['id'])
        self.run_command('server', 'stop', server, cloud='member')
        self.run_command('server', 'task', 'wait', server)
        self.delete(server)
        return server

    def names(self, *words: str, **kwargs: Any) -> list[str]:
        """Return the names of the actions that a list has."""
        return [action['Action'] for action in self.list(*words, **kwargs)]

    def test_who_deleted_my_server(self) -> None:
        [found] = self.list(
            *('--server-name', 'web-3', '--action', 'delete'), cloud='member'
        )
        self.assertEqual(self.server, found['Server ID'])
        self.assertEqual('admin', found['User ID'])
        self.assertEqual('success', found['Result'])

    def test_what_a_user_did(self) -> None:
        words = ('--user', 'alice', '--since')
        self.assertEqual(
            ['stop', 'create'],
            self.names(*words, '2020-01-01', '--before', '2100-01-01'),
        )
        self.assertEqual([], self.names(*words, '2099-12-31T12:00+01:00'))
        self.assertEqual([], self.names('--user', 'carol'))

    def test_what_failed_on_a_host(self) -> None:
        [found] = self.list('--host', 'host1', '--result', 'error', '--events')
        self.assertEqual(('stop', 'error'), (found['Action'], found['Result']))
        [event] = found['Events']
        self.assertEqual('compute_stop_instance', event['event'])
        self.assertEqual('host1', event['host'])
        self.assertIn('power_off', event['traceback'])
        table = self.run_command(
            *('audit', 'action', 'list', '--host', 'host1'),
            *('--result', 'error', '--events', '-c', 'Events'),
        ).stdout
        self.assertIn('| compute_stop_instance host1 Error Driver', table)

    def test_filters(self) -> None:
        everything = self.list('--server', self.server, '--long')
        self.assertEqual(
            ['delete', 'stop', 'create'], [a['Action'] for a in everything]
        )
        request_id = everything[1]['Request ID']
        self.assertEqual(['stop'], self.names('--request-id', request_id))
        self.assertEqual({'demo'}, {a['Project ID'] for a in everything})
        self.assertEqual(3, len(self.names('--project', 'demo')))
        self.assertEqual([], self.names('--project', 'other'))
        self.assertEqual(['stop'], self.names('--result', 'error'))
        self.assertEqual([], self.names('--result', 'unfinished'))

    def test_pages(self) -> None:
        first, second, third = self.list()
        self.assertEqual([first, second], self.list('--limit', '2'))
        self.assertEqual(
            [second], self.list('--limit', '1', '--marker', first['ID'])
        )
        self.assertEqual([third], self.list('--marker', second['ID']))
        done = self.run_command(
            'audit', 'action', 'list', '--marker', 'none-of-them'
        )
        self.assertEqual(1, done.returncode)
        self.assertIn('none-of-them', done.stderr)

    def test_formats(self) -> None:
        """A value that is missing is empty, null in JSON."""
        words = ('audit', 'action', 'list', '--action', 'delete', '--long')
        self.assertIsNone(self.openstack(*words)[0]['Message'])
        columns = ('-c', 'Action', '-c', 'Message')
        done = self.run_command(*words, '-f', 'csv', *columns)
        self.assertEqual('"Action","Message"\n"delete",""\n', done.stdout)

    def test_rights(self) -> None:
        self.assertEqual([], self.list(cloud='other'))
        auditor = {'OS_TOKEN': 'eve:audits:audit_reader'}
        self.assertEqual(3, len(self.list(**auditor)))
        # They read hosts, and no tracebacks.
        [failed] = self.list('--result', 'error', '--events', **auditor)
        [event] = failed['Events']
        self.assertEqual('host1', event['host'])
        self.assertIsNone(event['traceback'])
        for words in (('--host', 'host1'), ('--project', 'other')):
            done = self.run_command(
                *('audit', 'action', 'list', *words), cloud='member'
            )
            self.assertEnds(1, 'ForbiddenException: 403: .*', done)

    def test_bad_input(self) -> None:
        for words, line in (
            (('--since', 'soon'), "Invalid time 'soon': it must be in ISO .*"),
            (('--before', '2026-13-01'), "Invalid time '2026-13-01': .*"),
            (
                ('--since', '2026-12-02', '--before', '2026-12-01'),
                '--since must be earlier than --before.',
            ),
            (('--server', 'web-3'), "Invalid server ID 'web-3': .*"),
            (('--limit', '0'), '--limit must be 1 or more.'),
            (('--user', ''), '--user must not be empty.'),
        ):
            done = self.run_command('audit', 'action', 'list', *words)
            self.assertEnds(2, line, done)


class TestServer(AuditTestCase):
    def show(self, *words: str, **kwargs: Any) -> Any:
        return self.openstack('audit', 'server', 'show', *words, **kwargs)

    def test_deleted(self) -> None:
        """All that was done, by time; the name will do."""
        server = self.create(cloud='member')['id']
        self.run_command('server', 'migrate', self.name, '--wait')
        self.run_command('server', 'migration', 'confirm', self.name)
        self.delete(server)
        found = self.show(self.name, '--long')
        self.assertEqual(found, self.show(server, '--long'))
        self.assertEqual(
            ['create', 'migrate', 'confirmResize', 'delete'],
            [e['Name'] for e in found if e['Kind'] == 'action'],
        )
        self.assertEqual(
            sorted(entry['Time'] for entry in found),
            [entry['Time'] for entry in found],
        )
        [migration] = [e for e in found if e['Kind'] == 'migration']
        self.assertRegex(migration['Host'], r'\Ahost[12] to host[12]\Z')
        self.assertEqual('confirmed', migration['Result'])
        requests = {
            kind: [e['Request ID'] for e in found if e['Kind'] == kind]
            for kind in ('action', 'event', 'task')
        }
        self.assertEqual(requests['action'], requests['task'])
        self.assertEqual({*requests['action']}, {*requests['event']})
        last = found[-1]
        self.assertEqual('compute_terminate_instance', last['Name'])
        self.assertGreaterEqual(last['Duration'], 0)
        member = self.show(self.name, cloud='member')
        self.assertEqual(len(found), len(member))
        self.assertNotIn('host1', str(member))

    def test_ambiguous_name(self) -> None:
        servers = []
        for _ in range(2):
            servers.append(self.create()['id'])
            self.delete(servers[-1])
        done = self.run_command('audit', 'server', 'show', self.name)
        newest_first = ', '.join(reversed(servers))
        self.assertEnds(
            2,
            f'Several servers have had the name {self.name!r}: '
            f'{newest_first}. Give an ID.',
            done,
        )

    def test_new_name(self) -> None:
        """No action has been recorded with it."""
        server = self.create()['id']
        self.run_command('server', 'set', server, '--name', 'renamed')
        polling.wait_until(
            lambda: (
                self.run_command('audit', 'server', 'show', server).returncode
                == 0
            ),
            'the server to be in the trail',
        )
        self.assertEqual(self.show(server), self.show('renamed'))

    def test_none(self) -> None:
        for server, line in (
            ('none-of-them', 'No Server found for none-of-them'),
            (str(uuid.uuid4()), '.* could not be found.'),
        ):
            done = self.run_command('audit', 'server', 'show', server)
            self.assertEnds(3, line, done)


class _WithoutTrail(allinone.AllInOne):
    arguments = ('--no-trail',)


class TestWithoutTrail(base.CommandTestCase):
    program = _WithoutTrail

    def test_commands(self) -> None:
        for words in (
            ('action', 'list'),
            ('server', 'show', 'one'),
            ('server', 'show', str(uuid.uuid4())),
        ):
            done = self.run_command('audit', *words)
            self.assertEnds(2, 'This service has no trail: .*', done)
