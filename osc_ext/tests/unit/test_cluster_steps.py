# SPDX-License-Identifier: Apache-2.0
"""Figures of steps, and the two ways to show them."""

import io
from typing import Any

import fixtures
import testtools

from osc_ext import cluster_steps
from osc_ext import progress_views
from osc_ext.sdk import cluster


def _step(**values: Any) -> cluster.ClusterStep:
    return cluster.ClusterStep.existing(
        **{
            'id': values.get('step_name', 'Launching instances'),
            'step_name': 'Launching instances',
            'step_type': 'creating',
            'completed': 0,
            'failed': 0,
            'total': 200,
            **values,
        }
    )


def _running(**values: Any) -> cluster.ClusterStep:
    began = '2026-01-31T12:00:00'
    return _step(started_at=began, duration=10, completed=50, **values)


class TestFigures(testtools.TestCase):
    def check(self, expected: str, step: cluster.ClusterStep) -> None:
        line = cluster_steps.line(cluster_steps.figures(step))
        self.assertEqual(f'Launching instances: {expected}', line)

    def test_planned(self) -> None:
        self.check('0 of 200', _step())
        self.check('planned', _step(total=None))

    def test_running(self) -> None:
        self.check('50 of 200, 10 s, 5.0/s, about 30 s left', _running())

    def test_no_estimate(self) -> None:
        """Nothing is estimated from nothing."""
        began = '2026-01-31T12:00:00'
        self.check('0 of 200, 0 s', _step(started_at=began, duration=0))
        self.check('0 of 200, 9 s', _step(started_at=began, duration=9))

    def test_failed(self) -> None:
        self.check(
            '50 of 200, 1 failed, failed after 10 s',
            _running(failed=1, successful=False),
        )

    def test_done(self) -> None:
        self.check(
            '200 of 200, done after 1 min 05 s',
            _step(completed=200, successful=True, started_at='x', duration=65),
        )

    def test_time(self) -> None:
        self.assertEqual('1 h 02 min', cluster_steps.time_of(3725))
        self.assertEqual('', cluster_steps.time_of(None))

    def test_age(self) -> None:
        """A step that runs continues between two answers."""
        shown = cluster_steps.figures(_running(), age=2.5)
        self.assertEqual(12.5, shown.elapsed)
        done = _running(successful=True)
        self.assertEqual(10, cluster_steps.figures(done, age=2.5).elapsed)


class TestViews(testtools.TestCase):
    def progress(self, *steps: Any, percentage: int = 5) -> Any:
        return cluster.ClusterProgress.existing(
            name='one',
            status='Spawning',
            provisioning_percentage=percentage,
            provisioning_progress=[step.to_dict() for step in steps],
        )

    def test_lines(self) -> None:
        """One for each step that has changed, and for each failure once."""
        out = io.StringIO()
        view = progress_views.view(out)
        self.assertIsInstance(view, progress_views.Lines)
        planned = _step(step_name='Assigning IPs')
        for failures in ([], ['a failed'], ['a failed', 'b failed']):
            view.show(self.progress(_running(), planned), failures)
        view.end('one is Error')
        first, *others = out.getvalue().splitlines()
        line = 'Launching instances: 50 of 200, 10 s, 5.0/s, about 30 s left'
        self.assertEqual(f'  5 % {line}', first)
        self.assertEqual(['a failed', 'b failed', 'one is Error'], others)

    def test_bars(self) -> None:
        """On a terminal."""
        out = _Terminal()
        with progress_views.Bars(out) as view:
            view.show(self.progress(_running()), ['a [red]failed'])
            view.end('one is [Error]')
        shown = out.getvalue()
        self.assertIn('\x1b[', shown)
        self.assertIn('50 of 200', shown)
        self.assertIn('a [red]failed', shown)
        self.assertTrue(shown.rstrip().endswith('one is [Error]'), shown)

    def test_kind(self) -> None:
        self.useEnvironment('xterm')
        self.assertIsInstance(
            progress_views.view(_Terminal()), progress_views.Bars
        )
        self.useEnvironment('dumb')
        self.assertIsInstance(
            progress_views.view(_Terminal()), progress_views.Lines
        )

    def useEnvironment(self, terminal: str) -> None:
        self.useFixture(fixtures.EnvironmentVariable('TERM', terminal))


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
