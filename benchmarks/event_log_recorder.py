# SPDX-License-Identifier: Apache-2.0
"""Side of the event log of sahara_ext, called as its engine calls it."""

from collections.abc import Callable
from concurrent import futures
import itertools
import json
import sys
from typing import Any
import uuid

from oslo_config import cfg
from oslo_db import options
import sqlalchemy as sa
import worker

from ext_lib import fixture
from ext_lib import paging
from ext_lib.context import RequestContext
from sahara_ext import objects
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster import ClusterList
from sahara_ext.objects.cluster_event import ClusterEventList
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.provision_step import ClusterProvisionStepList
from sahara_ext.progress import Progress

THREADS = 16
#: How many events a page of them has.
PAGE = 100
#: How many rows go into one statement while a database is filled.
_ROWS = 5000

_STEP = [
    'id', 'step_name', 'step_type', 'completed', 'failed', 'total',
    'successful', 'started_at', 'completed_at', 'created_at', 'updated_at',
]  # fmt: skip


def _steps_of(steps: Any) -> list[dict[str, Any]]:
    return [{name: getattr(step, name) for name in _STEP} for step in steps]


class Recorder:
    """A cluster to report of, and one to read the progress of."""

    def __init__(self) -> None:
        self._context = RequestContext(user_id='user', project_id='project')
        self._reported = self._cluster()
        self._read = self._cluster()
        self._numbers = itertools.count()
        self._step = self._progress(self._reported).step('Busy')
        self._connection = facade.get_engine().connect()

    def _cluster(self) -> Cluster:
        cluster = Cluster(
            self._context,
            name=uuid.uuid4().hex,
            plugin_name='fake',
            plugin_version='0.1',
            status='Spawning',
        )
        cluster.create()
        return cluster

    def _progress(self, cluster: Cluster) -> Progress:
        return Progress(
            self._context, cluster.id, str(uuid.uuid4()), 'creating'
        )

    def _instances(self, count: int) -> list[ClusterInstance]:
        return [
            ClusterInstance(
                id=str(uuid.uuid4()),
                node_group_id=str(uuid.uuid4()),
                instance_id=str(uuid.uuid4()),
                instance_name=f'worker-{next(self._numbers)}',
            )
            for _ in range(count)
        ]

    def one_by_one(self, count: int) -> float:
        """Report events, each after the one before; return the seconds."""
        step = self._progress(self._reported).step('Starting', count)
        return self._report_one_by_one(step, count)

    def one_by_one_in_busy_step(self, count: int) -> float:
        """Do the same in the step that has most of the events."""
        return self._report_one_by_one(self._step, count)

    def _report_one_by_one(self, step: Any, count: int) -> float:
        instances = self._instances(count)

        def report() -> None:
            for instance in instances:
                step.succeed(instance)

        return worker.timed(report)

    def batch(self, count: int) -> float:
        """Report events that are acknowledged together."""
        step = self._progress(self._reported).step('Starting', count)
        instances = self._instances(count)

        def report() -> None:
            for instance in instances:
                step.succeed(instance, wait=False)
            step.flush()

        return worker.timed(report)

    def threads(self, count: int) -> float:
        """Report events from threads, each of which waits for each."""
        step = self._progress(self._reported).step('Starting', count)
        instances = self._instances(count)
        with futures.ThreadPoolExecutor(THREADS) as pool:
            return worker.timed(
                lambda: list(pool.map(step.succeed, instances))
            )

    def fill(self, steps: int, events: int, busy: int) -> None:
        """Store steps of the cluster that is read, and others' events.

        :param busy: how many events the step has that is reported to
        """
        progress = self._progress(self._read)
        for number in range(steps):
            step = progress.step(f'Step {number}', events + 1)
            for instance in self._instances(events):
                step.succeed(instance, wait=False)
            step.flush()
        for begin in range(0, busy, _ROWS):
            self._store(min(_ROWS, busy - begin))

    def _store(self, count: int) -> None:
        rows = [
            {
                'id': str(uuid.uuid4()),
                'step_id': self._step.id,
                'cluster_id': self._reported.id,
                'subject': str(uuid.uuid4()),
                'instance_name': 'worker',
                'successful': True,
                'counted': True,
            }
            for _ in range(count)
        ]
        with facade.get_engine().begin() as connection:
            connection.execute(sa.insert(models.ClusterEvent.__table__), rows)

    def progress(self, times: int) -> float:
        """Read the cluster and its progress; return the seconds."""
        return worker.timed(self._show, times)

    def _show(self) -> str:
        cluster = Cluster.get(self._context, self._read.id)
        values = {name: getattr(cluster, name) for name in ('id', 'status')}
        steps = _steps_of(cluster.provision_steps)
        return json.dumps({**values, 'steps': steps}, default=str)

    def counts(self, times: int) -> float:
        """Read the steps of the cluster; return the seconds."""
        return worker.timed(self._counts, times)

    def _counts(self) -> str:
        steps = ClusterProvisionStepList.get_by_cluster(
            self._context, self._read.id
        )
        return json.dumps(_steps_of(steps), default=str)

    def bare(self, times: int) -> float:
        """Read the same without any of our code; return the seconds."""
        return worker.timed(self._bare, times)

    def _bare(self) -> str:
        statement = sa.text(
            f'SELECT {", ".join(_STEP)} FROM cluster_provision_steps '  # noqa: S608
            'WHERE cluster_id = :cluster ORDER BY sequence'
        )
        with self._connection.begin():
            rows = self._connection.execute(
                statement, {'cluster': self._read.id}
            ).mappings()
            return json.dumps([dict(row) for row in rows], default=str)

    def page(self, times: int) -> float:
        """Read some events of the busy step; return the seconds."""
        return worker.timed(self._page, times)

    def _page(self) -> Any:
        return ClusterEventList.get_by_step(
            self._context, self._step.id, paging.Page(limit=PAGE)
        )

    def statements(self) -> dict[str, int]:
        """Return how many statements each read takes."""
        reads: dict[str, Callable[[], Any]] = {
            'a cluster with its steps': self._show,
            'a cluster with its steps and events': lambda: Cluster.get(
                self._context, self._read.id, events=True
            ),
            'a page of clusters with their steps': lambda: (
                ClusterList.get_page(self._context, paging.Page(limit=100))
            ),
            'the steps of a cluster': self._counts,
            'a page of events': self._page,
        }
        counts = {}
        for name, read in reads.items():
            with fixture.Statements(facade) as statements:
                read()
                counts[name] = len(statements)
        return counts


def main() -> None:
    """Serve; the only argument is the URL of an empty database."""
    conf = cfg.ConfigOpts()
    conf.register_opts(options.database_opts, group='database')
    conf.set_override('connection', sys.argv[1], 'database')
    facade.configure(conf)
    objects.register_all()
    models.Base.metadata.create_all(facade.get_engine())
    side = Recorder()
    worker.serve(
        {
            name: getattr(side, name)
            for name in (
                'one_by_one',
                'one_by_one_in_busy_step',
                'batch',
                'threads',
                'fill',
                'progress',
                'counts',
                'bare',
                'page',
                'statements',
            )
        }
    )


if __name__ == '__main__':
    main()
