# SPDX-License-Identifier: Apache-2.0
"""The progress is shown as it is."""

import datetime
import types
from typing import Any

import ddt

from sahara_ext.api import microversions
from sahara_ext.api.views import provision_steps
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.provision_step import ClusterProvisionStep
from sahara_ext.tests import base

_BEGIN = datetime.datetime.fromisoformat('2026-01-02T03:04:05.900000')
_END = _BEGIN + datetime.timedelta(seconds=61.7)

PLANNED = {'started_at': None, 'completed_at': None, 'successful': None}
RUNNING = {'completed_at': None, 'successful': None}
OVER = {'completed': 4}
FAILED = {'completed': 3, 'failed': 1, 'successful': False}


def _step(operation='new', **values):
    return ClusterProvisionStep(
        **{
            'id': '5bbcc3c4-1da2-4437-a48a-66f15b1b13f9',
            'cluster_id': '6bbcc3c4-1da2-4437-a48a-66f15b1b13f9',
            'project_id': 'demo',
            'operation_id': operation,
            'step_name': 'One',
            'step_type': 'creating',
            'completed': 0,
            'failed': 0,
            'total': 4,
            'successful': True,
            'started_at': _BEGIN,
            'completed_at': _END,
            'created_at': _BEGIN,
            'updated_at': _END,
            **values,
        }
    )


def _percentage(*steps, status='Spawning'):
    cluster = Cluster(status=status, provision_steps=list(steps))
    return provision_steps.percentage(cluster)


@ddt.ddt
class TestPercentage(base.TestCase):
    @ddt.data(
        (0, [PLANNED]),
        (0, [PLANNED, PLANNED]),
        (50, [OVER, PLANNED]),
        (25, [{**RUNNING, 'completed': 2}, PLANNED]),
        (100, [OVER, OVER]),
        (33, [OVER, PLANNED, PLANNED]),
        (87, [OVER, FAILED]),
        (0, [{**RUNNING, 'total': None, 'completed': 0}]),
        (100, [{'total': 0, 'completed': 0}]),
    )
    @ddt.unpack
    def test_each_step_counts_the_same(self, expected, steps):
        found = _percentage(*(_step(**values) for values in steps))
        self.assertEqual(expected, found)

    def test_what_was_done_before_does_not_count(self):
        old, new = _step('old', **OVER), _step('new', **PLANNED)
        self.assertEqual(0, _percentage(old, new))

    def test_without_steps_the_status_decides(self):
        self.assertEqual(100, _percentage(status='Active'))
        self.assertEqual(0, _percentage(status='Spawning'))


class TestShow(base.TestCase):
    def test_duration(self):
        self.assertEqual(61, provision_steps.show(_step())['duration'])
        planned = provision_steps.show(_step(**PLANNED))
        self.assertIsNone(planned['duration'])
        running = provision_steps.show(_step(**RUNNING))
        self.assertGreaterEqual(running['duration'], 0)
        ahead = datetime.datetime.fromisoformat('9999-01-01T00:00:00')
        shown = provision_steps.show(_step(**{**RUNNING, 'started_at': ahead}))
        self.assertEqual(0, shown['duration'])

    def test_times_are_cut(self):
        shown = provision_steps.show(_step())
        self.assertEqual('2026-01-02T03:04:05', shown['started_at'])

    def test_released_clients_see_begin_and_end(self):
        req: Any = types.SimpleNamespace(version=microversions.V1)
        for values, end in (
            (OVER, '2026-01-02T03:05:07'),
            (RUNNING, None),
            ({**RUNNING, 'successful': False}, '2026-01-02T03:05:07'),
        ):
            shown = provision_steps.begun(req, _step(**values), False)
            self.assertEqual('2026-01-02T03:04:05', shown['created_at'])
            self.assertEqual(end, shown['updated_at'])
