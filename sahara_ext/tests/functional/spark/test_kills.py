# SPDX-License-Identifier: Apache-2.0
"""Engines are killed at every step of a real cluster, which comes up."""

from sahara_ext.infra.base import InfraStep
from sahara_ext.plugins.spark import steps
from sahara_ext.tests.functional.spark import base
from sahara_ext.tests.functional.spark.dying_engine import AMID
from sahara_ext.tests.functional.spark.dying_engine import BEGUN
from sahara_ext.tests.functional.spark.dying_engine import DONE
from sahara_ext.tests.functional.spark.dying_engine import ENDED

_ADDING = (*InfraStep.ADDING, steps.INSTALLING, steps.CONFIGURING)
_STARTING = (steps.STARTING_WORKERS, steps.REGISTERING)
_CREATING = (*_ADDING, steps.STARTING_MASTER, *_STARTING)
_GROWING = (*_ADDING, *_STARTING)
_SHRINKING = (steps.DECOMMISSIONING, InfraStep.DELETING)
#: In which commands run.
_WITH_COMMANDS = (
    steps.INSTALLING,
    steps.CONFIGURING,
    steps.STARTING_MASTER,
    steps.STARTING_WORKERS,
    steps.DECOMMISSIONING,
)


def moments(step_name, *wanted):
    """Return the moments of a step that engines can die at."""
    return [
        moment
        for moment in wanted
        if moment != AMID or step_name in _WITH_COMMANDS
    ]


class TestKills(base.SparkTestCase):
    def die_in(self, names, *wanted):
        for name in names:
            for moment in moments(name, *wanted):
                self.die_at(f'{moment}:{name}')

    def check(self, cluster_id, step_type, names, workers):
        engine = self.engine()
        cluster = self.wait(cluster_id)
        engine.stop()
        found = [
            step
            for step in cluster.provision_steps
            if step.step_type == step_type
        ]
        self.assertEqual(list(names), [step.step_name for step in found])
        for step in found:
            self.assertEqual(
                (step.total, True),
                (step.completed, step.successful),
                step.step_name,
            )
        group = cluster.node_groups[1]
        self.assertEqual(workers, len(group.instances))
        self.assertEqual(
            sorted(str(each.internal_ip) for each in group.instances),
            base.alive_workers(cluster),
        )
        servers = {s.id for s in self.compute.servers(details=False)}
        own = {each.instance_id for each in cluster.instances()}
        self.assertEqual(own, servers)

    def test_a_cluster_comes_up(self):
        cluster_id = self.ask(workers=2)
        self.die_in(_CREATING, BEGUN, AMID, DONE, ENDED)
        self.check(cluster_id, 'creating', _CREATING, 2)

    def test_a_cluster_changes_and_goes(self):
        cluster_id = self.ask()
        self.check(cluster_id, 'creating', _CREATING, 1)

        self.scale(cluster_id, 2)
        self.die_in(_GROWING, AMID, DONE)
        self.check(cluster_id, 'scaling', _GROWING, 2)

        self.scale(cluster_id, 1)
        self.die_in(_SHRINKING, AMID, DONE)
        self.check(cluster_id, 'scaling', (*_GROWING, *_SHRINKING), 1)

        self.api.delete_cluster(self.context, self.load(cluster_id))
        self.die_in([steps.STOPPING, InfraStep.DELETING], DONE, ENDED)
        self.engine()
        self.wait_until_gone(cluster_id)
        self.assertEqual([], list(self.compute.servers(details=False)))
        self.assertEqual([], list(self.compute.keypairs()))

    def scale(self, cluster_id, workers):
        self.api.scale_cluster(
            self.context, self.load(cluster_id), {'worker': workers}
        )
