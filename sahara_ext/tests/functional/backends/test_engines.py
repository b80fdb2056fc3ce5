# SPDX-License-Identifier: Apache-2.0
"""Engines on servers of databases, told of work by a broker."""

from typing import Any

from oslo_messaging import conffixture

from ext_lib import context
from ext_lib import rpc
from ext_lib.testing import broker
from ext_lib.testing import servers
from sahara_ext import objects
from sahara_ext.db.facade import facade
from sahara_ext.db.migrations import schema
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.fields import ClusterStatus
from sahara_ext.tests import base as tests_base
from sahara_ext.tests.functional.engine import crashes
from sahara_ext.tests.functional.engine import logs
from sahara_ext.tests.functional.engine import processes

load_tests = servers.load_tests


class Backends(servers.OnServers, tests_base.TestCase):
    """A test with a database and a broker, both on servers."""

    def setUp(self):
        super().setUp()
        objects.register_all()
        self.broker = self.useFixture(broker.VirtualHost())
        self.settings.set('database', connection=self.url)
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        schema.sync(facade.get_engine(), None)
        self.context = context.RequestContext(
            user_id=tests_base.USER,
            project_id=tests_base.PROJECT,
            roles=['member', 'reader'],
            is_admin=False,
        )


class BackendsTestCase(processes.EnginesTestCase, Backends):
    #: Of engines, in place of the usual ones.
    options: dict[str, Any] = {}

    def get_transport(self):
        self.useFixture(conffixture.ConfFixture(self.conf))
        self.settings.set(transport_url=self.broker.url)
        transport = rpc.get_transport(self.conf)
        self.addCleanup(transport.cleanup)
        return transport

    def make_engines(self):
        return processes.Engines(self.url, self.broker.url, **self.options)


class TestMessages(BackendsTestCase):
    """Operations begin at once, not with the next search."""

    options = {'search_interval': 600}

    def test_create_scale_and_delete(self):
        for number in range(2):
            self.engines.start(f'node{number}')
        cluster_id = self.create({'worker': 20})
        cluster = self.wait_for(cluster_id)
        self.check(cluster, worker=20)
        self.api.scale_cluster(self.context, cluster, {'worker': 5})
        cluster = self.wait_for(cluster_id)
        self.check(cluster, worker=5)
        self.check_servers(cluster)
        self.api.delete_cluster(self.context, cluster)
        self.wait_until_gone(cluster_id)
        self.check_servers()

    def test_many_clusters_by_many_engines(self):
        engines = [self.engines.start(f'node{n}') for n in range(3)]
        ids = [self.create({'worker': 3}, name=f'demo{n}') for n in range(20)]
        clusters = [self.wait_for(cluster_id) for cluster_id in ids]
        for cluster in clusters:
            self.check(cluster, worker=3)
        self.check_servers(*clusters)
        for engine in engines:
            self.assertTrue(engine.has_said(': creating: begun'))

    def test_a_thousand_instances(self):
        self.engines.start()
        cluster_id = self.create({'worker': 1000})
        cluster = self.watch(cluster_id, 1000)
        self.check(cluster, worker=1000)
        self.check_servers(cluster)

    def test_a_failure_is_found_in_the_log(self):
        engine = self.engines.start()
        cluster_id = self.create({'worker': 100}, fail_instances=3)
        failed = self.wait_for(cluster_id, ClusterStatus.ERROR)
        (step,) = [s for s in failed.provision_steps if s.failed]
        self.assertEqual(
            (97, 3, 100), (step.completed, step.failed, step.total)
        )
        events = ClusterEventList.get_by_step(self.context, step.id)
        failures = [event for event in events if not event.successful]
        self.assertEqual(3, len(failures))
        for event in failures:
            self.assertIn('Traceback', str(event.event_info))
            self.assertTrue(engine.has_said(str(event.error_id)))
            self.assertTrue(engine.has_said(str(event.instance_name)))


class TestLogs(logs.Logs, BackendsTestCase):
    """On servers."""


class TestRandomDeath(crashes.RandomDeath, BackendsTestCase):
    """On servers."""


class TestFrozen(crashes.Frozen, BackendsTestCase):
    """On servers."""


class TestStopped(crashes.Stopped, BackendsTestCase):
    """On servers."""
