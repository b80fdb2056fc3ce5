# SPDX-License-Identifier: Apache-2.0
"""Views of actions and events, by version and user."""

import ddt
import testtools

from nova_ext.api.openstack.compute.views import instance_actions as view
from nova_ext.tests.base import PROJECT
from nova_ext.tests.base import USER
from nova_ext.tests.unit.api.openstack import base

_HOST_ID = '8a8d66db9eed58f2b1283d23acc9a32691290b603a716d81d8ed8c4e'
_ACTION = {
    'action': 'stop',
    'instance_uuid': base.UUID,
    'request_id': base.REQUEST_ID,
    'user_id': USER,
    'project_id': PROJECT,
    'start_time': base.BEGAN_TEXT,
    'message': 'Error',
}
_EVENT = {
    'event': 'compute_stop_instance',
    'start_time': base.BEGAN_TEXT,
    'finish_time': base.ENDED_TEXT,
    'result': 'Error',
}


class TestHostId(testtools.TestCase):
    def test_check_value(self):
        self.assertEqual(_HOST_ID, view.host_id('host1', PROJECT))

    def test_differs_by_project(self):
        self.assertNotEqual(_HOST_ID, view.host_id('host1', 'other'))

    def test_no_host(self):
        for host in (None, ''):
            self.assertEqual('', view.host_id(host, PROJECT))

    def test_any_name(self):
        self.assertRegex(view.host_id('hôst…', 'prøject'), '^[0-9a-f]{56}$')


@ddt.ddt
class TestSummary(testtools.TestCase):
    @ddt.data('2.1', '2.57')
    def test_at_first(self, version):
        [shown] = view.summaries(base.request(version), [base.an_action()])
        self.assertEqual(_ACTION, shown)

    @ddt.data('2.58', '2.80')
    def test_with_its_latest_change(self, version):
        [shown] = view.summaries(base.request(version), [base.an_action()])
        self.assertEqual(_ACTION | {'updated_at': base.ENDED_TEXT}, shown)

    def test_nulls(self):
        empty = dict.fromkeys(
            ('user_id', 'project_id', 'message', 'updated_at')
        )
        action = base.an_action(**empty)
        [shown] = view.summaries(base.request('2.58'), [action])
        self.assertEqual(_ACTION | empty, shown)


@ddt.ddt
class TestEvent(testtools.TestCase):
    def show(self, version, in_full, details=False, **changes):
        event = base.an_event(**changes)
        rights = view.Rights(in_full, details)
        return view.event(base.request(version), event, PROJECT, rights)

    @ddt.data(
        ('2.51', False, {}),
        ('2.51', True, {'traceback': 'frames'}),
        ('2.61', True, {'traceback': 'frames'}),
        ('2.62', False, {'hostId': _HOST_ID}),
        (
            '2.62',
            True,
            {'traceback': 'frames', 'host': 'host1', 'hostId': _HOST_ID},
        ),
        ('2.80', False, {'hostId': _HOST_ID}),
    )
    @ddt.unpack
    def test_by_version_and_rights(self, version, in_full, more):
        self.assertEqual(_EVENT | more, self.show(version, in_full))

    @ddt.data(
        ('2.83', True, {}),
        ('2.84', False, {}),
        ('2.84', True, {'details': 'reason'}),
        ('2.104', True, {'details': 'reason'}),
    )
    @ddt.unpack
    def test_details(self, version, permitted, more):
        shown = self.show(version, False, details=permitted)
        self.assertEqual(_EVENT | {'hostId': _HOST_ID} | more, shown)

    def test_nulls(self):
        empty = dict.fromkeys(('finish_time', 'result', 'traceback', 'host'))
        shown = self.show('2.62', True, **empty)
        self.assertEqual(_EVENT | empty | {'hostId': ''}, shown)

    def test_host_id_is_of_the_project_given(self):
        shown = view.event(
            base.request('2.62'), base.an_event(), 'other', view.Rights()
        )
        self.assertEqual(view.host_id('host1', 'other'), shown['hostId'])
