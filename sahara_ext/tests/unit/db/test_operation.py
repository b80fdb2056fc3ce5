# SPDX-License-Identifier: Apache-2.0
"""Changes to what is to be done take place only while they make sense."""

import datetime

from oslo_utils import uuidutils

from sahara_ext import exception
from sahara_ext.db.api import cluster as cluster_db
from sahara_ext.db.api import engine as engine_db
from sahara_ext.db.api import operation as operation_db
from sahara_ext.db.api import provision_step as provision_step_db
from sahara_ext.tests.unit.db import base

ENGINE = 'e5f9c9a0-0000-4000-8000-000000000001'
OTHER = 'e5f9c9a0-0000-4000-8000-000000000002'
#: A moment before anything, and one after.
NEVER = base.minutes(-1)
FOREVER = base.START + datetime.timedelta(days=36525)


class OperationTestCase(base.TestCase):
    def begin(self, cluster, expected=None, changes=None, **values):
        defaults = {
            'operation_id': uuidutils.generate_uuid(),
            'operation_type': 'scaling',
            'operation_force': False,
            'status': 'Scaling',
        }
        return operation_db.cluster_operation_begin(
            self.context,
            cluster.id,
            expected,
            defaults | values,
            changes or operation_db.Changes(),
        )

    def begun(self, engine_id=None, **values):
        """Return a cluster on which an engine works, and its lease."""
        made = self.cluster(
            operation_id=uuidutils.generate_uuid(),
            operation_type='creating',
            operation_started_at=base.minutes(0),
            engine_id=engine_id,
            **values,
        )
        return made, operation_db.Lease(made.id, made.operation_id, engine_id)

    def get(self, cluster):
        return cluster_db.cluster_get_any(self.context, cluster.id)

    def states(self, cluster):
        return {
            instance.instance_name: instance.state
            for group in self.get(cluster).node_groups
            for instance in group.instances
        }

    def counts(self, cluster):
        return [group.count for group in self.get(cluster).node_groups]

    def live(self, engine_id):
        engine_db.engine_register(self.context, engine_id, 'host')


class TestBegin(OperationTestCase):
    def test_what_is_stored(self):
        made = self.cluster(status_description='old')
        cluster = self.begin(
            made, ['Active'], operation_id='op', operation_force=True
        )
        for row in (cluster, self.get(made)):
            self.assertEqual(
                ('op', 'scaling', True, 'Scaling', None, None),
                (
                    row.operation_id,
                    row.operation_type,
                    row.operation_force,
                    row.status,
                    row.status_description,
                    row.engine_id,
                ),
            )
            self.assertIsNotNone(row.operation_started_at)
            self.assertIsNotNone(row.updated_at)

    def test_another_status(self):
        made = self.cluster(status='Error')
        error = self.assertRaises(
            exception.ClusterInvalidStatus,
            *(self.begin, made, ['Active', 'Waiting']),
        )
        self.assertIn('Error', str(error))
        self.assertIsNone(self.get(made).operation_id)
        self.begin(made, ['Active', 'Error'])

    def test_any_status(self):
        made = self.cluster(status='whatever')
        self.assertEqual('Scaling', self.begin(made).status)

    def test_a_protected_cluster(self):
        made = self.cluster(is_protected=True)
        self.assertRaises(exception.ClusterProtected, self.begin, made)
        self.assertEqual('Active', self.get(made).status)

    def test_no_cluster(self):
        made = self.cluster(groups=1)
        made.id = 'gone'
        changes = operation_db.Changes(removing=None)
        self.assertRaises(
            exception.ClusterNotFound, self.begin, made, None, changes
        )

    def test_in_place_of_another_one_whose_engine_stays(self):
        made, lease = self.begun(ENGINE)
        cluster = self.begin(made)
        self.assertNotEqual(lease.operation_id, cluster.operation_id)
        self.assertEqual(ENGINE, cluster.engine_id)
        self.assertFalse(operation_db.cluster_is_held(self.context, lease))

    def test_its_changes(self):
        made = self.cluster(groups=2, instances=2)
        first, second = made.node_groups
        added = self.group(made.id, 2, count=1)
        changes = operation_db.Changes(
            groups=[added],
            instances=[
                self.instance(added, 1),
                self.instance(vars(first), 3),
            ],
            counts={first.id: 3, second.id: 1},
            removing=[second.instances[1].id],
        )
        cluster = self.begin(made, None, changes)
        self.assertEqual([3, 1, 1], [g.count for g in cluster.node_groups])
        expected = dict.fromkeys(
            ['g0-1', 'g0-2', 'g0-3', 'g1-1', 'g2-1'], 'planned'
        )
        self.assertEqual(expected | {'g1-2': 'removing'}, self.states(made))

    def test_all_instances_go(self):
        made = self.cluster(groups=2, instances=2)
        other = self.cluster(groups=1, instances=1)
        self.begin(made, None, operation_db.Changes(removing=None))
        self.assertEqual({'removing'}, set(self.states(made).values()))
        self.assertEqual({'planned'}, set(self.states(other).values()))

    def test_parts_of_another_cluster_are_left_alone(self):
        made = self.cluster(groups=1, instances=1)
        other = self.cluster(groups=1, instances=1)
        [group] = other.node_groups
        changes = operation_db.Changes(
            counts={group.id: 9}, removing=[group.instances[0].id]
        )
        self.begin(made, None, changes)
        self.assertEqual([0], self.counts(other))
        self.assertEqual({'g0-1': 'planned'}, self.states(other))

    def test_all_or_nothing(self):
        made = self.cluster(groups=1, instances=1)
        changes = operation_db.Changes(
            groups=[self.group(made.id, 1, flavor_id='x' * 256)], removing=None
        )
        self.assertRaises(
            exception.InvalidValue, self.begin, made, None, changes
        )
        self.assertEqual('Active', self.get(made).status)
        self.assertEqual({'g0-1': 'planned'}, self.states(made))

    def test_statements(self):
        made = self.cluster(groups=3, instances=30)
        group = vars(made.node_groups[0])
        changes = operation_db.Changes(
            groups=[self.group(made.id, n) for n in range(3, 9)],
            instances=[self.instance(group, n) for n in range(31, 99)],
            counts={g.id: 5 for g in made.node_groups},
            removing=[i.id for i in made.node_groups[1].instances],
        )
        # One for the cluster, four for the changes, two to read it again.
        self.assertAsks(7, self.begin, made, None, changes)


class TestClaim(OperationTestCase):
    def claim(self, cluster, engine_id=ENGINE, stale_before=NEVER):
        return operation_db.cluster_claim(
            self.context, cluster.id, engine_id, stale_before
        )

    def test_a_cluster_without_an_owner(self):
        made, _ = self.begun()
        self.assertTrue(self.claim(made))
        self.assertEqual(ENGINE, self.get(made).engine_id)
        self.assertEqual(made.updated_at, self.get(made).updated_at)

    def test_what_is_owned_already(self):
        made, _ = self.begun(ENGINE)
        self.assertTrue(self.claim(made))

    def test_what_another_one_owns(self):
        made, _ = self.begun(OTHER)
        self.live(OTHER)
        self.assertFalse(self.claim(made))
        self.assertEqual(OTHER, self.get(made).engine_id)

    def test_what_a_silent_one_owned(self):
        made, _ = self.begun(OTHER)
        self.live(OTHER)
        self.assertTrue(self.claim(made, stale_before=FOREVER))
        self.assertEqual(ENGINE, self.get(made).engine_id)

    def test_what_an_unknown_one_owned(self):
        made, _ = self.begun(OTHER)
        self.assertTrue(self.claim(made))

    def test_nothing_to_be_done(self):
        self.assertFalse(self.claim(self.cluster()))

    def test_no_cluster(self):
        made = self.cluster()
        made.id = 'gone'
        self.assertFalse(self.claim(made))

    def test_release(self):
        made, _ = self.begun(ENGINE)
        for engine_id, expected in (
            (OTHER, False),
            (ENGINE, True),
            (ENGINE, False),
        ):
            self.assertEqual(
                expected,
                operation_db.cluster_release(self.context, made.id, engine_id),
            )
        row = self.get(made)
        self.assertEqual((None, None), (row.engine_id, row.updated_at))
        self.assertEqual(made.operation_id, row.operation_id)

    def test_release_whatever_was_begun_since(self):
        made, _ = self.begun(ENGINE)
        self.begin(made)
        self.assertTrue(
            operation_db.cluster_release(self.context, made.id, ENGINE)
        )
        self.assertTrue(self.claim(made, OTHER))


class TestAbandoned(OperationTestCase):
    def find(self, stale_before=NEVER, limit=10, engine_id=None):
        ids = operation_db.clusters_get_abandoned(
            self.context, stale_before, limit, engine_id
        )
        return [
            cluster_db.cluster_get_any(self.context, each).name for each in ids
        ]

    def setUp(self):
        super().setUp()
        self.live(ENGINE)
        self.cluster()
        self.begun()
        self.begun(ENGINE)
        self.begun(OTHER)

    def test_clusters_that_never_had_an_owner(self):
        self.assertEqual(['c1', 'c3'], sorted(self.find()))

    def test_clusters_whose_owner_is_dead(self):
        found = self.find(stale_before=FOREVER)
        self.assertEqual(['c1', 'c2', 'c3'], sorted(found))

    def test_ones_own(self):
        found = self.find(engine_id=ENGINE)
        self.assertEqual(['c1', 'c2', 'c3'], sorted(found))

    def test_the_longest_first(self):
        for number in (5, 3, 4):
            self.cluster(
                name=f'at {number}',
                operation_id='op',
                operation_started_at=base.minutes(number),
            )
        found = self.find(limit=4)
        self.assertEqual(['at 3', 'at 4'], found[2:])


class TestHeld(OperationTestCase):
    def test_by_whom(self):
        _, lease = self.begun(ENGINE)
        for held, expected in (
            (lease, True),
            (lease._replace(engine_id=OTHER), False),
            (lease._replace(engine_id=None), False),
            (lease._replace(operation_id='other'), False),
            (lease._replace(operation_id=None), False),
            (lease._replace(cluster_id='gone'), False),
        ):
            self.assertEqual(
                expected,
                operation_db.cluster_is_held(self.context, held),
                held,
            )

    def test_refusals(self):
        made, lease = self.begun(ENGINE, groups=1, instances=1)
        for lost in (
            lease._replace(engine_id=OTHER),
            lease._replace(operation_id='other'),
            lease._replace(cluster_id='gone'),
        ):
            for function, arguments in (
                (operation_db.cluster_set_status, [{'status': 'x'}]),
                (operation_db.cluster_operation_finish, [{'status': 'x'}, []]),
                (operation_db.cluster_destroy, []),
            ):
                self.assertRaises(
                    exception.OperationSuperseded,
                    *(function, self.context, lost, *arguments),
                )
        self.assertEqual('Active', self.get(made).status)
        self.assertEqual({'g0-1': 'planned'}, self.states(made))

    def test_set_status(self):
        made, lease = self.begun(ENGINE)
        operation_db.cluster_set_status(
            self.context, lease, {'status': 'Waiting'}
        )
        row = self.get(made)
        self.assertEqual(
            ('Waiting', None), (row.status, row.status_description)
        )
        self.assertIsNotNone(row.updated_at)

    def test_any_description_can_be_stored(self):
        made, lease = self.begun(ENGINE)
        text = 'x' * 70_000 + '\0\ud83d\N{PILE OF POO}'
        operation_db.cluster_set_status(
            self.context, lease, {'status_description': text}
        )
        self.assertEqual(
            'x' * 70_000 + '\ufffd' * 4 + '\N{PILE OF POO}',
            self.get(made).status_description,
        )


class TestFinish(OperationTestCase):
    def finish(self, lease, gone=(), **values):
        operation_db.cluster_operation_finish(
            self.context,
            lease,
            {'status': 'Active', 'status_description': None, **values},
            list(gone),
        )

    def test_nothing_is_to_be_done_any_more(self):
        made, lease = self.begun(ENGINE, operation_force=True)
        self.finish(lease, status='Error', status_description='why')
        row = self.get(made)
        self.assertEqual(
            ('Error', 'why'), (row.status, row.status_description)
        )
        for name, value in operation_db.NO_OPERATION.items():
            self.assertEqual(value, getattr(row, name), name)

    def test_instances_that_are_left_are_part_of_it(self):
        made, lease = self.begun(ENGINE, groups=2, instances=3)
        first, second = made.node_groups
        gone = [first.instances[0].id, *(i.id for i in second.instances)]
        self.finish(lease, gone)
        self.assertEqual(
            {'g0-2': 'active', 'g0-3': 'active'}, self.states(made)
        )
        self.assertEqual([2, 0], self.counts(made))

    def test_other_clusters_stay_as_they_are(self):
        _, lease = self.begun(ENGINE, groups=1, instances=1)
        other = self.cluster(groups=1, instances=1)
        instance = other.node_groups[0].instances[0]
        self.finish(lease, [instance.id])
        self.assertEqual({'g0-1': 'planned'}, self.states(other))
        self.assertEqual([0], self.counts(other))

    def test_statements(self):
        made, lease = self.begun(ENGINE, groups=5, instances=20)
        gone = [i.id for i in made.node_groups[0].instances]
        self.assertAsks(4, self.finish, lease, gone)


class TestDestroy(OperationTestCase):
    def test_with_all_its_parts(self):
        made, lease = self.begun(ENGINE, groups=2, instances=2)
        other = self.cluster(groups=1, instances=1)
        provision_step_db.provision_steps_plan(
            self.context,
            {
                'cluster_id': made.id,
                'operation_id': lease.operation_id,
                'step_type': 'creating',
            },
            {'step': 2},
        )
        operation_db.cluster_destroy(self.context, lease)
        self.assertRaises(exception.ClusterNotFound, self.get, made)
        steps = provision_step_db.provision_steps_get_by_clusters(
            self.context, [made.id]
        )
        self.assertEqual([], list(steps))
        self.assertEqual({'g0-1': 'planned'}, self.states(other))
        # Its name is free.
        self.cluster(name=made.name)
