# SPDX-License-Identifier: Apache-2.0
"""The samples of the API reference are what the filter answers.

Run with GENERATE_SAMPLES=1, the test writes them anew.
"""

import json
import os
import pathlib
import re

from nova_ext.tests.functional.tasks import base

_ROOT = pathlib.Path(__file__).parents[4] / 'api-samples' / 'os-server-tasks'
_VARYING = (
    (re.compile('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'), 'ID'),
    (re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ'), 'TIME'),
)
_TAG = 'deploy.web.1'


def by_form(text):
    for form, word in _VARYING:
        text = form.sub(word, text)
    return text.replace('http://localhost/', 'http://openstack.example.com/')


class TestSamples(base.TestCase):
    def compare(self, name, body):
        path = _ROOT / f'{name}.json'
        text = json.dumps(body, indent=4) + '\n'
        if os.environ.get('GENERATE_SAMPLES'):
            text = text.replace('localhost', 'openstack.example.com')
            path.write_text(text)
        self.assertEqual(by_form(path.read_text()), by_form(text), name)

    def test_tasks(self):
        self.create(_TAG, min_count=2)
        [task] = self.ended(_TAG)
        server = task['resource']['server']
        self.act(server, {'os-stop': None}, _TAG)
        self.ended(_TAG)
        self.act(server, {'pause': None}, _TAG)
        answer = self.ask('GET', f'/servers/{_TAG}/tasks?limit=3')
        self.compare('server-tasks-list-resp', answer.json)
        answer = self.ask('GET', f'/servers/{_TAG}/tasks/{task["uuid"]}')
        self.compare('server-task-show-resp', answer.json)
        answer = self.ask('GET', '/os-server-tasks?limit=3')
        self.compare('project-tasks-list-resp', answer.json)
        answer = self.ask('GET', f'/os-server-tasks/{task["uuid"]}')
        self.compare('project-task-show-resp', answer.json)

    test_tasks.produces = (  # type: ignore[attr-defined]
        'os-server-tasks/project-task-show-resp',
        'os-server-tasks/project-tasks-list-resp',
        'os-server-tasks/server-task-show-resp',
        'os-server-tasks/server-tasks-list-resp',
    )
