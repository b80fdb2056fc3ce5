# SPDX-License-Identifier: Apache-2.0
"""A service ends at each step of a request, and its client retries.

Whatever the step, there is one server in the end, what was asked of it was
done once, and no task is open.
"""

import json
import shutil

import fixtures
import testscenarios

from nova_ext.middleware import tasks
from nova_ext.tests import base
from nova_ext.tests.functional.tasks import crash

load_tests = testscenarios.load_tests_apply_scenarios


class TestCrash(base.TestCase):
    """One death for each step."""

    scenarios = [(step, {'step': step}) for step in crash.STEPS]
    step: str

    def setUp(self) -> None:
        super().setUp()
        self.state = self.useFixture(fixtures.TempDir()).path

    def assertDone(self, found):
        states = [task['state'] for task in found['tasks']]
        self.assertEqual(1, states.count('success'), found)
        self.assertEqual(['ACTIVE'], found['states'], found)
        self.assertIn(found['status'], (202, 409))

    def run_service(self, *arguments):
        return crash.nursery().run(self.state, *arguments)

    def test_create(self):
        self.assertIsNone(self.run_service('create', '', self.step))
        found = self.run_service('create')
        self.assertDone(found)
        [server] = found['servers']
        [done] = [t for t in found['tasks'] if t['state'] == 'success']
        self.assertEqual({'server': server}, done['resource'])
        self.assertEqual(['create'], found['actions'])

    def test_reboot(self):
        state, server = crash.booted()
        shutil.copytree(state, self.state, dirs_exist_ok=True)
        self.assertIsNone(self.run_service('reboot', server, self.step))
        found = self.run_service('reboot', server)
        states = {t['task']: t['state'] for t in found['tasks'][::-1]}
        self.assertEqual({'create': 'success', 'reboot': 'success'}, states)
        self.assertEqual(['reboot', 'create'], found['actions'])
        self.assertEqual(['ACTIVE'], found['states'])


class TestCrashWithKey(base.TestCase):
    """One death for each step; what the client gets then is an answer."""

    scenarios = testscenarios.multiply_scenarios(
        [(step, {'step': step}) for step in crash.STEPS],
        [(name, {'protection': name}) for name in ('key', 'both')],
    )
    step: str
    protection: str

    def setUp(self) -> None:
        super().setUp()
        self.state = self.useFixture(fixtures.TempDir()).path

    def run_service(self, what, server='', step=''):
        return crash.nursery().run(
            self.state, what, server, step, self.protection
        )

    def assertAnswered(self, found):
        """Check that an answer is the first, or made from the outcome."""
        self.assertEqual(202, found['status'], found)
        headers = found['headers']
        is_first = self.step in (tasks.RECEIVED, tasks.RESERVED)
        is_stored = self.step == tasks.RECORDED
        self.assertEqual(
            None if is_first else 'true', headers.get('idempotency-replayed')
        )
        self.assertEqual(
            None if is_first or is_stored else 'true',
            headers.get('idempotency-rebuilt'),
        )

    def test_create(self):
        self.assertIsNone(self.run_service('create', '', self.step))
        found = self.run_service('create')
        self.assertAnswered(found)
        [server] = found['servers']
        made = json.loads(found['body'])['server']
        self.assertEqual(server, made['id'])
        self.assertTrue(found['headers']['location'].endswith(server))
        self.assertEqual(
            found['headers']['location'], made['links'][0]['href']
        )
        self.assertEqual(['ACTIVE'], found['states'], found)
        self.assertEqual(['create'], found['actions'])
        again = self.run_service('create')
        self.assertEqual('true', again['headers']['idempotency-replayed'])
        self.assertEqual([server], again['servers'])
        self.assertEqual(server, json.loads(again['body'])['server']['id'])

    def test_reboot(self):
        state, server = crash.booted()
        shutil.copytree(state, self.state, dirs_exist_ok=True)
        self.assertIsNone(self.run_service('reboot', server, self.step))
        found = self.run_service('reboot', server)
        self.assertAnswered(found)
        self.assertEqual(['reboot', 'create'], found['actions'])
        self.assertEqual(['ACTIVE'], found['states'])
