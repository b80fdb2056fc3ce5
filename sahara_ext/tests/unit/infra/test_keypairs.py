# SPDX-License-Identifier: Apache-2.0
"""The compute API knows the key of a cluster as long as there is one."""

import pathlib

import fixtures

from sahara_ext import exception
from sahara_ext.infra import errors
from sahara_ext.infra.cloud import Cloud
from sahara_ext.infra.flavors import Flavor
from sahara_ext.infra.flavors import Flavors
from sahara_ext.tests import compute_api
from sahara_ext.tests.unit.infra import test_compute


class TestKeypairs(test_compute.DriverTestCase):
    def setUp(self) -> None:
        super().setUp()
        directory = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(directory, 'secret')
        path.write_text('a secret that is not short at all\n')
        path.chmod(0o600)
        self.settings.set('ssh', secret_file=str(path))
        self.name = f'sahara-ext-{self.cluster.id}'

    def register(self) -> None:
        key = self.driver.public_key(self.cluster)
        self.cluster.management_public_key = key
        self.new_driver().register_key(
            self.context, self.cluster, test_compute.go_on
        )

    def release(self) -> None:
        self.new_driver().release_key(
            self.context, self.cluster, test_compute.go_on
        )

    def test_servers_are_made_with_it(self) -> None:
        self.api.keypairs['own'] = 'ssh-ed25519 AAAA me@here'
        self.cluster.user_keypair_id = 'own'
        self.register()
        found = self.api.keypairs[self.name]
        self.assertEqual(self.cluster.management_public_key, found)
        server = self.api.servers[self.launch()]
        self.assertEqual(self.name, server['key_name'])
        self.release()
        self.assertEqual(['own'], list(self.api.keypairs))

    def test_each_engine_can_repeat_it(self) -> None:
        self.register()
        self.api.keypairs[self.name] += ' a comment'
        self.register()
        self.release()
        self.release()
        self.assertEqual({}, self.api.keypairs)

    def test_another_key_of_the_name(self) -> None:
        self.api.keypairs[self.name] = 'ssh-ed25519 AAAA'
        error = self.assertRaises(exception.InfraRefused, self.register)
        self.assertIn('another key has the name', str(error))

    def test_the_quota(self) -> None:
        self.api.accidents = [compute_api.REFUSED]
        error = self.assertRaises(exception.InfraRefused, self.register)
        self.assertIn('too many key pairs. (403)', str(error))

    def test_users_without_the_keypair_they_name(self) -> None:
        self.cluster.user_keypair_id = 'own'
        error = self.assertRaises(errors.KeypairNotFound, self.register)
        self.assertEqual('The compute API has no keypair own.', str(error))
        self.assertEqual({}, self.api.keypairs)


class TestFlavors(test_compute.DriverTestCase):
    def get(self) -> Flavor:
        return Flavors(self.conf).get(self.cluster, '2')

    def test_there_is_one(self) -> None:
        self.api.flavors['2'] = {'name': 'm', 'ram': 2048, 'vcpus': 1}
        self.assertEqual(Flavor('m', 2048, 1), self.get())

    def test_there_is_none(self) -> None:
        error = self.assertRaises(errors.FlavorNotFound, self.get)
        self.assertEqual('Flavor 2 could not be found.', str(error))

    def test_nothing_leads_to_the_compute_api(self) -> None:
        self.useFixture(
            fixtures.MockPatchObject(
                Cloud,
                'compute',
                side_effect=exception.InfraNotConfigured(option='x'),
            )
        )
        self.assertRaises(errors.ComputeUnavailable, self.get)
