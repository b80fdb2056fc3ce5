# SPDX-License-Identifier: Apache-2.0
"""Rows to ask for."""

import datetime
import itertools

from oslo_utils import timeutils
from oslo_utils import uuidutils

from ext_lib import context
from nova_ext.db.api import instance as instance_db
from nova_ext.db.api import instance_action as instance_action_db
from nova_ext.db.api import migration as migration_db
from nova_ext.tests import base

OTHER_PROJECT = 'another'
START = timeutils.parse_strtime('2020-01-01T00:00:00.0')


def minutes(number):
    """Return a moment of the day on which the tests take place."""
    return START + datetime.timedelta(minutes=number)


def ids(rows):
    return [row.id for row in rows]


class TestCase(base.DatabaseTestCase):
    """A test that makes rows in the order of time."""

    def setUp(self):
        super().setUp()
        self.admin = context.get_admin_context()
        self._clock = itertools.count()

    def now(self):
        return minutes(next(self._clock))

    def instance(self, **values):
        defaults = {
            'uuid': uuidutils.generate_uuid(),
            'project_id': self.context.project_id,
            'user_id': self.context.user_id,
            'vm_state': 'active',
            'created_at': self.now(),
        }
        return instance_db.instance_create(self.context, defaults | values)

    def action(self, instance, **values):
        now = self.now()
        defaults = {
            'instance_uuid': instance.uuid,
            'request_id': self.context.request_id,
            'action': 'stop',
            'start_time': now,
            'created_at': now,
        }
        return instance_action_db.action_start(self.context, defaults | values)

    def migration(self, instance, **values):
        defaults = {
            'uuid': uuidutils.generate_uuid(),
            'instance_uuid': instance.uuid,
            'migration_type': 'live-migration',
            'status': 'running',
            'source_compute': 'host1',
            'dest_compute': 'host2',
            'created_at': self.now(),
        }
        return migration_db.migration_create(self.context, defaults | values)
