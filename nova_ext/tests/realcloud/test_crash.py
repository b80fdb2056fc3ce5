# SPDX-License-Identifier: Apache-2.0
"""nova-api is killed between reservation and answer; its client retries."""

import uuid

import requests

from ext_lib.testing import polling
from nova_ext.middleware import tasks
from nova_ext.tests.functional.tasks import rules
from nova_ext.tests.realcloud import base
from nova_ext.tests.realcloud import switch

_STEPS = (*tasks.CRASH_POINTS, switch.CAST)
_SECONDS = 180


class TestCrash(base.TestCase):
    """One kill for each step."""

    def retried(self, method, path, body, tag, step):
        """Send a request that kills nova-api at a step, then retry it."""
        kill = {'X-Kill-At': step}
        self.assertRaises(
            requests.ConnectionError,
            *(self.ask, method, path, body),
            tag=tag,
            headers=kill,
        )

        def is_over():
            try:
                answer = self.ask(method, path, body, tag=tag)
            except requests.ConnectionError:
                return False
            self.assertIn(answer.status, (202, 409), answer.text)
            return answer.status == 202 or self.finished(tag)

        polling.wait_until(is_over, f'a task of {tag} to end well', _SECONDS)

    def finished(self, tag):
        """Return whether a task has ended with a server to show."""
        return any(
            task['state'] in rules.ENDED and task['resource']
            for task in self.tasks(tag)
        )

    def test_create(self):
        for step in _STEPS:
            tag = self.new_tag()
            body = self.server_body(tag)
            self.retried('POST', '/servers', body, tag, step)
            tasks = self.ended(tag)
            servers = self.servers(tag)
            self.assertEqual(1, len(servers), f'{step} {tasks}')
            # No host builds a server that nova stored but cast to no host.
            end = 'error' if step == switch.CAST else 'success'
            done = [t for t in tasks if t['resource'] and t['state'] == end]
            self.assertEqual(1, len(done), f'{step} {tasks}')
            self.assertEqual(servers[0], done[0]['resource']['server'])

    def test_action(self):
        for step in tasks.CRASH_POINTS:
            server, tag = self.booted(), self.new_tag()
            path = f'/servers/{server}/action'
            body = {'reboot': {'type': 'HARD'}}
            self.retried('POST', path, body, tag, step)
            self.ended(tag)
            answer = self.ask('GET', f'/servers/{server}/os-instance-actions')
            names = [a['action'] for a in answer.json['instanceActions']]
            self.assertEqual(['reboot', 'create'], names, step)

    def test_create_with_a_key(self):
        for step in tasks.CRASH_POINTS:
            name, key = self.new_tag(), f'"{uuid.uuid4()}"'
            body = self.server_body(name)
            headers = {'Idempotency-Key': key}
            self.assertRaises(
                requests.ConnectionError,
                *(self.ask, 'POST', '/servers', body),
                headers={**headers, 'X-Kill-At': step},
            )
            answer = self.answered('/servers', body, headers)
            [server] = self.servers(name)
            self.assertEqual(server, answer.json['server']['id'], step)
            is_first = step in (tasks.RECEIVED, tasks.RESERVED)
            self.assertEqual(
                None if is_first else 'true',
                answer.headers.get('idempotency-replayed'),
                step,
            )
            self.assertEqual(
                'true' if step == tasks.ANSWERED else None,
                answer.headers.get('idempotency-rebuilt'),
                step,
            )

    def answered(self, path, body, headers):
        """Send a request until it is accepted; return the answer."""
        answers = []

        def is_accepted():
            try:
                answer = self.ask('POST', path, body, headers=headers)
            except requests.ConnectionError:
                return False
            self.assertIn(answer.status, (202, 409), answer.text)
            answers.append(answer)
            return answer.status == 202

        polling.wait_until(is_accepted, 'an answer', _SECONDS)
        return answers[-1]
