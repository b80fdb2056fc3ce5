# SPDX-License-Identifier: Apache-2.0
"""Services give signs of life."""

import datetime

from oslo_utils import fixture as time_fixture
from oslo_utils import uuidutils

from nova_ext import exception
from nova_ext.objects.service import Service
from nova_ext.objects.service import ServiceList
from nova_ext.tests import base


class TestService(base.DatabaseTestCase):
    def create(self, **values):
        defaults = {
            'host': 'host1',
            'binary': 'nova-compute',
            'topic': 'compute',
            'report_count': 0,
        }
        service = Service(self.context, **(defaults | values))
        service.create()
        return service

    def test_it_is_found_by_host_number_and_uuid(self):
        service = self.create()
        found = [
            Service.get_by_host_and_binary(
                self.context, 'host1', 'nova-compute'
            ),
            Service.get_by_id(self.context, service.id),
            Service.get_by_uuid(self.context, service.uuid),
        ]
        self.assertEqual([service.id] * 3, [s.id for s in found])
        self.assertIs(False, found[0].disabled)
        self.assertIs(False, found[0].forced_down)

    def test_what_is_not_there_is_not_found(self):
        self.assertRaises(
            exception.HostBinaryNotFound,
            *(Service.get_by_host_and_binary, self.context, 'host9', 'x'),
        )
        self.assertRaises(
            exception.ServiceNotFound, Service.get_by_id, self.context, 12
        )
        self.assertRaises(
            exception.ServiceNotFound,
            *(Service.get_by_uuid, self.context, uuidutils.generate_uuid()),
        )

    def test_changes_are_stored(self):
        service = self.create()
        service.disabled = True
        service.disabled_reason = 'repair'
        service.save()
        found = Service.get_by_id(self.context, service.id)
        self.assertIs(True, found.disabled)
        self.assertEqual('repair', found.disabled_reason)

    def test_without_changes_nothing_is_asked(self):
        service = self.create()
        before = len(self.statements)
        service.save()
        self.assertEqual(before, len(self.statements))

    def test_destroy(self):
        service = self.create()
        service.destroy()
        self.assertEqual([], list(ServiceList.get_all(self.context)))
        service.disabled = True
        self.assertRaises(exception.ServiceNotFound, service.save)
        self.assertRaises(exception.ServiceNotFound, service.destroy)

    def test_they_are_listed_by_host_and_program(self):
        one = self.create()
        two = self.create(host='host2')
        other = self.create(binary='nova-conductor', topic='conductor')

        def ids(**kwargs):
            return [s.id for s in ServiceList.get_all(self.context, **kwargs)]

        self.assertEqual([one.id, two.id, other.id], ids())
        self.assertEqual([one.id, other.id], ids(host='host1'))
        self.assertEqual([one.id, two.id], ids(binary='nova-compute'))
        self.assertEqual([two.id], ids(host='host2', binary='nova-compute'))


class TestIsUp(base.TestCase):
    def setUp(self):
        super().setUp()
        self.time = self.useFixture(time_fixture.TimeFixture())
        self.now = datetime.datetime.fromisoformat('2024-02-29T12:00:00')
        self.time = self.useFixture(time_fixture.TimeFixture(self.now))

    def is_up(self, seconds=0, forced_down=False, **values):
        moment = self.now - datetime.timedelta(seconds=seconds)
        values = values or {'last_seen_up': moment}
        defaults = {'last_seen_up': None, 'created_at': None}
        service = Service(forced_down=forced_down, **(defaults | values))
        return service.is_up(60)

    def test_a_recent_sign_of_life_means_up(self):
        self.assertIs(True, self.is_up(60))

    def test_an_old_one_means_down(self):
        self.assertIs(False, self.is_up(61))

    def test_clock_ahead_is_tolerated_as_far(self):
        self.assertIs(True, self.is_up(-60))
        self.assertIs(False, self.is_up(-61))

    def test_a_new_service_is_up(self):
        self.assertIs(True, self.is_up(created_at=self.now))

    def test_what_never_gave_a_sign_is_down(self):
        self.assertIs(False, self.is_up(last_seen_up=None))

    def test_an_operator_knows_better(self):
        self.assertIs(False, self.is_up(0, forced_down=True))
