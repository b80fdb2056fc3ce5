# SPDX-License-Identifier: Apache-2.0
"""The all-in-one remembers servers that its database no longer has."""

import pathlib
import sqlite3

import fixtures
import requests
import sqlalchemy as sa
import testtools

from ext_lib.testing import allinone
from ext_lib.testing import polling
from nova_ext.tests.functional.trail import cells

_IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'


class _WithoutTrail(allinone.AllInOne):
    arguments = ('--no-trail',)


class TestAllInOneTrail(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.state = self.useFixture(fixtures.TempDir()).path
        self.run_it(allinone.AllInOne)

    def run_it(self, program):
        self.program = self.useFixture(program(self.state))

    def ask(self, method, path, body=None):
        return requests.request(
            method,
            self.program.url + path,
            headers={
                'X-Auth-Token': 'admin:demo',
                'OpenStack-API-Version': 'compute 2.84',
            },
            json=body,
            timeout=60,
        )

    def deleted_server(self):
        """Return the uuid of a server that was created and deleted."""
        server = {
            'name': 'web-3',
            'imageRef': _IMAGE,
            'flavorRef': '1',
            'networks': 'none',
        }
        answer = self.ask('POST', '/servers', {'server': server})
        uuid = answer.json()['server']['id']
        path = f'/servers/{uuid}'
        self.wait_until(
            lambda: (
                self.ask('GET', path).json()['server']['status'] == 'ACTIVE'
            )
        )
        self.ask('DELETE', path)
        self.wait_until(lambda: self.ask('GET', path).status_code == 404)
        return uuid

    def wait_until(self, condition):
        polling.wait_until(condition, 'the server')

    def is_remembered(self, uuid):
        """Return whether the trail has the server with all that has ended."""
        path = pathlib.Path(self.state, 'trail.sqlite')
        found = sqlite3.connect(path).execute(
            'SELECT outcome FROM trail_actions JOIN trail_servers ON '
            'uuid = instance_uuid WHERE uuid = ? AND deleted <> 0',
            (uuid,),
        )
        return found.fetchall() == [('success',)] * 2

    def test_a_purged_server_is_answered(self):
        uuid = self.deleted_server()
        path = f'/servers/{uuid}/os-instance-actions'
        before = self.ask('GET', path)
        self.assertEqual(200, before.status_code)
        self.wait_until(lambda: self.is_remembered(uuid))
        engine = sa.create_engine(f'sqlite:///{self.state}/nova_ext.sqlite')
        cells.purge(engine, uuid)
        after = self.ask('GET', path)
        self.assertEqual(
            (200, before.content), (after.status_code, after.content)
        )
        for action in after.json()['instanceActions']:
            one = self.ask('GET', f'{path}/{action["request_id"]}')
            self.assertTrue(one.json()['instanceAction']['events'])
        self.assertEqual(0, self.program.stop())
        self.run_it(_WithoutTrail)
        self.assertEqual(404, self.ask('GET', path).status_code)
        self.program.stop()
        # A trail that is there is taken up again.
        self.run_it(allinone.AllInOne)
        self.assertEqual(before.content, self.ask('GET', path).content)
        # It may end at any time.
        self.program.kill()
