# SPDX-License-Identifier: Apache-2.0
"""Side of the event log of sahara 19.0.0; runs in sahara's own Python.

It calls what sahara calls itself: the helpers of its engine and its plugins,
and the read behind ``show_progress``.
"""

import datetime
import json
import sys
import uuid
import warnings

from oslo_config import cfg
from sahara import conductor
from sahara import config  # noqa: F401 (registers the options)
from sahara import context
from sahara.db.sqlalchemy import api as db_api
from sahara.db.sqlalchemy import models
from sahara.utils import cluster_progress_ops
import sqlalchemy as sa
import worker

#: How many instances the cluster has that events are reported of.
INSTANCES = 30


class Sahara:
    """A cluster to report of, and one to read the progress of."""

    def __init__(self) -> None:
        self._context = context.Context(
            user_id='user', tenant_id='tenant', service_catalog=[]
        )
        context.set_ctx(self._context)
        self._reported = self._cluster(INSTANCES)
        self._instances = list(self._reported.node_groups[0].instances)
        self._read = None

    def _cluster(self, instances: int):
        values = {
            'name': uuid.uuid4().hex,
            'plugin_name': 'fake',
            'hadoop_version': '0.1',
            'node_groups': [
                {
                    'name': 'worker',
                    'flavor_id': '1',
                    'node_processes': ['datanode'],
                    'count': instances,
                }
            ],
        }
        cluster = conductor.API.cluster_create(self._context, values)
        for number in range(instances):
            conductor.API.instance_add(
                self._context,
                cluster.node_groups[0],
                {
                    'instance_name': f'worker-{number}',
                    'instance_id': uuid.uuid4().hex,
                },
            )
        return conductor.API.cluster_get(self._context, cluster)

    def one_by_one(self, count: int) -> float:
        """Report events to a step of its own; return the seconds."""
        self._context.current_instance_info = context.InstanceInfo(
            self._reported.id, None, None, None
        )
        cluster_progress_ops.add_provisioning_step(
            self._reported.id, 'Starting', count
        )
        instances = [self._instances[n % INSTANCES] for n in range(count)]

        def report() -> None:
            for instance in instances:
                cluster_progress_ops.add_successful_event(instance)

        return worker.timed(report)

    def fill(self, steps: int, events: int) -> None:
        """Store the steps of the cluster that is read, not yet complete."""
        self._read = self._cluster(1)
        with db_api.get_session().begin() as transaction:
            self._store(transaction.session, steps, events)

    def _store(self, session, steps: int, events: int) -> None:
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        for number in range(steps):
            step = uuid.uuid4().hex
            session.execute(
                sa.insert(models.ClusterProvisionStep.__table__).values(
                    id=step,
                    cluster_id=self._read.id,
                    tenant_id='tenant',
                    step_name=f'Step {number}',
                    step_type='Engine: create cluster',
                    total=events + 1,
                    created_at=now,
                )
            )
            session.execute(
                sa.insert(models.ClusterEvent.__table__),
                [
                    {
                        'id': uuid.uuid4().hex,
                        'step_id': step,
                        'node_group_id': uuid.uuid4().hex,
                        'instance_id': uuid.uuid4().hex,
                        'instance_name': f'worker-{each}',
                        'successful': True,
                        'created_at': now,
                    }
                    for each in range(events)
                ],
            )

    def progress(self) -> float:
        """Read the cluster and its progress; return the seconds."""
        return worker.timed(self._show)

    def _show(self) -> str:
        cluster = conductor.API.cluster_get(
            self._context, self._read.id, show_progress=True
        )
        return json.dumps(cluster.to_wrapped_dict(), default=str)

    def statements(self) -> int:
        """Return how many statements :meth:`progress` takes."""
        asked = []

        def listen(*arguments: object) -> None:
            asked.append(arguments[2])

        engine = db_api.get_engine()
        sa.event.listen(engine, 'before_cursor_execute', listen)
        self._show()
        sa.event.remove(engine, 'before_cursor_execute', listen)
        return len([s for s in asked if s != 'SELECT 1'])


def main() -> None:
    """Serve; the only argument is a configuration file."""
    warnings.simplefilter('ignore')
    # sahara reads its global configuration.
    cfg.CONF(['--config-file', sys.argv[1]], project='sahara')  # noqa: NX303
    side = Sahara()
    worker.serve(
        {
            'one_by_one': side.one_by_one,
            'fill': side.fill,
            'progress': side.progress,
            'statements': side.statements,
        }
    )


if __name__ == '__main__':
    main()
