# SPDX-License-Identifier: Apache-2.0
"""The base of tests with many reporters."""

import json
import random

import fixtures
from testtools import content

from ext_lib.testing import process
from sahara_ext.tests import base
from sahara_ext.tests import recording


class Reporter(process.Process):
    """A process that reports to a step.

    :param numbers: of the instances that succeed
    :param failing: of those that fail
    """

    def __init__(
        self, url, step_id, directory, *, threads=16, numbers=(), failing=()
    ):
        super().__init__(
            'sahara_ext.tests.functional.progress.reporter',
            [
                url,
                step_id,
                str(threads),
                json.dumps(list(numbers)),
                '--failing',
                json.dumps(list(failing)),
            ],
            directory,
        )

    @property
    def lines(self):
        """The reports it has acknowledged up to now."""
        lines = self.output.read_bytes().split(b'\n')[:-1]
        return [json.loads(line) for line in lines if line.startswith(b'{')]

    @property
    def acknowledged(self):
        """The events among it."""
        return [line for line in self.lines if 'number' in line]

    def wait(self):
        """Return when it has reported everything; return its last words."""
        status = self.process.wait()
        if status:
            raise AssertionError(self.output.read_text())
        return self.lines[-1]


class ReportersTestCase(base.DatabaseTestCase):
    """A test of processes that report to steps of one cluster."""

    def setUp(self):
        super().setUp()
        self.cluster = recording.cluster(self.context)
        self.directory = self.useFixture(fixtures.TempDir()).path
        seed = random.randrange(2**32)
        self.addDetail('seed', content.text_content(str(seed)))
        self.random = random.Random(seed)

    def begin(self, total):
        return recording.progress(self.cluster).step('Starting', total)

    def reporter(self, step, **work):
        return self.useFixture(
            Reporter(self.database.url, step.id, self.directory, **work)
        )

    def check(self, step):
        """Hold the counters of a step against its events; return both."""
        found = recording.state(step.id)
        events = recording.events(step.id)
        counted = [event for event in events if event.counted]
        self.assertEqual(
            (found.completed, found.failed),
            (
                sum(event.successful for event in counted),
                sum(not event.successful for event in counted),
            ),
        )
        keys = {(event.subject, event.successful) for event in events}
        self.assertEqual(len(keys), len(events))
        return found, events
