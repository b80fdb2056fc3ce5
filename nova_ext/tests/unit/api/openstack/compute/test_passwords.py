# SPDX-License-Identifier: Apache-2.0
"""Passwords are the client's, or such as nobody guesses."""

import testtools

from nova_ext.api.openstack.compute import passwords


class TestPasswords(testtools.TestCase):
    def test_given(self):
        for given in ('secret', ''):
            server = {'name': 'web', 'adminPass': given}
            self.assertEqual(given, passwords.given_or_new(server))

    def test_new(self):
        found = {passwords.given_or_new({'name': 'web'}) for _ in range(100)}
        self.assertEqual(100, len(found))
        for password in found:
            self.assertRegex(password, '^[a-zA-Z0-9]{12}$')
