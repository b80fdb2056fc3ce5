# SPDX-License-Identifier: Apache-2.0
"""A machine that cannot run guests is refused in one line."""

import os
import pwd
import shutil
from typing import Any
from unittest import mock

import ddt

from ext_lib.startup_errors import Misconfigured
from nova_ext.tests import base
from nova_ext.virt.namespace import network
from nova_ext.virt.namespace import requirements

_NO_CAPABILITIES = 'CapInh:\t0\nCapEff:\t0000000000000000\n'
_ONE_CAPABILITY = f'CapEff:\t{1 << 12:016x}\n'


@ddt.ddt
class TestRequirements(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.geteuid = self.mocked(os, 'geteuid')
        self.geteuid.return_value = 0
        self.which = self.mocked(shutil, 'which')
        self.which.side_effect = lambda name, path: f'/bin/{name}'
        self.status = self.mocked(requirements, '_STATUS')
        self.status.read_text.return_value = f'CapEff:\t{2**40 - 1:x}\n'

    def mocked(self, owner: Any, name: str) -> Any:
        patch = mock.patch.object(owner, name, autospec=True)
        self.addCleanup(patch.stop)
        return patch.start()

    def assertRefused(self, words: str) -> None:
        error = self.assertRaises(Misconfigured, requirements.check, self.conf)
        self.assertIn(words, str(error))
        self.assertNotIn('\n', str(error))

    def test_a_fitting_machine(self) -> None:
        requirements.check(self.conf)

    def test_no_root(self) -> None:
        self.geteuid.return_value = 1000
        self.assertRefused('has to run as root')

    def test_no_capabilities(self) -> None:
        self.status.read_text.return_value = _NO_CAPABILITIES
        self.assertRefused('CAP_NET_ADMIN')
        self.status.read_text.return_value = _ONE_CAPABILITY
        self.assertRefused('CAP_SYS_ADMIN')

    @ddt.data(('ip', 'iproute2'), ('sshd', 'openssh-server'))
    @ddt.unpack
    def test_no_program(self, name: str, package: str) -> None:
        self.which.side_effect = lambda found, path: (
            None if found == name else f'/bin/{found}'
        )
        self.assertRefused(package)

    def test_a_user_of_the_machine(self) -> None:
        user = mock.Mock(spec_set=['pw_name'], pw_name='someone')
        with mock.patch.object(
            pwd, 'getpwuid', autospec=True, return_value=user
        ):
            self.assertRefused('someone')

    def test_a_user_of_that_name(self) -> None:
        self.settings.set('namespace', login='root')
        self.assertRefused('login: root')

    @ddt.data(
        '/', '/etc', '/srv/../etc', '/usr', '/dev', '/dev/shm', '/proc',
        '/proc/self', '/run', '/var', '/var/log',
    )  # fmt: skip
    def test_a_home_that_cannot_be(self, home: str) -> None:
        self.settings.set('namespace', home=home)
        self.assertRefused(f'a home at {home}.')

    @ddt.data('', ' ', 'a\nb', 'a\n', 'x' * 65)
    def test_no_name_of_a_network(self, name: str) -> None:
        self.assertRaises(
            ValueError, self.settings.set, 'namespace', network_name=name
        )

    @ddt.data('10.0.0.1/24', '8.8.8.0/24', '10.0.0.0/31', 'fd00::/64', 'x')
    def test_no_network(self, text: str) -> None:
        error = self.assertRaises(Misconfigured, network.parse, text)
        self.assertIn('[namespace] network', str(error))
