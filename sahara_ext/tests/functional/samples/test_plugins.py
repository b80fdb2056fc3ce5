# SPDX-License-Identifier: Apache-2.0
"""Samples of plugins."""

from sahara_ext.tests.functional.samples import base


class PluginSamples(base.SampleTestCase):
    @base.produces(
        'plugins/plugins-list-resp',
        'plugins/plugin-show-resp',
        'plugins/plugin-version-show-resp',
    )
    def test_reads(self) -> None:
        self.assertAnswers('plugins/plugins-list-resp', '/plugins')
        self.assertAnswers('plugins/plugin-show-resp', '/plugins/fake')
        self.assertAnswers(
            'plugins/plugin-version-show-resp', '/plugins/fake/0.1'
        )
