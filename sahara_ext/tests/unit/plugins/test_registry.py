# SPDX-License-Identifier: Apache-2.0
"""Plugins are found where they are installed, and only sound ones."""

import pathlib
import sys
import textwrap

import fixtures
from stevedore import extension

from sahara_ext import exception
from sahara_ext.plugins.fake import FakePlugin
from sahara_ext.plugins.registry import PluginRegistry
from sahara_ext.tests import base

_MODULE = """
    from sahara_ext.plugins.fake import FakePlugin

    class Other(FakePlugin):
        name = 'other'

    class Moody(FakePlugin):
        name = 'moody'

        def __init__(self, conf):
            raise OSError('not today')

    class Unfinished:
        name = 'unfinished'

        def __init__(self, conf):
            pass
"""
_ENTRY_POINTS = """
    [sahara_ext.plugins]
    other = several_plugins:Other
    misnamed = several_plugins:Other
    moody = several_plugins:Moody
    unfinished = several_plugins:Unfinished
    absent = several_plugins:Absent
    homeless = no_such_module:Plugin
"""


class Distribution(fixtures.Fixture):
    """A distribution with plugins, most of them of no use."""

    def _setUp(self):
        site = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        info = site / 'several_plugins-1.0.dist-info'
        info.mkdir()
        (info / 'METADATA').write_text('Name: several_plugins\nVersion: 1.0\n')
        (info / 'entry_points.txt').write_text(textwrap.dedent(_ENTRY_POINTS))
        (site / 'several_plugins.py').write_text(textwrap.dedent(_MODULE))
        for name, value in (
            ('sys.path', [*sys.path, str(site)]),
            ('stevedore._cache._c._disable_caching', True),
        ):
            self.useFixture(fixtures.MonkeyPatch(name, value))
        self.useFixture(
            fixtures.MockPatchObject(
                extension.ExtensionManager, 'ENTRY_POINT_CACHE', {}
            )
        )
        self.addCleanup(sys.modules.pop, 'several_plugins', None)


class TestRegistry(base.TestCase):
    def names(self):
        plugins = PluginRegistry(self.conf).get_all()
        return [plugin.name for plugin in plugins]

    def test_our_own(self):
        registry = PluginRegistry(self.conf)
        self.assertIsInstance(registry.get('fake'), FakePlugin)
        error = self.assertRaises(
            exception.PluginNotFound, registry.get, 'vanilla'
        )
        self.assertIn('vanilla', str(error))

    def test_those_of_others(self):
        self.useFixture(Distribution())
        self.assertEqual(['fake', 'other', 'spark'], self.names())
        for name in ('absent', 'homeless', 'misnamed', 'moody', 'unfinished'):
            self.assertIn(name, self.log.output)

    def test_enabled_ones_only(self):
        self.useFixture(Distribution())
        self.settings.set('plugins', enabled=['other', 'missing'])
        self.assertEqual(['other'], self.names())
        self.assertIn('missing', self.log.output)
        self.assertNotIn('moody', self.log.output)
