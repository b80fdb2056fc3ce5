# SPDX-License-Identifier: Apache-2.0
"""Services are stored, found, changed and deleted."""

from oslo_db import exception as db_exception

from nova_ext import exception
from nova_ext.db.api import service as service_db
from nova_ext.tests.unit.db import base


class TestService(base.TestCase):
    def create(self, host='host1', binary='nova-compute', **values):
        values = {'host': host, 'binary': binary, 'topic': 'compute'} | values
        return service_db.service_create(self.admin, values)

    def test_create(self):
        row = self.create()
        self.assertEqual(
            (0, False, False, 0, None),
            (
                row.report_count,
                row.disabled,
                row.forced_down,
                row.version,
                row.last_seen_up,
            ),
        )

    def test_one_of_a_kind_on_a_host(self):
        self.create()
        self.assertRaises(db_exception.DBDuplicateEntry, self.create)

    def test_get(self):
        row = self.create()
        self.assertEqual(row.id, service_db.service_get(self.admin, row.id).id)
        found = service_db.service_get_by_host_and_binary(
            self.admin, 'host1', 'nova-compute'
        )
        self.assertEqual(row.id, found.id)

    def test_what_there_is_not(self):
        self.assertRaises(
            exception.ServiceNotFound, service_db.service_get, self.admin, 'x'
        )
        self.assertRaises(
            exception.HostBinaryNotFound,
            service_db.service_get_by_host_and_binary,
            self.admin,
            'host1',
            'nova-compute',
        )
        self.assertRaises(
            exception.ServiceNotFound,
            service_db.service_update,
            self.admin,
            1,
            {'version': 1},
        )

    def test_get_all(self):
        rows = [self.create('host2'), self.create('host1')]
        conductor = self.create('host1', 'nova-conductor', topic='conductor')
        every = [*rows, conductor]
        self.assertEqual(
            base.ids(every), base.ids(service_db.service_get_all(self.admin))
        )
        found = service_db.service_get_all(
            self.admin, {'host': 'host1', 'binary': 'nova-compute'}
        )
        self.assertEqual([rows[1].id], base.ids(found))

    def test_silent_hosts(self):
        for host, minute in (('host1', 1), ('host2', 5), ('host3', 1)):
            row = self.create(host)
            values = {'last_seen_up': base.minutes(minute)}
            service_db.service_update(self.admin, row.id, values)
        # Was deleted, and continues under a new record.
        service_db.service_destroy(self.admin, row.id)
        row = self.create('host3')
        values = {'last_seen_up': base.minutes(6)}
        service_db.service_update(self.admin, row.id, values)
        for moment, expected in (
            (base.minutes(1), []),
            (base.minutes(2), ['host1']),
            (base.minutes(9), ['host1', 'host2', 'host3']),
        ):
            found = self.assertAsks(
                1,
                service_db.service_get_silent_hosts,
                *(self.admin, 'nova-compute', moment),
            )
            self.assertEqual(expected, found)
        service_db.service_destroy(self.admin, row.id)
        found = service_db.service_get_silent_hosts(
            self.admin, 'nova-compute', base.minutes(9)
        )
        self.assertEqual(['host1', 'host2', 'host3'], found)

    def test_update(self):
        row = self.create()
        now = base.minutes(5)
        found = self.assertAsks(
            2,
            service_db.service_update,
            self.admin,
            row.id,
            {'report_count': 1, 'last_seen_up': now},
        )
        self.assertEqual((1, now), (found.report_count, found.last_seen_up))

    def test_destroy(self):
        row = self.create()
        service_db.service_destroy(self.admin, row.id)
        self.assertEqual([], service_db.service_get_all(self.admin))
        self.assertRaises(
            exception.ServiceNotFound,
            service_db.service_destroy,
            self.admin,
            row.id,
        )
        self.assertNotEqual(row.id, self.create().id)
