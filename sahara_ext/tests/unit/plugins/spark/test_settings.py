# SPDX-License-Identifier: Apache-2.0
"""Users may set what a Spark cluster can have, and nothing else."""

import ddt

from sahara_ext import exception
from sahara_ext.infra.flavors import Flavor
from sahara_ext.plugins.spark import settings
from sahara_ext.plugins.spark.settings import NodeSettings
from sahara_ext.plugins.spark.settings import Ports
from sahara_ext.tests import base
from sahara_ext.tests.unit.plugins.spark import requested

_FLAVOR = Flavor('m1.small', 2048, 2)


def settings_of(cluster, number=1, flavor=_FLAVOR):
    return NodeSettings.of(cluster, cluster.node_groups[number], flavor)


@ddt.ddt
class TestSettings(base.TestCase):
    def check_refused(self, text, *groups, **asked):
        number = 1 if not groups else 0
        error = self.assertRaises(
            exception.InvalidConfiguration,
            lambda: settings_of(requested.cluster(*groups, **asked), number),
        )
        self.assertIn(text, str(error))

    def test_defaults_follow_the_flavor(self):
        found = settings_of(requested.cluster())
        self.assertEqual(
            (1536, 2, 512),
            (found.worker_memory, found.worker_cores, found.daemon_memory),
        )
        self.assertEqual('1024m', settings.executor_memory([found]))

    def test_both_processes_on_one_instance(self):
        cluster = requested.cluster(
            requested.group('all', 1, 'master', 'worker')
        )
        self.assertEqual(1024, settings_of(cluster, 0).worker_memory)

    def test_a_process_that_is_named_twice(self):
        cluster = requested.cluster(
            requested.group('a', 1, 'worker', 'worker')
        )
        self.assertEqual(1536, settings_of(cluster, 0).worker_memory)

    def test_a_node_group_may_differ(self):
        cluster = requested.cluster(
            requested.group('a', 1, 'worker', Worker_memory=700),
            requested.group('b', 1, 'worker'),
            Worker_memory=600,
            Worker_cores='1',
        )
        found = [settings_of(cluster, number) for number in (0, 1)]
        self.assertEqual([700, 600], [each.worker_memory for each in found])
        self.assertEqual([1, 1], [each.worker_cores for each in found])
        self.assertEqual('600m', settings.executor_memory(found))

    def test_keys_of_spark(self):
        cluster = requested.cluster(
            defaults={
                'spark.executor.memory': '1g',
                'spark.eventLog.enabled': True,
                'spark.task.cpus': 1,
            }
        )
        self.assertEqual(
            {
                'spark.executor.memory': '1g',
                'spark.eventLog.enabled': 'true',
                'spark.task.cpus': '1',
            },
            settings_of(cluster).defaults,
        )

    @ddt.data(
        ({'Worker_memory': 1537}, 'from 512 to 1536 in flavor m1.small'),
        ({'Worker_memory': 511}, 'not 511'),
        ({'Worker_memory': '1g'}, 'has to be a whole number'),
        ({'Worker_memory': True}, 'has to be a whole number'),
        ({'Worker_memory': -1}, 'not -1'),
        ({'Worker_memory': 10**20}, 'not 1000'),
        ({'Worker_memory': '9' * 5000}, 'has to be a whole number'),
        ({'Worker_memory': '\u0661\u0660\u0662\u0664'}, 'whole number'),
        ({'Worker_cores': 0}, 'Worker cores can be from 1'),
        ({'Worker_cores': 1.5}, 'has to be a whole number'),
        ({'Daemon_memory': 2049}, 'Daemon memory can be from 64 to 2048'),
        ({'Daemon_memory': 2000}, 'too small for node group worker'),
        ({'defaults': {'spark.master': 'local'}}, 'cannot be set'),
        ({'defaults': {'spark.a': 'b\nc'}}, 'one line of text'),
        ({'defaults': {'spark.a': ''}}, 'one line of text'),
        ({'defaults': {'spark.a': None}}, 'one line of text'),
        ({'defaults': {'spark.a': ['b']}}, 'one line of text'),
        ({'defaults': {'spark.executor.memory': '2g'}}, 'to 1536m'),
        ({'defaults': {'spark.executor.memory': '1'}}, 'from 512m'),
        ({'defaults': {'spark.executor.memory': 'much'}}, 'such as 512m'),
        *(
            ({'defaults': {'spark.executor.memory': size}}, 'such as 512m')
            for size in (
                '9' * 5000, f'{"9" * 400}k', f'{"9" * 400}t', '1e3m', '512 m',
                '\u0665\u0661\u0662m', '600000\u212a', 'inf', '-512m',
            )
        ),
        ({'defaults': {'spark.executor.memory': '999999999999t'}}, '1536m'),
    )  # fmt: skip
    @ddt.unpack
    def test_what_cannot_be(self, asked, text):
        self.check_refused(text, **asked)

    def test_what_a_node_group_cannot_have(self):
        group = requested.group('worker', 1, 'worker', Master_port=7000)
        self.check_refused('the same for a whole cluster', group)

    def test_flavors_that_are_too_small(self):
        tiny = Flavor('m1.tiny', 512, 1)
        cluster = requested.cluster()
        settings_of(cluster, 0, tiny)
        error = self.assertRaises(
            exception.InvalidConfiguration, settings_of, cluster, 1, tiny
        )
        self.assertIn('Flavor m1.tiny (512 MiB) is too small', str(error))


@ddt.ddt
class TestPorts(base.TestCase):
    def test_defaults(self):
        self.assertEqual(
            Ports(7077, 8080, 7078, 8081), Ports.of(requested.cluster())
        )

    @ddt.data(
        ({'Master_port': 80}, 'from 1024 to 65535'),
        ({'Worker_port': 70000}, 'not 70000'),
        ({'Worker_port': 'x'}, 'whole number'),
        ({'Worker_port': 7077}, 'differ'),
    )
    @ddt.unpack
    def test_what_cannot_be(self, asked, text):
        error = self.assertRaises(
            exception.InvalidConfiguration,
            Ports.of,
            requested.cluster(**asked),
        )
        self.assertIn(text, str(error))


@ddt.ddt
class TestKeys(base.TestCase):
    @ddt.data('spark.executor.memory', 'spark.my-own.key_2')
    def test_accepted(self, name):
        self.assertTrue(settings.accepts('spark-defaults', name))
        self.assertFalse(settings.accepts('Spark', name))

    @ddt.data('spark', 'spark.', 'spark..a', 'hadoop.a', 'spark.a b', '')
    def test_not_accepted(self, name):
        self.assertFalse(settings.accepts('spark-defaults', name))
