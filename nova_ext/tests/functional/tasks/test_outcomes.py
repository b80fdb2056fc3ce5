# SPDX-License-Identifier: Apache-2.0
"""Outcomes of requests: when they end, how, and why."""

from typing import Any

from ext_lib.testing import polling
from nova_ext.tests.functional.tasks import base


class TestOutcomes(base.TestCase):
    """Rules 6, 7 and 9, on hosts that are slow and fail on request."""

    def done(self, server, action, **kwargs):
        """Have an action done; return its task once that has ended."""
        answer = self.act(server, action, **kwargs)
        self.assertIn(answer.status, (202, 204), answer.text)
        return self.end_of(server, answer)

    def end_of(self, key, answer):
        """Return the task of an answer once it has ended."""
        all_tenants = {'query': '?all_tenants=1', 'token': self.ADMIN}
        found = self.ended(key, **all_tenants)
        [task] = [t for t in found if t['uuid'] == answer.headers['task-id']]
        return task

    def actions(self, server):
        path = f'/servers/{server}/os-instance-actions'
        answer = self.ask('GET', path, version='2.21')
        found = answer.json['instanceActions']
        return [action['action'] for action in found]

    def test_every_action(self):
        server = self.booted()
        for action in (
            {'pause': None},
            {'unpause': None},
            {'suspend': None},
            {'resume': None},
            {'reboot': {'type': 'SOFT'}},
            {'reboot': {'type': 'HARD'}},
            {'os-stop': None},
            {'os-start': None},
            {'lock': None},
            {'unlock': None},
            {'rebuild': {'imageRef': base.IMAGE}},
            {'resize': {'flavorRef': self.BIGGER}},
            {'revertResize': None},
            {'resize': {'flavorRef': self.BIGGER}},
            {'confirmResize': None},
            {'migrate': None},
            {'confirmResize': None},
            {'os-migrateLive': {'host': None, 'block_migration': 'auto'}},
            {'os-resetState': {'state': 'active'}},
            {'forceDelete': None},
        ):
            task = self.done(server, action, token=self.ADMIN, version='2.30')
            self.assertEqual('success', task['state'], task)
            self.assertEqual({'server': server}, task['resource'])
        tasks = self.tasks(server, query='?all_tenants=1', token=self.ADMIN)
        names = [task['task'] for task in tasks]
        self.assertEqual(self.actions(server), names)

    def test_a_failure_of_a_host(self):
        server = self.booted(metadata={'fake:fail': 'power_off'})
        task = self.done(server, {'os-stop': None})
        self.assertEqual(('error', 202), (task['state'], task['code']))
        self.assertIn('compute_stop_instance', task['message'])

    def test_a_server_that_cannot_be_built(self):
        answer = self.create(metadata={'fake:fail': 'spawn'})
        server = answer.json['server']['id']
        task = self.end_of(server, answer)
        self.assertEqual(('error', 202), (task['state'], task['code']))
        self.assertTrue(task['message'])
        self.assertEqual({'server': server}, task['resource'])

    def test_several_that_cannot_be_built(self):
        tag = self.new_tag()
        self.create(tag, max_count=2, metadata={'fake:fail': 'spawn'})
        [task] = self.ended(tag)
        self.assertEqual('error', task['state'])
        self.assertEqual(2, len(task['servers']))

    def test_while_a_host_works(self):
        server, tag = self.booted(), self.new_tag()
        self.settings.set('fake', seconds=3.0)
        self.settings.set('tasks', request_timeout=60)
        first = self.act(server, {'os-stop': None}, tag)
        [task] = self.tasks(tag)
        self.assertEqual('running', task['state'])
        again = self.act(server, {'os-stop': None}, tag)
        self.assertRepeated(first, again)
        # Without its tag the same is a request of its own.
        refused = self.act(server, {'os-stop': None})
        self.assertEqual(409, refused.status)
        self.assertNotIn('task-repeat', refused.headers)
        [task] = self.ended(tag)
        self.assertEqual('success', task['state'])
        self.assertRepeated(first, self.act(server, {'os-stop': None}, tag))

    def test_a_server_that_is_deleted_meanwhile(self):
        server = self.booted()
        self.settings.set('fake', seconds=1.0)
        stop = self.act(server, {'os-stop': None})
        gone = self.ask('DELETE', f'/servers/{server}')
        self.assertEqual('success', self.end_of(server, gone)['state'])
        self.assertIn(self.end_of(server, stop)['state'], ('success', 'error'))

    def test_live_migrations_that_are_steered(self):
        server = self.booted()
        self.settings.set('fake', seconds=60.0)
        body = {'os-migrateLive': {'host': None, 'block_migration': 'auto'}}
        admins: dict[str, Any] = {'token': self.ADMIN, 'version': '2.30'}
        for method, path, steer, name, end in (
            (
                'POST',
                '/action',
                {'force_complete': None},
                'live_migration_force_complete',
                'success',
            ),
            ('DELETE', '', None, 'live_migration_cancel', 'error'),
        ):
            moving = self.act(server, body, **admins)
            number = self.running_migration(server)
            path = f'/servers/{server}/migrations/{number}{path}'
            answer = self.ask(method, path, steer, **admins)
            self.assertEqual(202, answer.status, answer.text)
            task = self.end_of(server, answer)
            self.assertEqual((name, 'success'), (task['task'], task['state']))
            self.assertEqual(end, self.end_of(server, moving)['state'])

    def running_migration(self, server):
        """Return the number of the server's migration once it runs."""
        found: list[Any] = []

        def runs():
            path = f'/servers/{server}/migrations'
            answer = self.ask('GET', path, token=self.ADMIN, version='2.24')
            found[:] = answer.json['migrations']
            return found and found[0]['status'] == 'running'

        polling.wait_until(runs, 'a migration')
        return found[0]['id']
