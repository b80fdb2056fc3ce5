# SPDX-License-Identifier: Apache-2.0
"""Drafts have all that plugins may look at, and nothing stored."""

from ext_lib import context
from sahara_ext.engine import builders
from sahara_ext.tests import base
from sahara_ext.tests import requested


class TestDrafts(base.TestCase):
    def draft(self, name='demo', **changes):
        caller = context.RequestContext(user_id='me', project_id='us')
        return builders.cluster(
            caller, {**requested.values(), **changes}, name
        )

    def test_what_users_do_not_say_has_a_default(self):
        cluster = self.draft(description=None, anti_affinity=None)
        self.assertEqual(
            ('us', 'me', 'Validating', None, [], False, {}),
            (
                cluster.project_id,
                cluster.user_id,
                cluster.status,
                cluster.description,
                cluster.anti_affinity,
                cluster.is_transient,
                cluster.cluster_configs,
            ),
        )
        group = cluster.node_groups[1]
        self.assertEqual(
            ('worker', 1, 3, 0, None, True),
            (
                group.name,
                group.position,
                group.count,
                group.volumes_per_node,
                group.availability_zone,
                group.use_autoconfig,
            ),
        )

    def test_everything_can_be_read(self):
        cluster = self.draft()
        unknown = {'id', 'cluster_id', 'node_group_id', 'provision_steps'}
        for thing in (
            cluster,
            cluster.node_groups[0],
            cluster.node_groups[0].instances[0],
        ):
            for name in set(thing.fields) - unknown:
                if not name.endswith('ated_at'):
                    getattr(thing, name)

    def test_instances_are_named_as_hosts_are(self):
        groups = [requested.group('Big', 1), requested.group('small', 1000)]
        cluster = self.draft('Demo', node_groups=groups)
        big, small = cluster.node_groups
        self.assertEqual('demo-big-001', big.instances[0].instance_name)
        self.assertEqual('demo-small-1000', small.instances[999].instance_name)
        self.assertEqual({'planned'}, {i.state for i in small.instances})

    def test_names_of_several(self):
        self.assertEqual(['demo'], builders.names('demo', None))
        self.assertEqual(['demo-1'], builders.names('demo', 1))
        ten = builders.names('demo', 10)
        self.assertEqual(('demo-01', 'demo-10'), (ten[0], ten[9]))
