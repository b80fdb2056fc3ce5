# SPDX-License-Identifier: Apache-2.0
"""The jobs of the gate run what is there."""

import configparser
import pathlib

import yaml

from nova_ext.tests import base

_SOURCES = pathlib.Path(__file__).parents[3]
#: Jobs that others define.
_FOREIGN = {'devstack', 'openstack-tox', 'openstack-tox-cover'}


class TestJobs(base.TestCase):
    def setUp(self):
        super().setUp()
        items = yaml.safe_load((_SOURCES / '.zuul.yaml').read_text())
        jobs = [item['job'] for item in items if 'job' in item]
        self.jobs = {job['name']: job for job in jobs}
        [self.project] = [
            item['project'] for item in items if 'project' in item
        ]

    def test_each_has_a_parent(self):
        parents = {job['parent'] for job in self.jobs.values()}
        self.assertEqual(set(), parents - _FOREIGN - self.jobs.keys())

    def test_each_playbook_is_there(self):
        playbooks = [job['run'] for job in self.jobs.values() if 'run' in job]
        self.assertTrue(playbooks)
        for playbook in playbooks:
            [*_, play] = yaml.safe_load((_SOURCES / playbook).read_text())
            folder = (_SOURCES / playbook).parent
            for task in play['tasks']:
                script = folder / task['ansible.builtin.script']
                self.assertTrue(script.is_file(), script)

    def test_each_environment_of_tox_is_there(self):
        tox = configparser.ConfigParser(interpolation=None)
        tox.read(_SOURCES / 'tox.ini')
        named = {
            job['vars']['tox_envlist']
            for job in self.jobs.values()
            if 'tox_envlist' in job.get('vars', {})
        }
        # Those of a Python are the default one.
        defined = {f'testenv:{name}' for name in named if name[:3] != 'py3'}
        self.assertTrue(defined)
        self.assertEqual(set(), defined - {*tox.sections()})

    def test_pipelines_run_jobs_that_are_there(self):
        for pipeline in ('check', 'gate'):
            names = {
                name
                for entry in self.project[pipeline]['jobs']
                for name in ([entry] if isinstance(entry, str) else entry)
            }
            self.assertEqual(set(), names - _FOREIGN - self.jobs.keys())

    def test_every_job_is_in_a_pipeline(self):
        checked = {
            name
            for entry in self.project['check']['jobs']
            for name in ([entry] if isinstance(entry, str) else entry)
        }
        abstract = {
            name for name, job in self.jobs.items() if job.get('abstract')
        }
        self.assertEqual(set(), self.jobs.keys() - checked - abstract)
