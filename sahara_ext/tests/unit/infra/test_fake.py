# SPDX-License-Identifier: Apache-2.0
"""The fake cloud gives an instance the same server in any process."""

import ipaddress
import uuid

from ext_lib import context
from sahara_ext import exception
from sahara_ext.engine import builders
from sahara_ext.infra.base import load_driver
from sahara_ext.infra.fake import FakeDriver
from sahara_ext.tests import base
from sahara_ext.tests import requested


def go_on(waiting=''):
    """Be a checkpoint that has nothing against it."""


class TestFakeDriver(base.TestCase):
    def setUp(self):
        super().setUp()
        self.context = context.RequestContext(user_id='me', project_id='us')
        self.driver = load_driver(self.conf)
        self.assertIsInstance(self.driver, FakeDriver)

    def draft(self, **fake):
        cluster = builders.cluster(
            self.context, requested.values(**fake), 'demo'
        )
        for group in cluster.node_groups:
            for instance in group.instances:
                instance.id = str(uuid.uuid4())
        return cluster

    def launch(self, cluster, instance, driver=None):
        return (driver or self.driver).launch(
            self.context,
            cluster,
            cluster.node_groups[0],
            instance,
            go_on,
        )

    def test_one_server_for_each_instance(self):
        cluster = self.draft()
        instances = cluster.node_groups[1].instances
        ids = [self.launch(cluster, instance) for instance in instances]
        self.assertEqual(3, len({str(uuid.UUID(each)) for each in ids}))
        again = FakeDriver(self.conf)
        self.assertEqual(
            ids, [self.launch(cluster, each, again) for each in instances]
        )

    def test_addresses_that_lead_nowhere(self):
        cluster = self.draft()
        for instance in cluster.node_groups[1].instances:
            addresses = self.driver.wait_for_address(
                self.context, cluster, instance, go_on
            )
            for address in (addresses.internal_ip, addresses.management_ip):
                found = ipaddress.ip_address(str(address))
                self.assertIn(found, ipaddress.ip_network('198.18.0.0/15'))

    def test_the_first_ones_fail(self):
        cluster = self.draft(fail_step='Launching instances', fail_instances=2)
        first, *others = [
            instance
            for group in cluster.node_groups
            for instance in group.instances
        ]
        for instance in (first, others[0]):
            error = self.assertRaises(
                exception.FailedOnPurpose, self.launch, cluster, instance
            )
            self.assertIn(instance.instance_name, str(error))
        for instance in others[1:]:
            self.launch(cluster, instance)
            self.driver.wait_for_ssh(self.context, cluster, first, go_on)

    def test_waiting_ends_when_it_is_told_to(self):
        class Enough(BaseException):
            pass

        def stop(waiting=''):
            raise Enough

        cluster = self.draft(seconds=3600)
        instance = cluster.node_groups[0].instances[0]
        self.assertRaises(
            Enough, self.driver.delete, self.context, cluster, instance, stop
        )
