# SPDX-License-Identifier: Apache-2.0
"""Tests of connections that know tasks and clusters."""

import openstack

from osc_ext import sdk
from osc_ext.exceptions import ServiceNotFound
from osc_ext.sdk import compute
from osc_ext.sdk import data_processing
from osc_ext.tests import base


class TestRegister(base.TestCase):
    def test_it_is_the_same_connection(self) -> None:
        found = sdk.register(self.connection)
        self.assertIs(self.connection, found)
        self.assertIs(found, sdk.register(found))
        self.assertIsInstance(found, sdk.Connection)
        self.assertIsInstance(found.compute, compute.Proxy)
        self.assertIsInstance(found.data_processing, data_processing.Proxy)

    def test_no_request_is_sent(self) -> None:
        connection = self.connect()
        self.api.send = None  # type: ignore[assignment]
        sdk.register(connection)

    def test_other_connections_do_not_change(self) -> None:
        sdk.register(self.connection)
        other = self.connect()
        self.assertFalse(hasattr(other.compute, 'server_tasks'))
        self.assertFalse(hasattr(other.data_processing, 'clusters'))
        self.assertIs(openstack.connection.Connection, type(other))

    def test_proxies_in_use_stay(self) -> None:
        before = self.connection.compute
        before.default_microversion = '2.80'
        clusters = self.connection.data_processing
        found = sdk.register(self.connection)
        self.assertIs(before, found.compute)
        self.assertEqual('2.80', before.default_microversion)
        self.assertIs(clusters, found.data_processing)
        self.assertIsInstance(before, compute.Proxy)

    def test_classes_of_others_stay(self) -> None:
        class Theirs(openstack.connection.Connection):
            pass

        self.connection.__class__ = Theirs
        found = sdk.register(self.connection)
        self.assertIsInstance(found, Theirs)
        self.assertIsInstance(found, sdk.Connection)
        self.assertIsInstance(found.compute, compute.Proxy)
        self.assertFalse(issubclass(Theirs, sdk.Connection))

    def test_by_name_as_clouds_yaml_has_it(self) -> None:
        found = self.connect(vendor_hook='osc_ext.sdk:register')
        self.assertIsInstance(found, sdk.Connection)

    def test_of_another_project(self) -> None:
        cloud = openstack.config.OpenStackConfig(
            load_yaml_config=False, load_envvars=False
        ).get_one(
            auth_type='admin_token',
            auth={'endpoint': base.URL, 'token': 'admin:demo'},
        )
        found = sdk.Connection(config=cloud)
        self.addCleanup(found.close)
        other = found.connect_as(token='admin:other')
        self.addCleanup(other.close)
        self.assertIsInstance(other, sdk.Connection)


class TestNoService(base.TestCase):
    def test_disabled(self) -> None:
        found = sdk.register(self.connection)
        for kind, name in (
            ('compute', 'compute'),
            ('data-processing', 'data_processing'),
        ):
            found.config.disable_service(kind, 'It is not wanted.')
            error = self.assertRaises(ServiceNotFound, getattr, found, name)
            self.assertIn('It is not wanted.', str(error))
