# SPDX-License-Identifier: Apache-2.0
"""Failures of real clusters, each told by an event in plain words."""

import os
import pathlib
import signal
import subprocess

from ext_lib.testing import polling
from sahara_ext.infra.base import InfraStep
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.plugins.spark import steps
from sahara_ext.tests.functional.spark import base
from sahara_ext.tests.functional.spark import machine
from sahara_ext.tests.functional.spark.dying_engine import ENDED

_MASTER = 'demo-master-001'
_WORKER = 'demo-worker-001'
_WORKER_PORT = 7078
#: Says it is a Java of a version that Spark does not run on.
_OLD_JAVA = """\
#!/bin/sh
echo 'java version "1.7.0_80"' >&2
"""
#: Never says anything.
_SLOW_JAVA = """\
#!/bin/sh
touch ~/asked
exec tail -f /dev/null
"""
#: In KiB: the disk, and what does not fit there.
_DISK = 512
_ARCHIVE = 4096


class TestFailures(base.SparkTestCase):
    def prepare(self, step_name):
        """Return a cluster whose engine died when a step had ended."""
        cluster_id = self.ask()
        self.die_at(f'{ENDED}:{step_name}')
        return self.load(cluster_id)

    def check_failure(self, cluster, name, *texts):
        """Check what the event of an instance says, and the cluster."""
        cluster = self.wait(cluster.id, 'Error')
        said = self.failures(cluster)
        for text in texts:
            self.assertIn(text, said.get(name, str(said)))
        self.assertIn('Error ID: ', said[name])
        self.assertIn('Creating cluster failed', cluster.status_description)

    def write_java(self, script):
        """Return a directory with a Java that is a script."""
        home = self.useFixture(machine.OpenDirectory()).path
        program = home / 'bin' / 'java'
        program.parent.mkdir(mode=0o755)
        program.write_text(script)
        program.chmod(0o755)
        return str(home)

    def test_a_port_is_taken(self):
        cluster = self.prepare(steps.CONFIGURING)
        worker = base.instances(cluster)[_WORKER]
        self.listen(worker, _WORKER_PORT)
        self.engine()
        self.check_failure(
            cluster,
            _WORKER,
            'node.sh start worker',
            'ended with status 1',
            f'The worker cannot start: another process has port '
            f'{_WORKER_PORT} of {worker.internal_ip}.',
        )

    def listen(self, instance, port):
        command = ['ip', 'netns', 'exec', f'nova-ext-{instance.instance_id}']
        command += ['python3', '-m', 'http.server', str(port)]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        polling.wait_until(
            lambda: (
                not subprocess.run(
                    ['bash', '-c', f'</dev/tcp/{instance.internal_ip}/{port}'],
                    check=False,
                    capture_output=True,
                ).returncode
            ),
            'the port',
        )

    def test_java_is_too_old(self):
        home = self.write_java(_OLD_JAVA)
        cluster = self.load(self.ask())
        self.engine(spark={'java': home})
        self.check_failure(
            cluster,
            _WORKER,
            'node.sh install 3.5',
            'Spark 3.5.',
            'needs Java in one of these versions: 8 11 17.',
            f'In {home} there is version 7.',
        )

    def test_there_is_no_java(self):
        cluster = self.load(self.ask())
        self.engine(spark={'java': '/nowhere'})
        self.check_failure(cluster, _WORKER, 'There is no Java in /nowhere.')

    def test_no_room_on_disk(self):
        place = self.useFixture(machine.OpenDirectory()).path
        archive = place / 'java.tgz'
        content = place / 'content'
        content.write_bytes(os.urandom(_ARCHIVE * 1024))
        machine.output('tar', '-C', place, '-cf', archive, content.name)
        archive.chmod(0o644)
        disk = self.mount(place / 'disk')
        # One instance: what is on the disk is not that of another.
        cluster_id = self.ask(
            node_groups=[base.group('all', 1, 'master', 'worker')]
        )
        self.engine(
            spark={'java': f'file://{archive}', 'directory': f'{disk}/spark'}
        )
        self.check_failure(
            self.load(cluster_id),
            'demo-all-001',
            'could not be fetched.',
            'There is no room on the disk: 0 KiB',
        )

    def mount(self, path):
        path.mkdir()
        options = f'size={_DISK}k,mode=1777'
        machine.output('mount', '-t', 'tmpfs', '-o', options, 'none', path)
        self.addCleanup(machine.output, 'umount', '--lazy', path)
        return path

    def test_the_ssh_server_is_killed(self):
        home = self.write_java(_SLOW_JAVA)
        cluster_id = self.ask()
        self.engine(spark={'java': home})
        asked: list[ClusterInstance] = []

        def has_begun():
            found = base.instances(self.load(cluster_id))[_WORKER]
            if found.instance_id:
                asked[:] = [found]
                home = self.servers.home(found.instance_id)
                return (home / 'asked').exists()
            return False

        polling.wait_until(has_begun, 'the command')
        self.kill_ssh(asked[0])
        # The other one would take as long as a command may.
        master = base.instances(self.load(cluster_id))[_MASTER]
        self.kill_ssh(master)
        self.check_failure(
            self.load(cluster_id),
            _WORKER,
            f'The connection to {_WORKER} was lost during this command: '
            'bash spark-cluster/node.sh install 3.5',
        )

    def kill_ssh(self, instance):
        """Kill the SSH server, and what serves the logins."""
        name = f'nova-ext-{instance.instance_id}'
        for pid in machine.output('ip', 'netns', 'pids', name).split():
            try:
                command = pathlib.Path('/proc', pid, 'cmdline').read_bytes()
                if command.startswith(b'sshd:'):
                    os.kill(int(pid), signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError):
                # With the first one all processes of the server end.
                continue

    def test_the_key_is_another(self):
        cluster = self.prepare(InfraStep.ASSIGNING_IPS)
        worker = base.instances(cluster)[_WORKER]
        home = self.servers.home(worker.instance_id)
        (home / '.ssh' / 'authorized_keys').write_text('')
        self.engine()
        self.check_failure(
            cluster,
            _WORKER,
            f'Server {_WORKER} at {worker.management_ip} refuses the login '
            'of user cloud-user with the key of the cluster.',
        )

    def test_the_secret_is_another(self):
        cluster = self.prepare(InfraStep.ASSIGNING_IPS)
        self.secret.write_text('another secret of the tests, as long\n')
        self.engine()
        failed = self.wait(cluster.id, 'Error')
        self.assertIn(
            'no longer has the secret of this cluster',
            str(failed.status_description),
        )

    def test_an_instance_is_deleted(self):
        cluster = self.prepare(steps.CONFIGURING)
        worker = base.instances(cluster)[_WORKER]
        self.compute.delete_server(worker.instance_id)
        polling.wait_until(
            lambda: (
                not [
                    s
                    for s in self.compute.servers()
                    if s.id == worker.instance_id
                ]
            ),
            'the server to be gone',
        )
        self.engine()
        self.check_failure(
            cluster,
            _WORKER,
            f'No SSH server answers on {_WORKER} at {worker.management_ip}',
        )

    def test_a_server_is_rebuilt(self):
        cluster = self.prepare(steps.CONFIGURING)
        worker = base.instances(cluster)[_WORKER]
        server = self.compute.get_server(worker.instance_id)
        self.compute.rebuild_server(server, base.IMAGE)
        self.compute.wait_for_server(server, wait=60)
        self.engine()
        self.check_failure(
            cluster,
            _WORKER,
            f'Server {_WORKER} has another host key than at the first login.',
        )
