# SPDX-License-Identifier: Apache-2.0
"""Answers without the records of a cell that is unreachable."""

import time

import testscenarios
import webob

from ext_lib.db import facade
from ext_lib.testing import ports
from ext_lib.testing import relay
from nova_ext.tests.functional import base as functional
from nova_ext.tests.functional import rows
from nova_ext.tests.functional import test_audit
from nova_ext.wsgi import loader

load_tests = testscenarios.load_tests_apply_scenarios

UNREACHABLE = 'cell1'
REACHABLE = ('cell0', 'cell2')
#: Seconds to wait for a cell.
_TIMEOUT = 1
#: Seconds in which all of a test's questions are answered.
_ELAPSED = 30


class UnreachableTestCase(test_audit.AuditTestCase):
    """The second of three cells is unreachable."""

    #: Returns the port that the cell is looked for at.
    port = staticmethod(ports.free_port)

    def setUp(self):
        super().setUp()
        self.servers = {
            cell: self.store(cell, rows.server()).uuid
            for cell in test_audit.CELLS
        }
        self.stored = {
            cell: self.store(cell, rows.migration(uuid)).uuid
            for cell, uuid in self.servers.items()
        }
        self.settings.set('cells', timeout=_TIMEOUT, retry_interval=600)
        self.cut_off(UNREACHABLE)
        self.began = time.monotonic()

    def cut_off(self, *cells):
        for cell in cells:
            url = f'mysql+pymysql://u:p@127.0.0.1:{self.port()}/db'
            self.settings.set(cell, connection=url)
        self.app = loader.load_audit(self.conf)

    def status(self, path, version='2.80'):
        answer = self.request('GET', path, version=version)
        return answer.status_int

    def assertQuick(self):
        self.assertLess(time.monotonic() - self.began, _ELAPSED)

    def actions_of(self, uuid):
        return f'/servers/{uuid}/os-instance-actions'


class TestCellUnreachable(UnreachableTestCase):
    """There is no server on the host, or it does not answer."""

    scenarios = [
        ('refused', {'is_silent': False}),
        ('silent', {'is_silent': True}),
    ]

    is_silent = False

    def port(self):
        if self.is_silent:
            return self.useFixture(relay.BlackHole()).port
        return ports.free_port()

    def test_pages_are_of_the_others(self):
        here = {self.stored[cell] for cell in REACHABLE}
        for limit in (1, 2, 1000):
            self.assertEqual(here, set(self.listed(f'limit={limit}')))
        self.assertIn(f'Cell {UNREACHABLE} does not answer', self.log.output)
        self.assertQuick()

    def test_pages_fail_if_told_so(self):
        self.settings.set('api', list_records_by_skipping_down_cells=False)
        self.app = loader.load_audit(self.conf)
        self.assertEqual(503, self.status('/os-migrations'))
        self.assertQuick()

    def test_what_is_no_page_fails(self):
        self.assertEqual(503, self.status('/os-migrations', version='2.58'))
        self.assertQuick()

    def test_servers_of_the_others_are_found(self):
        for cell in REACHABLE:
            path = self.actions_of(self.servers[cell])
            self.assertEqual(200, self.status(path))
        self.assertQuick()

    def test_whether_there_are_others_is_not_known(self):
        for uuid in (self.servers[UNREACHABLE], functional.UNKNOWN):
            self.assertEqual(503, self.status(self.actions_of(uuid)))
        for uuid in (self.stored[UNREACHABLE], functional.UNKNOWN):
            path = f'/os-migrations?marker={uuid}'
            self.assertEqual(503, self.status(path))
        self.assertQuick()


class TestAllUnreachable(UnreachableTestCase):
    """No cell answers."""

    def setUp(self):
        super().setUp()
        self.cut_off(*REACHABLE)

    def test_everything_fails(self):
        for path in (
            '/os-migrations',
            self.actions_of(functional.UNKNOWN),
        ):
            self.assertEqual(503, self.status(path))


class TestHealth(UnreachableTestCase):
    """A process serves as long as one cell answers."""

    def health(self):
        request = webob.Request.blank('/healthcheck')
        return request.get_response(self.app).status_int

    def test_it_is_well(self):
        self.assertEqual(200, self.health())
        self.assertIn(f'Database of [{UNREACHABLE}]', self.log.output)

    def test_until_none_answers(self):
        self.cut_off(*REACHABLE)
        self.assertEqual(503, self.health())


class TestNoConnection(test_audit.AuditTestCase):
    """A cell is named that no section describes."""

    def test_it_is_found_out_at_the_start(self):
        self.settings.set('cells', databases=['cell0', 'cel1'])
        error = self.assertRaises(
            facade.NoConnection, loader.load_audit, self.conf
        )
        self.assertIn('[cel1]', str(error))
