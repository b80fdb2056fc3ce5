# SPDX-License-Identifier: Apache-2.0
"""The Spark plugin refuses clusters that could not work."""

from typing import Any

import ddt
import fixtures

from sahara_ext import exception
from sahara_ext.engine import validation
from sahara_ext.infra.flavors import Flavor
from sahara_ext.infra.flavors import Flavors
from sahara_ext.plugins.spark import plugin as plugin_module
from sahara_ext.tests import base
from sahara_ext.tests.unit.plugins.spark import requested

_GROUP = requested.group


class PluginTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.settings.set('infra', driver='compute')
        self.asked: list[str] = []
        self.useFixture(fixtures.MockPatchObject(Flavors, 'get', self._flavor))
        self.plugin = plugin_module.SparkPlugin(self.conf)

    def _flavor(self, cluster: Any, flavor_id: str, _limit: Any) -> Flavor:
        self.asked.append(flavor_id)
        return Flavor('m1.small', 2048, 1)

    def check_refused(self, kind: Any, text: str, cluster: Any) -> None:
        error = self.assertRaises(
            kind, validation.check_cluster, self.plugin, cluster
        )
        self.assertIn(text, str(error))


@ddt.ddt
class TestValidation(PluginTestCase):
    def test_each_flavor_is_asked_for_once(self):
        validation.check_cluster(self.plugin, requested.cluster())
        self.assertEqual(['2'], self.asked)

    @ddt.data(
        ([_GROUP('w', 1, 'worker')], 'one master, not 0'),
        ([_GROUP('m', 2, 'master'), _GROUP('w', 1, 'worker')], 'not 2'),
        (
            [_GROUP('m', 1, 'master'), _GROUP('a', 1, 'master', 'worker')],
            'not 2',
        ),
        ([_GROUP('m', 1, 'master')], 'at least one worker'),
        (
            [_GROUP('m', 1, 'master'), _GROUP('w', 0, 'worker')],
            'at least one worker',
        ),
    )
    @ddt.unpack
    def test_numbers(self, groups, text):
        cluster = requested.cluster(*groups)
        self.check_refused(exception.InvalidConfiguration, text, cluster)

    def test_names_that_are_unknown(self):
        unknown = exception.ConfigNotFound
        for asked, text in (
            ({'Worker_size': 1}, 'Spark: Worker size'),
            ({'defaults': {'hadoop.a': 'b'}}, 'spark-defaults: hadoop.a'),
        ):
            self.check_refused(unknown, text, requested.cluster(**asked))
        cluster = requested.cluster(_GROUP('m', 1, 'master', Ports=1))
        self.check_refused(unknown, 'Spark: Ports', cluster)

    def test_memory_beyond_the_flavor(self):
        self.check_refused(
            exception.InvalidConfiguration,
            'in flavor m1.small (2048 MiB), not 4096',
            requested.cluster(Worker_memory=4096),
        )

    def test_clouds_without_logins(self):
        self.settings.set('infra_compute', wait_for='active')
        refused = exception.InvalidConfiguration
        self.check_refused(refused, 'wait_for', requested.cluster())
        self.settings.set('infra', driver='fake')
        self.check_refused(refused, 'fake', requested.cluster())

    def test_versions(self):
        versions = {'3.10': 'image', '3.5': 'image', '4.0': '/opt/spark'}
        self.settings.set('spark', versions=versions)
        self.assertEqual(['3.5', '3.10', '4.0'], self.plugin.get_versions())


class TestScaling(PluginTestCase):
    def setUp(self):
        super().setUp()
        self.cluster = requested.cluster()
        self.ids = {}
        for number, group in enumerate(self.cluster.node_groups):
            group.id = f'00000000-0000-4000-8000-00000000000{number}'
            self.ids[group.name] = group.id

    def scale(self, *additional, **counts):
        existing = {self.ids[name]: n for name, n in counts.items()}
        groups = requested.cluster(*additional).node_groups
        self.plugin.validate_scaling(
            self.cluster, existing, groups if additional else []
        )

    def check_not(self, text, *additional, **counts):
        error = self.assertRaises(
            exception.InvalidConfiguration, self.scale, *additional, **counts
        )
        self.assertIn(text, str(error))

    def test_workers_come_and_go(self):
        self.scale(worker=5)
        self.scale(worker=1)
        self.scale(_GROUP('more', 1, 'worker'), worker=0)

    def test_what_cannot_be(self):
        self.check_not('at least one worker', worker=0)
        self.check_not('not 2', master=2)
        self.check_not('not 0', master=0)
        self.check_not('not 2', _GROUP('more', 1, 'master'))
        big = _GROUP('more', 1, 'worker', Worker_memory=4096)
        self.check_not('not 4096', big)
