# SPDX-License-Identifier: Apache-2.0
"""Services as answers show them, by version."""

import ddt
from oslo_utils import timeutils
import testtools

from nova_ext.api.openstack.compute import services
from nova_ext.tests.unit.api.openstack import base

_FIRST = {
    'id': 3,
    'binary': 'nova-compute',
    'host': 'host1',
    'zone': 'nova',
    'status': 'enabled',
    'state': 'down',
    'updated_at': base.ENDED_TEXT,
    'disabled_reason': None,
}


def _show(version='2.80', **changes):
    service = base.a_service(**changes)
    return services.show(base.request(version), service, down_time=60)


@ddt.ddt
class TestServicesShow(testtools.TestCase):
    @ddt.data(
        ('2.1', _FIRST),
        ('2.10', _FIRST),
        ('2.11', _FIRST | {'forced_down': False}),
        ('2.52', _FIRST | {'forced_down': False}),
        ('2.53', _FIRST | {'forced_down': False, 'id': base.UUID}),
        ('2.80', _FIRST | {'forced_down': False, 'id': base.UUID}),
    )
    @ddt.unpack
    def test_by_version(self, version, expected):
        self.assertEqual(expected, _show(version))

    def test_alive(self):
        now = timeutils.utcnow()
        self.assertEqual('up', _show(last_seen_up=now)['state'])
        forced = _show(last_seen_up=now, forced_down=True)
        self.assertEqual(
            ('down', True), (forced['state'], forced['forced_down'])
        )

    def test_disabled(self):
        shown = _show(disabled=True, disabled_reason='broken')
        self.assertEqual('disabled', shown['status'])
        self.assertEqual('broken', shown['disabled_reason'])

    def test_zone_of_others(self):
        shown = _show(binary='nova-conductor')
        self.assertEqual('internal', shown['zone'])

    def test_never_updated(self):
        self.assertIsNone(_show(updated_at=None)['updated_at'])
