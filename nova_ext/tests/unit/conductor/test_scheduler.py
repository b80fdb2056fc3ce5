# SPDX-License-Identifier: Apache-2.0
"""Hosts are chosen in turn, if they are up, enabled and permitted."""

import datetime

from oslo_utils import timeutils

from nova_ext import exception
from nova_ext.conductor.scheduler import Scheduler
from nova_ext.tests import base
from nova_ext.tests.unit import servers


class SchedulerTestCase(base.DatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.scheduler = Scheduler(self.conf)
        for host in ('host2', 'host1'):
            servers.make_service(host)

    def select(self, **kwargs: object) -> str:
        return self.scheduler.select_destination(
            servers.new_request(),
            **kwargs,  # type: ignore[arg-type]
        )

    def assertNone(self, **kwargs: object) -> None:
        error = self.assertRaises(exception.NoValidHost, self.select, **kwargs)
        self.assertEqual(
            'No valid host was found. There are not enough hosts available.',
            error.message,
        )

    def test_hosts_take_turns(self) -> None:
        chosen = [self.select() for _ in range(4)]
        self.assertEqual(['host1', 'host2', 'host1', 'host2'], chosen)

    def test_choice_without_alternative_takes_no_turn(self) -> None:
        self.assertEqual('host2', self.select(exclude=['host1']))
        self.assertEqual('host1', self.select())

    def test_requested_host(self) -> None:
        self.assertEqual('host2', self.select(requested_host='host2'))
        self.assertNone(requested_host='nowhere')
        self.assertNone(requested_host='host1', exclude=['host1'])

    def test_hosts_that_are_down_or_disabled(self) -> None:
        long_ago = timeutils.utcnow() - datetime.timedelta(hours=1)
        servers.make_service('host3', last_seen_up=long_ago)
        servers.make_service('host4', disabled=True)
        servers.make_service('host5', forced_down=True)
        servers.make_service('host6', binary='nova-conductor')
        self.assertEqual({'host1', 'host2'}, {self.select() for _ in range(8)})

    def test_no_host_is_left(self) -> None:
        self.assertNone(exclude=['host1', 'host2'])
