# SPDX-License-Identifier: Apache-2.0
"""Two minutes of work with both services, of which each part dies once.

All parts of a real deployment are there, keystone and memcached too, and the
users have the released clients. Acknowledged requests are carried out, none
is carried out twice, and no operator has to intervene.
"""

import collections
import datetime
import json
import os
import re
import signal
import sys
import threading
import time
from typing import Any

import testtools

from ext_lib.testing import mariadb
from ext_lib.testing import openstackclient
from ext_lib.testing import polling
from ext_lib.tests.realcloud import api
from ext_lib.tests.realcloud import base
from ext_lib.tests.realcloud import deployment
from nova_ext.tests.functional import census
from nova_ext.tests.functional import user
from nova_ext.tests.realcloud import people
from nova_ext.tests.realcloud import traffic

COMPUTE, CLUSTERS = deployment.SERVICES
#: Programs by their hosts, as (service, program).
PROGRAMS = {
    'controller1': (COMPUTE, 'conductor'),
    'controller2': (COMPUTE, 'conductor'),
    'node1': (COMPUTE, 'compute'),
    'node2': (COMPUTE, 'compute'),
    'node3': (COMPUTE, 'compute'),
    'engine1': (CLUSTERS, 'engine'),
    'engine2': (CLUSTERS, 'engine'),
}
PEOPLE = (
    *(('demo', people.ServerOwner),) * 3,
    *(('demo', people.ClusterOwner),) * 2,
    ('admin', people.Operator),
    ('admin', people.Auditor),
)
SECONDS = int(os.environ.get('NOVA_EXT_DISTRIBUTED_SECONDS', '120'))
#: Seconds until the service manager starts what has ended.
RESTART = 2
#: Seconds in which 503 may still be the answer when the database is back.
GRACE = 3
#: Seconds in which what is asked of a host may fail after it was killed.
AFTERMATH = deployment.DOWN_TIME + RESTART + GRACE
#: Of the request log: when, what and with what.
_STATUS = re.compile(r'^(\S+ \S+) .*"(\w+ \S+)" status: (\d+)', re.M)


class Supervisor(threading.Thread):
    """Starts programs that have ended, as a service manager does.

    ``started`` tells how often, by their hosts.
    """

    def __init__(self, deployed: deployment.Deployment) -> None:
        super().__init__(daemon=True)
        self.started: collections.Counter[str] = collections.Counter()
        self._deployed = deployed
        self._is_over = threading.Event()

    def run(self) -> None:
        """Look after programs until told to stop."""
        while not self._is_over.wait(RESTART):
            for host, program in list(self._deployed.programs.items()):
                if program.process.poll() is not None:
                    self._deployed.start(*PROGRAMS[host], host)
                    self.started[host] += 1

    def stop(self) -> None:
        """Leave them alone from now on."""
        self._is_over.set()
        self.join()


class TestTwoMinutes(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = base.the_cloud()
        self.database = self.useFixture(mariadb.Server())
        self.deployment = self.useFixture(
            deployment.Deployment(self.cloud, self.database.create)
        )
        for host, (service, program) in PROGRAMS.items():
            self.deployment.start(service, program, host)
        self.deployment.wait_for_apis()
        url = self.deployment.urls[COMPUTE.service_type]
        self.admin = user.User(url, self.cloud.session('admin')[0])
        self.wait_for_hosts()
        self.supervisor = Supervisor(self.deployment)
        self.ledger = traffic.Ledger()
        #: Times at which the database was unreachable, and all requests.
        self.outages = []
        self.disturbed = []

    def wait_for_hosts(self):
        def are_up():
            services = self.admin.get('/os-services')['services']
            up = {s['host'] for s in services if s['state'] == 'up'}
            return up >= {h for h, (s, _) in PROGRAMS.items() if s is COMPUTE}

        polling.wait_until(are_up, 'all hosts to be up', 120)

    def test_nothing_acknowledged_is_lost(self):
        self.work()
        self.check_recovery()
        self.check_commands()
        found = census.final(self.admin)
        self.check_answers()
        self.check_logs()
        self.check_servers(found)
        self.check_actions(found)
        self.check_clusters()

    def work(self):
        """Let all users work, and kill parts of the services."""
        is_over = threading.Event()
        workers = [
            person(
                traffic.Session(self.deployment.clouds, name, self.ledger),
                *(self.ledger, is_over, number),
            )
            for number, (name, person) in enumerate(PEOPLE)
        ]
        self.supervisor.start()
        for worker in workers:
            worker.start()
        try:
            self.disturb()
        finally:
            is_over.set()
            for worker in workers:
                worker.join(200)
            self.supervisor.stop()
        for worker in workers:
            if worker.failure is not None:
                raise worker.failure
            self.assertFalse(worker.is_alive(), worker.name)

    def disturb(self):
        """Kill one of each, and start the database again."""
        programs, began = self.deployment.programs, time.monotonic()
        disturbances = (
            programs['controller1'].kill,
            programs['node1'].kill,
            lambda: self.kill_worker(COMPUTE),
            programs['engine1'].kill,
            lambda: self.kill_worker(CLUSTERS),
            self.restart_database,
        )
        for number, disturbance in enumerate(disturbances, 1):
            until = began + number * SECONDS / (len(disturbances) + 1)
            threading.Event().wait(until - time.monotonic())
            began_at = time.time()
            disturbance()
            self.disturbed.append((began_at, time.time()))
        threading.Event().wait(began + SECONDS - time.monotonic())

    def check_recovery(self):
        """Everything runs, and was started no more often than killed."""
        self.wait_for_hosts()
        killed = {'controller1': 1, 'node1': 1, 'engine1': 1}
        self.assertEqual(killed, dict(self.supervisor.started))
        for program in self.deployment.programs.values():
            program.check()
        polling.wait_until(self.are_engines_alive, 'all engines to be alive')
        for one in self.deployment.apis.values():
            one.check()
            self.assertEqual(api.WORKERS, len(one.workers()))
            self.assertEqual(api.WORKERS + 1, one.loaded())

    def are_engines_alive(self):
        listed = self.deployment.manage(CLUSTERS, 'engine', 'list')
        return all(
            re.search(rf'\b{host}\b.*\balive\b', listed)
            for host, (service, _) in PROGRAMS.items()
            if service is CLUSTERS
        )

    def check_commands(self):
        """Commands find both services in the catalog, as they are now."""
        name = self.getUniqueString('server').replace('.', '-')
        self.openstack(
            *('server', 'create', name, '--flavor', 'm1.tiny', '--wait'),
            *('--image', 'tiny', '--nic', 'none'),
        )
        [event] = self.openstack('server', 'event', 'list', name)
        self.assertEqual('create', event['Action'])
        self.assertEqual(
            self.admin.get('/os-migrations')['migrations'][0]['id'],
            self.openstack('server', 'migration', 'list')[0]['Id'],
        )
        clusters = self.openstack('dataprocessing', 'cluster', 'list')
        self.assertEqual(
            self.ledger.clusters.keys() - self.ledger.deleted_clusters,
            {cluster['Id'] for cluster in clusters},
        )
        self.openstack('server', 'delete', name, '--wait')

    def openstack(self, *words):
        """Return what a command prints."""
        printed = {'create', 'list'}.intersection(words)
        is_admin = 'migration' in words
        done = openstackclient.run(
            self.deployment.directory,
            [
                *('--os-cloud', 'admin' if is_admin else 'demo'),
                *('--os-compute-api-version', '2.80', *words),
                *(('-f', 'json') if printed else ()),
            ],
            {'OS_CLIENT_CONFIG_FILE': str(self.deployment.clouds)},
        )
        self.assertEqual(0, done.returncode, f'{words}: {done.stderr}')
        return json.loads(done.stdout) if printed else None

    def kill_worker(self, service):
        api = self.deployment.apis[service.service_type]
        os.kill(api.workers()[0], signal.SIGKILL)

    def restart_database(self):
        began = time.time()
        self.database.stop()
        self.database.start()
        self.outages.append((began, time.time() + GRACE))

    def check_answers(self):
        """Check that all errors were due to the database."""
        wrong = [
            answer
            for answer in self.ledger.answers
            if answer.status >= 500
            and not self.is_excused(answer.status, answer.time)
        ]
        self.assertEqual([], wrong)
        told = {
            'answers': len(self.ledger.answers),
            'of them 503': self.count(503),
            'lost': self.ledger.lost,
            'servers': len(self.ledger.servers),
            'actions': len(self.ledger.actions),
            'clusters': len(self.ledger.clusters),
        }
        sys.stderr.write(f'[distributed] {told}\n')
        # There was work, and the database was missed.
        self.assertLess(SECONDS / 6, len(self.ledger.servers))
        self.assertLess(SECONDS / 2, len(self.ledger.actions))
        self.assertLess(SECONDS / 6, len(self.ledger.clusters))
        self.assertLess(0, self.count(503) + self.ledger.lost)

    def count(self, status):
        return sum(answer.status == status for answer in self.ledger.answers)

    def is_excused(self, status, moment):
        return status == traffic.UNAVAILABLE and any(
            began <= moment <= ended for began, ended in self.outages
        )

    def check_logs(self):
        """Check the same in the logs, for all other clients."""
        for service in deployment.SERVICES:
            output = self.deployment.apis[service.service_type].output
            asked = _STATUS.findall(output.read_text(errors='replace'))
            self.assertLess(SECONDS, len(asked))
            wrong = [
                (when, request, status)
                for when, request, status in asked
                if int(status) >= 500
                and not self.is_excused(
                    int(status),
                    datetime.datetime.fromisoformat(when).timestamp(),
                )
            ]
            self.assertEqual([], wrong)

    def check_servers(self, found):
        """Each request made one server, and what was deleted is."""
        alive = {server['id']: server['name'] for server in found.alive}
        everything = {s['id']: s['name'] for s in found.servers}
        for server, tag in self.ledger.servers.items():
            self.assertEqual(tag, everything.get(server))
            self.assertEqual(
                server not in self.ledger.deleted, server in alive
            )
        ours = {tag for tag in everything.values() if 'Owner' in tag}
        self.assertEqual(set(self.ledger.servers.values()), ours)
        names = sorted(everything.values())
        self.assertEqual(sorted(set(names)), names)

    def check_actions(self, found):
        """Each action is in the history, once, and has an end.

        Only what something was killed amid may have failed, or what was
        overtaken by the deletion of the server.
        """
        failed = []
        for server, request, action in self.ledger.actions:
            listed = [
                a for a in found.actions[server] if a['request_id'] == request
            ]
            self.assertEqual(1, len(listed), f'{action} {request} {server}')
            results = {event['result'] for event in listed[0]['events']}
            self.assertLessEqual(results, {'Success', 'Error'}, listed)
            if 'Error' in results and server not in self.ledger.deleted:
                failed.append(listed[0])
        sys.stderr.write(f'[distributed] {len(failed)} actions failed\n')
        self.assertEqual([], [a for a in failed if not self.is_disturbed(a)])
        self.assertLess(len(failed) * 5, len(self.ledger.actions))

    def is_disturbed(self, action):
        """Return whether something was killed before an action had ended."""
        # A message that is lost shows as a step much later.
        moments = [action['start_time']]
        for event in action['events']:
            moments += [event['start_time'], event['finish_time']]
        times = [
            datetime.datetime.fromisoformat(f'{text}+00:00').timestamp()
            for text in moments
        ]
        return any(
            min(times) <= ended + AFTERMATH and began <= max(times)
            for began, ended in self.disturbed
        )

    def check_clusters(self):
        """Each cluster has the servers it should have, and no other."""
        session = traffic.Session(
            self.deployment.clouds, 'demo', traffic.Ledger()
        )
        polling.wait_until(
            lambda: self.are_at_rest(session), 'all clusters to be at rest', 90
        )
        clusters = {c.id: c for c in session.sahara.clusters.list()}
        gone = self.ledger.deleted_clusters
        self.assertEqual(self.ledger.clusters.keys() - gone, clusters.keys())
        instances: dict[str, Any] = {}
        for cluster in clusters.values():
            self.check_cluster(cluster)
            for instance in cluster.node_groups[0]['instances']:
                instances[instance['instance_id']] = instance['instance_name']
        servers = {
            server.id: server.name
            for server in session.compute.servers()
            if server.id not in self.ledger.servers
        }
        self.assertEqual(instances, servers)

    def are_at_rest(self, session):
        states = {c.status for c in session.sahara.clusters.list()}
        return states <= {'Active', 'Error'}

    def check_cluster(self, cluster):
        self.assertEqual('Active', cluster.status, cluster.status_description)
        [group] = cluster.node_groups
        size = self.ledger.clusters[cluster.id]
        self.assertEqual(
            (size, size), (group['count'], len(group['instances']))
        )
        for step in cluster.provisioning_progress:
            self.assertEqual(step['total'], step['completed'], step)
            self.assertTrue(step['successful'], step)
