# SPDX-License-Identifier: Apache-2.0
"""Keys have the fingerprints that other programs find."""

import ddt

from nova_ext.compute import keys
from nova_ext.tests import base

#: As "ssh-keygen -l -E md5" prints it.
_PUBLIC = (
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/Q'
    'EXn9OIeZJ'
)
_FINGERPRINT = '46:5d:0f:4b:7b:74:b6:5f:ce:80:b0:33:70:9e:33:96'


@ddt.ddt
class TestKeys(base.TestCase):
    @ddt.data('', ' me@home', ' a b c', '\n')
    def test_fingerprint(self, comment: str) -> None:
        self.assertEqual(
            _FINGERPRINT, keys.fingerprint(f'{_PUBLIC}{comment}', 'ssh')
        )

    @ddt.data('', 'ssh-rsa', 'ssh-rsa x', 'ssh-ed25519 AAAA', '\ud800', 'ü')
    def test_no_key(self, text: str) -> None:
        for kind in ('ssh', 'x509'):
            self.assertRaises(
                keys.InvalidKeypair, keys.fingerprint, text, kind
            )

    @ddt.data('ssh', 'x509')
    def test_new_keys(self, kind: str) -> None:
        new = keys.generate(kind, 'u' * 255)
        keys.fingerprint(new.public_key, kind)
        self.assertIn('PRIVATE KEY', new.private_key)
        self.assertNotEqual(new, keys.generate(kind, 'u' * 255))
