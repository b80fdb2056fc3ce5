# SPDX-License-Identifier: Apache-2.0
"""Clusters that cannot be are refused, and it is said why."""

from ext_lib import context
from ext_lib import exception as ext_exception
from sahara_ext import exception
from sahara_ext.engine import builders
from sahara_ext.engine import validation
from sahara_ext.plugins.fake import FakePlugin
from sahara_ext.tests import base
from sahara_ext.tests import requested


class TestCluster(base.TestCase):
    def check(self, name='demo', **changes):
        caller = context.RequestContext(user_id='me', project_id='us')
        values = {**requested.values(), **changes}
        validation.check_cluster(
            FakePlugin(self.conf),
            builders.cluster(caller, values, name),
        )

    def check_refused(self, error, text, **kwargs):
        found = self.assertRaises(error, self.check, **kwargs)
        self.assertIn(text, str(found))
        self.assertIsInstance(found, ext_exception.Invalid)

    def check_group_refused(self, error, text, **changes):
        group = {**requested.group('worker', 1), **changes}
        self.check_refused(error, text, node_groups=[group])

    def test_what_is_right(self):
        self.check()
        self.check(anti_affinity=['datanode'])

    def test_version(self):
        self.check_refused(
            exception.PluginVersionNotFound, '9.9', plugin_version='9.9'
        )

    def test_groups(self):
        self.check_refused(
            exception.InvalidConfiguration, 'node groups', node_groups=[]
        )
        self.check_refused(
            exception.NodeGroupNameExists,
            'WORKER',
            node_groups=[
                requested.group('worker', 1),
                requested.group('WORKER', 1),
            ],
        )

    def test_size(self):
        validation.check_size(3, 3)
        error = self.assertRaises(
            exception.TooManyInstances, validation.check_size, 4, 3
        )
        self.assertIn('not 4', str(error))

    def test_processes(self):
        self.check_refused(
            exception.NodeProcessNotFound, 'oozie', anti_affinity=['oozie']
        )
        self.check_group_refused(
            exception.NodeProcessNotFound, 'oozie', node_processes=['oozie']
        )
        self.check_group_refused(
            exception.InvalidConfiguration, 'worker', node_processes=[]
        )

    def test_flavor(self):
        self.check_group_refused(
            exception.InvalidConfiguration, 'worker', flavor_id=None
        )

    def test_names_of_hosts(self):
        # demo-<name>-001
        self.check(node_groups=[requested.group('w' * 55, 1)])
        self.check_group_refused(
            exception.InstanceNameTooLong, '64', name='w' * 56
        )
        # One more digit.
        self.check_group_refused(
            exception.InstanceNameTooLong, '-1000', name='w' * 55, count=1000
        )

    def test_configs(self):
        self.check_refused(
            exception.ConfigNotFound, 'HDFS', cluster_configs={'HDFS': {}}
        )
        self.check_refused(
            exception.ConfigNotFound,
            'fake: typo',
            cluster_configs={'fake': {'typo': 1}},
        )
        self.check_group_refused(
            exception.ConfigNotFound, 'HDFS', node_configs={'HDFS': {'a': 1}}
        )

    def test_what_only_the_plugin_knows(self):
        self.check_refused(
            exception.InvalidConfiguration,
            'no such step',
            cluster_configs={'fake': {'fail_step': 'no such step'}},
        )
