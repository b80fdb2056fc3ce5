# SPDX-License-Identifier: Apache-2.0
"""The plugin the documentation shows is installed, and does what it says."""

import os
import pathlib
import shutil
import subprocess
import sys

import fixtures
from stevedore import extension

from sahara_ext import exception
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.tests import base as tests_base
from sahara_ext.tests import requested
from sahara_ext.tests.functional.engine import base
from sahara_ext.tests.functional.engine import processes

_SOURCE = pathlib.Path(__file__).parents[4] / 'doc' / 'example-plugin'
_SECONDS = 120


class Installation(fixtures.Fixture):
    """The distribution of the plugin, installed in a directory, ``path``.

    Plugins of this process are looked for there, too.
    """

    def _setUp(self) -> None:
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        # What is built leaves traces.
        source = shutil.copytree(_SOURCE, directory / 'source')
        self.path = str(directory / 'site')
        pip = [sys.executable, '-m', 'pip', '--disable-pip-version-check']
        options = ['--no-index', '--no-deps', '--no-build-isolation']
        done = subprocess.run(
            [*pip, 'install', *options, '--target', self.path, source],
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        for name, value in (
            ('sys.path', [*sys.path, self.path]),
            # What was found before is no more all there is.
            ('stevedore._cache._c._disable_caching', True),
        ):
            self.useFixture(fixtures.MonkeyPatch(name, value))
        self.useFixture(
            fixtures.MockPatchObject(
                extension.ExtensionManager, 'ENTRY_POINT_CACHE', {}
            )
        )


class TestExamplePlugin(
    processes.EnginesTestCase, tests_base.MessagingTestCase
):
    def setUp(self):
        self.plugin = self.useFixture(Installation())
        super().setUp()
        paths = [
            self.plugin.path,
            self.engines.directory_cloud.environment['PYTHONPATH'],
        ]
        self.engines.directory_cloud.environment['PYTHONPATH'] = (
            os.pathsep.join(paths)
        )
        self.engine = self.engines.start()

    def get_transport(self):
        return self.rpc.transport

    def make_engines(self):
        return processes.Engines(self.database.url)

    def values(self, count, **configs):
        group = {
            **requested.group('voter', count),
            'node_processes': ['voter'],
        }
        return {
            **requested.values(),
            'plugin_name': 'quorum',
            'plugin_version': '1.0',
            'cluster_configs': configs,
            'node_groups': [group],
        }

    def test_from_creation_to_deletion(self):
        names = [plugin.name for plugin in self.api.plugins.get_all()]
        self.assertEqual(['fake', 'quorum', 'spark'], names)
        (cluster,) = self.api.create_clusters(
            self.context, self.values(3, Quorum={'tick_time': 500})
        )
        self.assertEqual([*base.ADDING, *_CREATING], list(base.steps(cluster)))
        cluster = self.wait_for(cluster.id)
        self.check(cluster, voter=3)
        self.assertEqual(
            {'Quorum': {'Leader': 'demo-voter-001'}}, cluster.info
        )
        self.assertTrue(self.engine.has_said('--tick-time 500'))
        self.check_event(cluster)
        self.scale(cluster, 5, 'Adding voters')
        self.scale(cluster, 1, 'Removing voters')
        self.api.delete_cluster(self.context, cluster)
        self.wait_until_gone(cluster.id)
        self.check_servers()

    def check_event(self, cluster):
        step = base.steps(cluster)['Electing a leader']
        (event,) = ClusterEventList.get_by_step(self.context, step.id)
        self.assertEqual('demo-voter-001 leads.', event.event_info)

    def scale(self, cluster, count, step_name):
        cluster = self.load(cluster.id)
        self.api.scale_cluster(self.context, cluster, {'voter': count})
        cluster = self.wait_for(cluster.id)
        self.check(cluster, voter=count)
        self.check_servers(cluster)
        self.assertIn(step_name, base.steps(cluster, 'scaling'))

    def test_what_it_refuses(self):
        error = self.assertRaises(
            exception.InvalidConfiguration,
            self.api.create_clusters,
            self.context,
            self.values(2),
        )
        self.assertIn('2 voters', str(error))
        (cluster,) = self.api.create_clusters(self.context, self.values(1))
        self.assertRaises(
            exception.InvalidConfiguration,
            self.api.scale_cluster,
            self.context,
            self.wait_for(cluster.id),
            {'voter': 4},
        )


_CREATING = ['Writing configurations', 'Starting voters', 'Electing a leader']
