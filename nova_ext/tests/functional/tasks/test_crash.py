# SPDX-License-Identifier: Apache-2.0
"""A service ends at each step of a request, and its client retries.

Whatever the step, there is one server in the end, what was asked of it was
done once, and no task is open.
"""

import shutil

import fixtures
import testscenarios

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
