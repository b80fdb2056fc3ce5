# SPDX-License-Identifier: Apache-2.0
"""The devstack plugin, on nodes where stand-ins are all there is of it."""

import configparser
import os
import pathlib
import re
import subprocess

import fixtures
from testtools import content
from testtools import matchers

from nova_ext.tests import base

_STAND_INS = (
    pathlib.Path(__file__).parents[3] / 'devstack' / 'tests' / 'stand_ins.sh'
)
#: It writes down what it is called for.
_PROGRAM = '#!/bin/sh\necho "$(basename "$0") $*"\n'
_CONTROLLER = 'key,mysql,n-api,rabbit'
_PIPELINES = (
    'composite:openstack_compute_api_v21',
    'composite:openstack_compute_api_v21_legacy_v2_compatible',
)
_PASTE = """\
# Before osapi_compute_app_v21 stands what says who asks.

[composite:openstack_compute_api_v21]
use = call:nova.api.auth:pipeline_factory_v21
noauth2 = cors faultwrap noauth2 osapi_compute_app_v21
keystone = cors faultwrap authtoken keystonecontext osapi_compute_app_v21

[composite:openstack_compute_api_v21_legacy_v2_compatible]
use = call:nova.api.auth:pipeline_factory_v21
keystone = cors authtoken keystonecontext legacy osapi_compute_app_v21

[filter:legacy]
paste.filter_factory = nova.api.openstack:LegacyV2CompatibleWrapper.factory

# keystone = authtoken osapi_compute_app_v21
[app:osapi_compute_app_v21]
paste.app_factory = nova.api.openstack.compute:APIRouterV21.factory
"""


class NodeTestCase(base.TestCase):
    """There is a node, its nova configured."""

    def setUp(self):
        super().setUp()
        self.node = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        (self.node / 'nova').mkdir()
        self.paste = self.node / 'nova' / 'api-paste.ini'
        self.paste.write_bytes(_PASTE.encode())
        programs = self.node / 'bin'
        programs.mkdir()
        for name in ('nova-ext-manage', 'nova-ext-trail', 'sahara-ext-manage'):
            program = programs / name
            program.write_text(_PROGRAM)
            program.chmod(0o755)

    def run_phase(
        self, *phase: str, services: str = _CONTROLLER, **variables: str
    ) -> str:
        """Run a phase of the plugin; return what it did with devstack."""
        done = subprocess.run(
            ['bash', _STAND_INS, self.node, services, *phase],
            env={'PATH': os.environ['PATH'], **variables},
            capture_output=True,
            check=False,
            text=True,
        )
        self.addDetail('errors', content.text_content(done.stderr))
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        return done.stdout


class TestPhases(NodeTestCase):
    def test_a_controller(self):
        self.assertIn('setup_develop', self.run_phase('stack', 'install'))
        done = self.run_phase('stack', 'post-config')
        for name in ('nova_ext', 'nova_ext_trail', 'sahara_ext'):
            self.assertIn(f'recreate_database {name}\n', done)
        self.assertIn('http://controller/compute-audit/v2.1\n', done)
        self.assertIn('rpc_backend_add_vhost nova_ext\n', done)
        self.assertIn('[filter:tasks]', self.paste.read_text())

    def test_processes_that_start_stop(self):
        self.run_phase('stack', 'post-config')
        started = self.run_phase('stack', 'extra')
        stopped = self.run_phase('unstack')
        self.assertThat(
            re.findall('^run_process (\\S+)', started, re.MULTILINE),
            matchers.MatchesSetwise(
                *(
                    matchers.Equals(name)
                    for name in re.findall('stop_process (\\S+)', stopped)
                )
            ),
        )

    def test_a_compute_node_has_neither_database_nor_api(self):
        done = self.run_phase(
            'stack',
            'post-config',
            services='n-cpu',
            DISABLED_SERVICES='nova-ext-api nova-ext-conductor '
            'nova-ext-trail sahara-ext-api sahara-ext-engine',
        )
        for call in ('database', 'vhost', 'user', 'endpoint', 'write_uwsgi'):
            self.assertNotIn(call, done)
        self.assertEqual(_PASTE.encode(), self.paste.read_bytes())
        self.assertTrue((self.node / 'nova-ext' / 'nova-ext.conf').exists())
        self.assertFalse((self.node / 'sahara-ext').exists())

    def test_the_trail(self):
        done = self.run_phase('stack', 'post-config')
        file = self.node / 'nova-ext' / 'nova-ext.conf'
        self.assertIn(f'nova-ext-trail --config-file {file} db sync\n', done)
        # The tables are made in a database that is there.
        created, _, rest = done.partition('recreate_database nova_ext_trail')
        self.assertNotIn('nova-ext-trail', created)
        self.assertIn('nova-ext-trail', rest)
        conf = configparser.ConfigParser(interpolation=None)
        conf.read(file)
        self.assertIn(
            '/nova_ext_trail?charset=utf8mb4', conf['trail']['connection']
        )
        started = self.run_phase('stack', 'extra')
        self.assertIn(
            f'run_process nova-ext-trail {self.node}/bin/nova-ext-trail '
            f'--config-file {file} collect\n',
            started,
        )

    def test_without_a_trail(self):
        off = {'DISABLED_SERVICES': 'nova-ext-trail'}
        done = self.run_phase('stack', 'post-config', **off)
        self.assertNotIn('trail', done)
        file = self.node / 'nova-ext' / 'nova-ext.conf'
        self.assertNotIn('trail', file.read_text())

    def test_the_filter_alone(self):
        done = self.run_phase(
            'stack',
            'post-config',
            DISABLED_SERVICES='nova-ext-api nova-ext-conductor '
            'nova-ext-compute nova-ext-trail sahara-ext-api '
            'sahara-ext-engine',
        )
        self.assertIn('recreate_database nova_ext\n', done)
        self.assertIn('[filter:tasks]', self.paste.read_text())
        for call in ('user', 'endpoint', 'write_uwsgi'):
            self.assertNotIn(call, done)

    def test_behind_a_tls_proxy(self):
        done = self.run_phase(
            'stack', 'post-config', services=f'{_CONTROLLER},tls-proxy'
        )
        self.assertIn('https://controller/compute-audit/v2.1\n', done)
        self.assertIn('https://controller/data-processing/v1.1/', done)
        for name in ('nova-ext', 'sahara-ext'):
            conf = configparser.ConfigParser(interpolation=None)
            conf.read(self.node / name / f'{name}.conf')
            self.assertTrue(
                conf.getboolean(
                    'oslo_middleware', 'enable_proxy_headers_parsing'
                )
            )

    def test_nothing_is_left(self):
        before = sorted(self.node.rglob('*'))
        for phase in ('post-config', 'extra'):
            self.run_phase('stack', phase)
        self.assertNotEqual(before, sorted(self.node.rglob('*')))
        for _ in range(2):
            self.run_phase('unstack')
            self.run_phase('clean')
            self.assertEqual(before, sorted(self.node.rglob('*')))

    def test_without_a_stack_there_is_nothing_to_remove(self):
        before = sorted(self.node.rglob('*'))
        self.run_phase('unstack')
        self.run_phase('clean')
        self.assertEqual(before, sorted(self.node.rglob('*')))


class TestTasksFilter(NodeTestCase):
    def test_it_stands_before_the_application(self):
        self.run_phase('stack', 'post-config')
        paste = self._parsed()
        for section in _PIPELINES:
            self.assertEqual(
                ['tasks', 'osapi_compute_app_v21'],
                paste[section]['keystone'].split()[-2:],
            )
        self.assertEqual(
            'cors faultwrap noauth2 tasks osapi_compute_app_v21',
            paste[_PIPELINES[0]]['noauth2'],
        )

    def test_its_section_leads_to_its_configuration(self):
        self.run_phase('stack', 'post-config')
        section = self._parsed()['filter:tasks']
        self.assertEqual(
            'nova_ext.middleware.tasks:filter_factory',
            section['paste.filter_factory'],
        )
        conf = configparser.ConfigParser(interpolation=None)
        conf.read(section['config_file'])
        self.assertIn('/nova_ext?', conf['database']['connection'])

    def test_twice_is_once(self):
        self.run_phase('stack', 'post-config')
        once = self.paste.read_bytes()
        self.run_phase('stack', 'post-config')
        self.assertEqual(once, self.paste.read_bytes())

    def test_it_can_be_left_out(self):
        self.run_phase('stack', 'post-config', NOVA_EXT_TASKS_FILTER='False')
        self.assertEqual(_PASTE.encode(), self.paste.read_bytes())

    def test_taken_out_it_leaves_no_trace(self):
        for paste in (_PASTE, _PASTE.rstrip(), _PASTE.replace('\n', '\r\n')):
            with self.subTest(paste=paste):
                self.paste.write_bytes(paste.encode())
                self.run_phase('stack', 'post-config')
                self.assertNotEqual(paste.encode(), self.paste.read_bytes())
                self.run_phase('unstack')
                self.assertEqual(paste.encode(), self.paste.read_bytes())

    def test_what_others_added_since_stays(self):
        section = b'\n[filter:audit]\nservice_name = nova\n'
        expected = re.sub(
            r'(?m)^(\w+ = .*)( osapi_compute_app)', r'\1 audit\2', _PASTE
        )
        for order in (b' audit tasks ', b' tasks audit '):
            with self.subTest(order=order):
                self.paste.write_bytes(_PASTE.encode())
                self.run_phase('stack', 'post-config')
                paste = self.paste.read_bytes().replace(b' tasks ', order)
                self.paste.write_bytes(paste + section)
                self.run_phase('unstack')
                self.assertEqual(
                    expected.encode() + section,
                    self.paste.read_bytes(),
                )

    def _parsed(self) -> configparser.ConfigParser:
        paste = configparser.ConfigParser(interpolation=None)
        paste.read(self.paste)
        return paste
