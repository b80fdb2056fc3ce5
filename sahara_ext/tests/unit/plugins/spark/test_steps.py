# SPDX-License-Identifier: Apache-2.0
"""The work on a Spark cluster, with instances that only note it."""

import contextlib
import json
import pathlib
import subprocess
from typing import Any

import fixtures
from oslo_utils import uuidutils

from ext_lib import context
from sahara_ext import exception
from sahara_ext.infra import errors
from sahara_ext.infra.flavors import Flavor
from sahara_ext.plugins.spark import steps
from sahara_ext.plugins.spark import waits
from sahara_ext.progress import Progress
from sahara_ext.tests import base
from sahara_ext.tests.unit.plugins.spark import requested

_MASTER = '192.0.2.1'


class FakeInstances:
    """Logins on instances that do nothing.

    ``commands`` has what was to be done, by name of the instance; ``files``
    what was written. ``failures`` are raised, by the end of a command.
    """

    def __init__(self) -> None:
        self.commands: dict[str, list[str]] = {}
        self.files: dict[str, str] = {}
        self.failures: dict[str, Exception] = {}
        self.unreachable: set[str] = set()
        self.states: list[dict[Any, str]] = []
        self.executors: list[list[str]] = []

    @contextlib.contextmanager
    def session(self, instance: Any, check: Any) -> Any:
        """Return a session on an instance."""
        name = instance.instance_name
        if name in self.unreachable:
            raise errors.Unreachable(name=name, address='x', reason='gone')
        yield FakeSession(self, name)


class FakeSession:
    """A session on one of them."""

    def __init__(self, instances: FakeInstances, name: str) -> None:
        self._instances = instances
        self._name = name

    def run(self, command: str, **_: Any) -> str:
        """Note a command."""
        for end, error in self._instances.failures.items():
            if command.endswith(end):
                raise error
        self._instances.commands.setdefault(self._name, []).append(command)
        return f'{command.split()[-1]} is done'

    def put(self, path: str, content: str, mode: int = 0) -> None:
        """Note a file."""
        self._instances.files[f'{self._name}:{path}'] = content

    def get(self, address: str, port: int, path: str) -> bytes:
        """Return the page of a master, or of a worker."""
        if port == 8081:
            return _page(executors=self._instances.executors.pop(0))
        states = self._instances.states
        found = states.pop(0) if len(states) > 1 else states[0]
        workers = [{'host': h, 'state': s} for h, s in found.items()]
        return _page(workers=workers)


def _page(**content: Any) -> bytes:
    return json.dumps(content).encode()


class FakeFlavors:
    """One flavor only."""

    def get(self, *_: Any) -> Flavor:
        """Return it."""
        return Flavor('m1.small', 2048, 1)


class StepsTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.settings.set('spark', poll_interval=0.05)
        self.cluster = requested.cluster(
            defaults={'spark.my.path': 'a\\b', 'spark.my.flag': True}
        )
        self.cluster.id = uuidutils.generate_uuid()
        for number, each in enumerate(self.cluster.instances(), 1):
            each.id = uuidutils.generate_uuid()
            each.internal_ip = each.management_ip = f'192.0.2.{number}'
            each.host_key = 'ssh-ed25519 AAAA'
        for group in self.cluster.node_groups:
            group.id = uuidutils.generate_uuid()
            for each in group.instances:
                each.node_group_id = group.id
        self.instances = FakeInstances()
        progress = Progress(
            context.get_admin_context(),
            self.cluster.id,
            'x',
            'creating',
            False,
        )
        flavors: Any = FakeFlavors()
        logins: Any = self.instances
        self.steps = steps.Steps(
            self.conf, self.cluster, progress, logins, flavors
        )
        self.master, self.one, self.two = self.cluster.instances()

    def ends(self, instance: Any) -> list[str]:
        """Return the ends of the commands on an instance."""
        commands = self.instances.commands.get(instance.instance_name, [])
        return [
            command.rpartition('node.sh ')[2] if 'node.sh ' in command else ''
            for command in commands
        ]


class TestCreation(StepsTestCase):
    def test_what_is_installed(self):
        self.settings.set('spark', versions={'3.5': '/opt/a b'}, java='/j')
        self.steps.set_up(self.cluster.instances())
        self.assertEqual(
            ['', "install 3.5 '/opt/a b' /j 8 11 17"], self.ends(self.one)
        )

    def test_what_is_configured(self):
        self.steps.set_up(self.cluster.instances())
        place = f'{self.one.instance_name}:spark-cluster'
        files = self.instances.files
        self.assertIn('decommission()', files[f'{place}/node.sh'])
        lines = files[f'{place}/conf/node.sh'].splitlines()
        for line in (
            'HOST=192.0.2.2',
            f'MASTER_URL=spark://{_MASTER}:7077',
            "WORKER_PORTS='7078 8081'",
            'WORKER_MEMORY=1536',
        ):
            self.assertIn(line, lines)
        self.assertIn(
            'SPARK_DAEMON_MEMORY=512m', files[f'{place}/conf/spark-env.sh']
        )
        lines = files[f'{place}/conf/spark-defaults.conf'].splitlines()
        for line in (
            f'spark.master spark://{_MASTER}:7077',
            'spark.decommission.enabled true',
            'spark.executor.memory 1024m',
            'spark.my.path a\\\\b',
            'spark.my.flag true',
        ):
            self.assertIn(line, lines)

    def test_what_is_started(self):
        self.instances.states = [
            {},
            {self.one.internal_ip: 'ALIVE'},
            {self.one.internal_ip: 'ALIVE', self.two.internal_ip: 'ALIVE'},
        ]
        self.steps.start_master()
        self.steps.start_workers(self.cluster.instances())
        self.assertEqual(['start master'], self.ends(self.master))
        self.assertEqual(['start worker'], self.ends(self.one))
        self.assertEqual(['start worker'], self.ends(self.two))

    def test_a_worker_that_does_not_register(self):
        self.settings.set('spark', register_timeout=1)
        self.instances.states = [{self.one.internal_ip: 'ALIVE'}]
        error = self.assertRaises(
            waits.WorkerNotRegistered,
            self.steps.start_workers,
            self.cluster.instances(),
        )
        self.assertIn(f'Worker {self.two.instance_name} has not', str(error))
        self.assertIn('worker is done', str(error))

    def test_a_command_that_fails(self):
        failure = errors.CommandFailed(
            name='one', command='c', status=1, output='o'
        )
        self.instances.failures['start worker'] = failure
        error = self.assertRaises(
            errors.CommandFailed,
            self.steps.start_workers,
            self.cluster.instances(),
        )
        self.assertEqual('On one this ended with status 1: c\no', str(error))


class TestRemoval(StepsTestCase):
    def test_workers_leave_when_they_are_idle(self):
        address = self.two.internal_ip
        self.instances.states = [
            {address: 'ALIVE'},
            {address: 'DECOMMISSIONED'},
        ]
        self.instances.executors = [['busy'], []]
        self.steps.decommission([self.two])
        self.assertEqual(
            ['decommission worker', 'stop worker'], self.ends(self.two)
        )

    def test_workers_that_are_busy_for_too_long(self):
        self.settings.set('spark', decommission_timeout=0)
        self.instances.states = [{self.two.internal_ip: 'ALIVE'}]
        self.steps.decommission([self.two])
        self.assertEqual('stop worker', self.ends(self.two)[-1])

    def test_workers_that_have_ended(self):
        failure = errors.CommandFailed(
            name='two', command='c', status=1, output='o'
        )
        self.instances.failures['decommission worker'] = failure
        self.steps.decommission([self.two])
        self.assertEqual(['stop worker'], self.ends(self.two))

    def test_instances_on_which_nothing_is_installed(self):
        self.steps.stop()
        [command] = self.instances.commands[self.master.instance_name]
        for script, said in (
            (None, 'No Spark is installed.\n'),
            ('echo "$@"', 'stop master\n'),
        ):
            directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
            if script is not None:
                path = directory / self.conf.spark.directory / 'node.sh'
                path.parent.mkdir()
                path.write_text(script)
            found = subprocess.run(
                ['bash', '-c', command],
                cwd=directory,
                check=True,
                capture_output=True,
                text=True,
            )
            self.assertEqual((said, ''), (found.stdout, found.stderr))

    def test_instances_that_cannot_be_reached_go(self):
        self.instances.unreachable = {self.two.instance_name}
        self.one.host_key = None
        self.steps.decommission([self.two])
        self.steps.stop()
        self.assertEqual(['stop master'], self.ends(self.master))
        self.assertEqual([], self.ends(self.one) + self.ends(self.two))

    def test_other_failures_are_failures(self):
        self.instances.failures['stop master'] = exception.StepFailed(
            step_name='x'
        )
        self.assertRaises(exception.StepFailed, self.steps.stop)
