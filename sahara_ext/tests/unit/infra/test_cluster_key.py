# SPDX-License-Identifier: Apache-2.0
"""Each cluster has a key, which is computed and stored nowhere."""

import os
import pathlib

import fixtures

from ext_lib import context
from sahara_ext.infra import errors
from sahara_ext.infra.cluster_key import ClusterKeys
from sahara_ext.objects.cluster import Cluster
from sahara_ext.tests import base

_SECRETS = ('a' * 32, 'b' * 40)


class TestKeys(base.TestCase):
    def setUp(self):
        super().setUp()
        directory = self.useFixture(fixtures.TempDir()).path
        self.path = pathlib.Path(directory, 'secret')
        self.write(_SECRETS[0])
        self.settings.set('ssh', secret_file=str(self.path))

    def write(self, *lines, mode=0o600):
        self.path.write_text('\n'.join(lines) + '\n')
        self.path.chmod(mode)

    def key(self, number=1, public=None):
        cluster = Cluster(
            context.get_admin_context(),
            id=f'00000000-0000-4000-8000-00000000000{number}',
            management_public_key=public,
        )
        return ClusterKeys(self.conf).of(cluster)

    def check_refused(self, text, **kwargs):
        error = self.assertRaises(errors.SSHNotConfigured, self.key, **kwargs)
        self.assertIn(text, str(error))
        self.assertNotIn(str(self.path), str(error))
        for secret in _SECRETS:
            self.assertNotIn(secret, str(error))

    def test_every_engine_has_the_same(self):
        self.assertEqual(self.key().public, self.key().public)
        self.assertNotEqual(self.key().public, self.key(2).public)
        kind, key = self.key().public.split()
        self.assertEqual('ssh-ed25519', kind)
        self.assertEqual(key, self.key().for_login().get_base64())

    def test_secrets_are_replaced(self):
        old = self.key().public
        self.write(_SECRETS[1], _SECRETS[0])
        self.assertEqual(old, self.key(public=old).public)
        new = self.key().public
        self.assertNotEqual(old, new)
        self.write(_SECRETS[1])
        self.assertEqual(new, self.key(public=new).public)
        self.check_refused('no longer has the secret', public=old)

    def test_what_is_no_secret(self):
        self.write('short')
        self.check_refused('at least 32 characters')
        self.write()
        self.check_refused('at least 32 characters')
        self.write(_SECRETS[0], mode=0o604)
        self.check_refused('can be read by every user')
        os.unlink(self.path)
        self.check_refused('cannot be read (No such file or directory)')
        self.settings.set('ssh', secret_file=None)
        self.check_refused('names no file')

    def test_it_does_not_tell_itself(self):
        key = self.key()
        self.assertNotIn('PRIVATE', repr(key) + repr(vars(key)))
