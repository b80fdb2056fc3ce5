# SPDX-License-Identifier: Apache-2.0
"""The openstack client, from templates to the end of a cluster."""

import json
import pathlib
import secrets
from typing import Any

from ext_lib.testing import polling
from sahara_ext.tests.functional.clients import base

_DONE = 'Step completed successfully'
_FAILED = 'Step has failed events'
_RUNNING = 'Step in progress'
_LAUNCHING = 'creating: Launching instances'
_SSH = 'creating: Waiting for ssh'


class CommandTests:
    """Tests for both versions.

    The commands are those of python-saharaclient 4.2.0. Some that list things
    the openstack client of today cannot run, and ``--wait`` when scaling fails
    after the wait; both without asking the service.
    """

    def setUp(self: Any) -> None:
        super().setUp()  # type: ignore[misc]
        self.name = f'c{secrets.token_hex(4)}'

    def test_plugins(self: Any) -> None:
        shown = self.openstack('plugin', 'show', 'fake')
        self.assertEqual('fake', shown['Name'])
        self.assertEqual('0.1', shown['Versions'])
        shown = self.openstack(
            *('plugin', 'show', 'fake', '--plugin-version', '0.1')
        )
        self.assertIn('datanode', shown['HDFS'])

    def test_life_of_a_cluster(self: Any) -> None:
        groups = f'{self.name}-worker'
        template = self.new_template(f'{groups}:2')
        created = self.openstack(
            *('cluster', 'create', '--name', self.name, '--wait'),
            *('--cluster-template', template, '--image', base.IMAGE),
        )
        self.assertEqual('Active', created['Status'])
        self.assertEqual(f'{groups}:2', _groups(created))
        listed = self.openstack('cluster', 'list')
        self.assertIn(
            (self.name, 'fake', '0.1', 'Active'),
            [
                (
                    row['Name'],
                    row['Plugin name'],
                    row['Plugin version'],
                    row['Status'],
                )
                for row in listed
            ],
        )
        shown = self.show('--show-progress')
        self.assertEqual(_DONE, shown[_LAUNCHING])
        self.assertEqual({_DONE}, _results(shown))
        self.check_dump()
        self.openstack(
            'cluster', 'scale', self.name, '--instances', f'{groups}:3'
        )
        self.wait_for(created['Id'], 'Active')
        shown = self.show('--show-progress')
        self.assertEqual(f'{groups}:3', _groups(shown))
        self.assertEqual(_DONE, shown['scaling: Launching instances'])
        self.openstack('cluster', 'delete', self.name, '--wait')
        gone = self.try_openstack('cluster', 'show', self.name)
        self.assertIn('No matches found', gone.stderr)

    def new_template(self: Any, groups: str) -> str:
        """Create templates for one node group; return the name of one."""
        name, _, _count = groups.partition(':')
        group = self.write(
            f'{self.name}.json',
            {
                'name': name,
                'plugin_name': 'fake',
                self.version_key: '0.1',
                'flavor_id': '1',
                'node_processes': ['datanode'],
            },
        )
        self.openstack('node', 'group', 'template', 'create', '--json', group)
        made = self.openstack(
            *('cluster', 'template', 'create', '--name', self.name),
            *('--node-groups', groups),
        )
        self.assertEqual(groups, _groups(made))
        return str(made['Name'])

    def show(self: Any, *options: str) -> Any:
        """Return a cluster as the command shows it."""
        return self.openstack('cluster', 'show', self.name, *options)

    def check_dump(self: Any) -> None:
        """The dump of the events has them all."""
        printed = self.openstack(
            'cluster', 'show', self.name, '--full-dump-events'
        )
        [file] = (
            line.rpartition(': ')[-1]
            for line in printed.splitlines()
            if line.startswith('Event log dump')
        )
        steps = json.loads(pathlib.Path(self.service.state, file).read_text())
        launching = steps[0]
        self.assertEqual('Launching instances', launching['step_name'])
        self.assertEqual(2, launching['total'])
        self.assertEqual(
            [True, True], [e['successful'] for e in launching['events']]
        )

    def test_a_failure(self: Any) -> None:
        self.create_by_json({'fail_step': 'Waiting for ssh'})
        cluster = self.sahara().clusters.find_unique(name=self.name)
        self.wait_for(cluster.id, 'Error')
        shown = self.show('--show-progress')
        self.assertEqual('Error', shown['Status'])
        self.assertEqual(_FAILED, shown[_SSH])
        self.openstack('cluster', 'delete', cluster.id)

    def test_amid(self: Any) -> None:
        # As long as the client may take to show it.
        self.create_by_json({'seconds': 60})
        shown: dict[str, str] = {}

        def is_begun() -> bool:
            shown.update(self.show('--show-progress'))
            return _LAUNCHING in shown

        polling.wait_until(is_begun, 'the first step')
        self.assertEqual(_RUNNING, shown[_LAUNCHING])
        self.openstack('cluster', 'delete', self.name)

    def create_by_json(self: Any, configs: dict[str, Any]) -> None:
        """Create a cluster from a file."""
        path = self.write(
            f'{self.name}.json',
            {
                'name': self.name,
                'plugin_name': 'fake',
                self.version_key: '0.1',
                'default_image_id': base.IMAGE,
                'cluster_configs': {'fake': configs},
                'node_groups': [
                    {
                        'name': 'worker',
                        'count': 2,
                        'flavor_id': '1',
                        'node_processes': ['datanode'],
                    }
                ],
            },
        )
        self.openstack('cluster', 'create', '--json', path)

    def test_images(self: Any) -> None:
        image = self.openstack(
            *('image', 'register', base.IMAGE, '--username', 'ubuntu'),
        )
        self.assertEqual('ubuntu', image['Username'])
        shown = self.openstack('image', 'show', base.IMAGE)
        self.assertEqual('ubuntu', shown['Username'])
        self.openstack('image', 'unregister', base.IMAGE)
        gone = self.try_openstack('image', 'show', base.IMAGE)
        self.assertNotEqual(0, gone.returncode)

    def test_through_the_catalog(self: Any) -> None:
        shown = self.openstack_by_catalog('plugin', 'show', 'fake')
        self.assertEqual('fake', shown['Name'])


class TestVersion1(CommandTests, base.ClientTestCase):
    """Version 1.1."""


class TestVersion2(CommandTests, base.ClientTestCase):
    """The cluster part of version 2."""

    api = '2'


def _groups(shown: Any) -> str:
    return str(shown['Node groups'])


def _results(shown: Any) -> set[str]:
    """Return how the steps are that a cluster is shown with."""
    return {shown[key] for key in shown if ': ' in key}
