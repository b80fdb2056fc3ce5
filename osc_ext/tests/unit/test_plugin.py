# SPDX-License-Identifier: Apache-2.0
"""The plugin, which every command of the client loads."""

import argparse
import ast
import configparser
import importlib
import importlib.metadata
import json
import pathlib
import subprocess
import sys

import fixtures
import testtools

from osc_ext import plugin

_ROOT = pathlib.Path(__file__).parents[3]
#: Loads the client as a command does, and prints the modules it loaded.
_LOAD = """
import json, sys
sys.argv = ['openstack']
from openstackclient import shell
app = shell.OpenStackShell()
try:
    app.run({words!r})
except SystemExit:
    pass
print('\\n' + json.dumps(sorted(sys.modules)))
"""


def _modules(*words: str) -> set[str]:
    """Return the modules that a command of the client loads."""
    done = subprocess.run(
        [
            sys.executable,
            '-W',
            'ignore',
            '-c',
            _LOAD.format(words=list(words)),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


class TestImports(testtools.TestCase):
    """Time of the start: it imports what it needs, when it needs it."""

    def loaded(self, *words: str) -> set[str]:
        """Return the modules of this package that a command loads."""
        found = _modules(*words)
        services = {'nova_ext', 'sahara_ext', 'ext_lib', 'sqlalchemy'}
        self.assertEqual(set(), services & found)
        return {name for name in found if name.split('.')[0] == 'osc_ext'}

    def test_version(self) -> None:
        expected = {'osc_ext', 'osc_ext.plugin'}
        self.assertEqual(expected, self.loaded('--version'))

    def test_another_command(self) -> None:
        """The client loads the module of every command, and that is all."""
        expected = {
            'osc_ext',
            'osc_ext.audit_action',
            'osc_ext.audit_server',
            'osc_ext.cells',
            'osc_ext.cluster_event',
            'osc_ext.cluster_progress',
            'osc_ext.exceptions',
            'osc_ext.exit_status',
            'osc_ext.names',
            'osc_ext.plugin',
            'osc_ext.server_task',
            'osc_ext.server_task_wait',
            'osc_ext.server_timeline',
            'osc_ext.services',
            'osc_ext.tags',
            'osc_ext.timeline',
            'osc_ext.times',
        }
        for words in (('flavor', 'list'), ('server', 'task', 'list')):
            self.assertEqual(expected, self.loaded(*words, '--help'))

    def test_the_plugin(self) -> None:
        """It imports nothing but the standard library."""
        tree = ast.parse(pathlib.Path(plugin.__file__).read_text())
        imported = {
            name.split('.')[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module or '']
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
            )
        }
        self.assertEqual(set(), imported - sys.stdlib_module_names)


class TestEntryPoints(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.parser = configparser.ConfigParser()
        self.parser.read(_ROOT / 'setup.cfg')

    def test_commands(self) -> None:
        """Each is a class with a summary and an example."""
        points = [
            importlib.metadata.EntryPoint(name, value, group)
            for group, text in self.parser['entry_points'].items()
            if group.startswith('openstack.')
            and group.count('.') == 2
            and group != 'openstack.cli.extension'
            for line in text.strip().splitlines()
            for name, value in [line.split(' = ')]
        ]
        self.assertEqual(12, len(points))
        for point in points:
            command = point.load()
            self.assertTrue(command.__doc__.splitlines()[0].endswith('.'))
            self.assertIn('::\n\n    openstack ', command.examples)

    def test_versions_of_the_data_processing_api(self) -> None:
        """The same commands."""
        first, second = (
            self.parser['entry_points'][f'openstack.data_processing.v{n}']
            for n in (1, 2)
        )
        self.assertEqual(first, second)

    def test_plugin(self) -> None:
        text = self.parser['entry_points']['openstack.cli.extension']
        name = text.split(' = ')[1]
        self.assertIs(plugin, importlib.import_module(name))


class TestOptions(testtools.TestCase):
    def parse(self, *words: str) -> argparse.Namespace:
        parser = argparse.ArgumentParser()
        return plugin.build_option_parser(parser).parse_args(words)

    def test_without(self) -> None:
        self.useFixture(fixtures.EnvironmentVariable('OS_TASK_TAG'))
        found = self.parse()
        self.assertEqual('', found.task_tag)
        self.assertFalse(hasattr(found, 'task_tag_given'))

    def test_given(self) -> None:
        found = self.parse('--task-tag', 'one')
        self.assertEqual(('one', True), (found.task_tag, found.task_tag_given))

    def test_environment(self) -> None:
        self.useFixture(fixtures.EnvironmentVariable('OS_TASK_TAG', 'two'))
        found = self.parse()
        self.assertEqual('two', found.task_tag)
        self.assertFalse(hasattr(found, 'task_tag_given'))
        self.assertEqual('one', self.parse('--task-tag', 'one').task_tag)
