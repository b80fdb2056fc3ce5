# SPDX-License-Identifier: Apache-2.0
"""Commands on the progress and the events of clusters."""

import os
import pty
import re
import subprocess
import sys
import threading
from typing import Any

from osc_ext.tests.functional.commands import base

_CLUSTER = ('dataprocessing', 'cluster')


class TestClusters(base.CommandTestCase):
    def progress(self, *words: str, **kwargs: Any) -> Any:
        return self.run_command(*_CLUSTER, 'progress', *words, **kwargs)

    def test_follow(self) -> None:
        """Lines, without an escape code, to the end."""
        self.create_cluster(200, seconds=0.3)
        done = self.progress(self.name, '--follow', FORCE_COLOR='1')
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        self.assertNotIn('\x1b', done.stdout)
        *lines, last = done.stdout.splitlines()
        self.assertEqual(f'{self.name} is Active, 100 %', last)
        for line in lines:
            self.assertRegex(line, r'\A {0,2}\d{1,3} % [A-Z][A-Za-z ]+: \S')
        self.assertRegex(
            lines[-1],
            r'\A100 % Starting processes: 200 of 200, done after \d+ s\Z',
        )

    def test_failed(self) -> None:
        """The instance is named, with the reason."""
        self.create_cluster(
            200, seconds=0.2, fail_step='Waiting for ssh', fail_instances=1
        )
        done = self.progress(self.name, '--follow')
        self.assertEqual((1, ''), (done.returncode, done.stderr))
        self.assertRegex(
            done.stdout,
            rf'\n{self.name}-worker-\d+ failed in "Waiting for ssh": .* '
            r'failed on purpose.*\n',
        )
        self.assertRegex(done.stdout, r'199 of 200, 1 failed, failed after')
        last = done.stdout.splitlines()[-1]
        self.assertRegex(last, rf'\A{self.name} is Error, \d+ %: .*')
        shown = self.progress(self.name, '-f', 'csv', '-c', 'State')
        self.assertEqual(1, shown.returncode)
        states = ['done', 'done', 'failed', 'planned', 'planned']
        self.assertEqual(
            ['"State"', *(f'"{state}"' for state in states)],
            shown.stdout.splitlines(),
        )
        self.check_events()

    def check_events(self) -> None:
        """Check the events of the cluster that failed."""
        words = (*_CLUSTER, 'event')
        [failed] = self.openstack(*words, 'list', self.name, '--failed')
        self.assertEqual('Waiting for ssh', failed['Step'])
        shown = self.openstack(*words, 'show', self.name, failed['ID'])
        self.assertIn('Traceback', shown['event_info'])
        self.assertIn(shown['error_id'], shown['event_info'])
        self.assertEqual(failed['Instance'], shown['instance_name'])
        first = self.openstack(
            *(*words, 'list', self.name, '--limit', '3', '--long'),
            *('--step', 'Launching instances'),
        )
        self.assertEqual(['Success'] * 3, [e['Result'] for e in first])
        done = self.run_command(*words, 'list', self.name, '--step', 'none')
        line = f"Cluster {self.name} has no step 'none'. Its steps: .*"
        self.assertEnds(3, line, done)
        done = self.run_command(*words, 'show', self.name, 'none')
        self.assertEqual(3, done.returncode)

    def test_terminal(self) -> None:
        """A bar for each step, drawn again and again in the same place."""
        self.create_cluster(20, seconds=0.5)
        status, shown = self.on_terminal(
            *('--os-cloud', 'admin', *_CLUSTER, 'progress', self.name),
            '--follow',
        )
        self.assertEqual(0, status, shown)
        # Back to the first line, to draw anew.
        self.assertRegex(shown, r'\x1b\[\dA')
        text = re.sub(r'\x1b\[[\d;?]*[A-Za-z]', '', shown)
        self.assertRegex(text, r'Launching instances +━+.* \d+ of 20 .*')
        self.assertRegex(text, f'{self.name} is Active, 100 %\r?\n\\Z')

    def on_terminal(self, *words: str) -> tuple[int, str]:
        """Run a command on a terminal; return its status and its output."""
        ours, theirs = pty.openpty()
        chunks: list[bytes] = []

        def read() -> None:
            # Linux reports an error when the other end is closed.
            try:
                while chunk := os.read(ours, 65536):
                    chunks.append(chunk)
            except OSError:
                pass

        process = subprocess.Popen(
            [
                *(sys.executable, '-W', 'ignore', '-m'),
                *('openstackclient.shell', *words),
            ],
            env={
                'PATH': os.environ['PATH'],
                'HOME': self.service.state,
                'LC_ALL': 'C.UTF-8',
                'TERM': 'xterm-256color',
                'COLUMNS': '100',
                'OS_CLIENT_CONFIG_FILE': self.service.clouds,
            },
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=self.service.state,
        )
        self.addCleanup(process.kill)
        os.close(theirs)
        thread = threading.Thread(target=read)
        thread.start()
        status = process.wait(120)
        thread.join()
        os.close(ours)
        return status, b''.join(chunks).decode()

    def test_gone(self) -> None:
        """The deletion of a cluster is followed to its end."""
        self.create_cluster(2)
        self.assertEqual(0, self.progress(self.name, '--follow').returncode)
        self.run_command(*_CLUSTER, 'delete', self.name)
        done = self.progress(self.name, '--follow')
        gone = f'Cluster {self.name} is gone.'
        self.assertEnds(3, f'({gone}|No Cluster found for {self.name})', done)

    def test_none(self) -> None:
        done = self.progress('none-of-them', '--follow')
        self.assertEnds(3, 'No Cluster found for none-of-them', done)

    def test_time_limit(self) -> None:
        self.create_cluster(2, seconds=30)
        done = self.progress(self.name, '--follow', '--timeout', '1')
        self.assertEqual(2, done.returncode)
        self.assertIn('Waited 1 s in vain', done.stderr)

    def test_version_2(self) -> None:
        """With the URL of version 2, as for other commands."""
        self.create_cluster(2)
        root = self.service.urls['data-processing'].removesuffix('/v1.1')
        done = self.run_command(
            *('--os-data-processing-api-version', '2'),
            *('--os-data-processing-url', f'{root}/v2'),
            *(*_CLUSTER, 'progress', self.name, '--follow'),
        )
        self.assertEqual(0, done.returncode, done.stderr)
