# SPDX-License-Identifier: Apache-2.0
"""Commands that may change servers, among those that there are."""

import importlib.metadata

import testtools

from osc_ext import tagged_command

#: Commands of the client that change a server.
_CHANGING = (
    'server create', 'server delete', 'server migrate', 'server rebuild',
    'server stop', 'server image create', 'server add volume',
    'server remove port', 'server migration abort', 'server shelve',
    'project cleanup',
)  # fmt: skip
_NOT_CHANGING = (
    'server list', 'server show', 'server group create', 'server event list',
    'server migration list', 'flavor create', 'keypair create',
    'console url show', 'volume create', 'image create', 'network create',
    'server ssh', 'server task wait', 'server timeline',
    'audit action list', 'audit server show',
    'dataprocessing cluster create', 'dataprocessing cluster progress',
)  # fmt: skip


class TestCommands(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.modules = {
            point.name.replace('_', ' '): point.module
            for distribution in importlib.metadata.distributions()
            for point in distribution.entry_points
            if point.group.startswith('openstack.')
        }

    def check(self, name: str) -> bool:
        return tagged_command.may_change_servers(name, self.modules[name])

    def test_changing(self) -> None:
        for name in _CHANGING:
            self.assertTrue(self.check(name), name)

    def test_not_changing(self) -> None:
        for name in _NOT_CHANGING:
            self.assertFalse(self.check(name), name)

    def test_unknown(self) -> None:
        """A command of another package may send requests of its own."""
        self.assertTrue(
            tagged_command.may_change_servers('fleet roll', 'fleet.commands')
        )
        self.assertFalse(
            tagged_command.may_change_servers('fleet list', 'fleet.commands')
        )
