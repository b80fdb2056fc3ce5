# SPDX-License-Identifier: Apache-2.0
"""Actions of deleted servers, and the users who may see them."""

from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows

_NOT_YET = '2.20'
_FROM = '2.21'
_NEWEST = '2.80'
_CALLERS = (base.ADMIN, base.MANAGER, base.MEMBER, base.READER)


class DeletedServersTestCase(base.OperationsTestCase):
    """Asks for the actions of a server and for one of them."""

    def assertStatus(
        self, status: int, path: str, token: str, version: str
    ) -> None:
        """Check the answer to a GET."""
        response = self.request('GET', path, token=token, version=version)
        self.assertEqual(
            status, response.status_int, f'{path} {token} {version}'
        )
        if status == 404:
            self.assertEqual(['itemNotFound'], list(response.json))

    def assertReadable(self, server: str, request_id: str) -> None:
        """Check that it shows to its project from 2.21, and to no other."""
        index = f'/servers/{server}/os-instance-actions'
        for path in (index, f'{index}/{request_id}'):
            for version in (_FROM, _NEWEST):
                for token in (*_CALLERS, base.OTHER_ADMIN):
                    self.assertStatus(200, path, token, version)
                self.assertStatus(404, path, base.OTHER, version)
            for token in (*_CALLERS, base.OTHER_ADMIN, base.OTHER):
                self.assertStatus(404, path, token, _NOT_YET)


class DeletedServersTest(DeletedServersTestCase):
    def test_deleted(self) -> None:
        """The history of a server ends with its deletion, and stays."""
        server = self.create_server()
        self.act(server, 'os-stop')
        request_id = self.delete_server(server)
        self.assertReadable(server, request_id)
        names = [a['action'] for a in self.actions(server, token=base.READER)]
        self.assertEqual(['delete', 'stop', 'create'], names)
        [event] = self.events(server, request_id)
        self.assertEqual('compute_terminate_instance', event['event'])
        self.assertEqual(
            ('host1', 'Success'), (event['host'], event['result'])
        )

    def test_deleted_long_ago(self) -> None:
        """So does that of a row a service of old has left."""
        server = self.add(
            rows.server(id=7, vm_state='deleted', deleted=7, host=None)
        ).uuid
        actions = [rows.action(server, n) for n in range(3)]
        self.add(*actions)
        self.add(rows.event(actions[1].id, host=None))
        self.assertReadable(server, actions[1].request_id)
        self.assertEqual(3, len(self.actions(server)))

    def test_paging(self) -> None:
        server = self.add(rows.server(id=7, deleted=7)).uuid
        self.add(*(rows.action(server, n) for n in range(5)))
        path = f'/servers/{server}/os-instance-actions'
        page = self.get(f'{path}?limit=3', token=base.READER)
        rest = self.follow(page['links'][0]['href'], token=base.READER)
        self.assertEqual(3, len(page['instanceActions']))
        self.assertEqual(2, len(rest['instanceActions']))

    def test_unknown_action(self) -> None:
        server = self.add(rows.server(id=7, deleted=7)).uuid
        path = f'/servers/{server}/os-instance-actions/req-unknown'
        self.assertStatus(404, path, base.ADMIN, _NEWEST)

    def test_deleted_without_a_host(self) -> None:
        """The deletion shows although no host took part in it."""
        for host in ('host1', 'host2'):
            self.force_down(host)
        server = self.create_server()
        response = self.request('DELETE', f'/servers/{server}')
        self.assertEqual(204, response.status_int)
        request_id = response.headers['x-compute-request-id']
        self.assertReadable(server, request_id)
        self.assertEqual([], self.events(server, request_id))

    def test_waiting_to_be_reclaimed(self) -> None:
        """A server that can be restored is found at every version."""
        server = self.add(rows.server(vm_state='soft-delete')).uuid
        self.add(rows.action(server))
        path = f'/servers/{server}/os-instance-actions'
        for version in ('2.1', _NOT_YET, _FROM, _NEWEST):
            self.assertStatus(200, path, base.READER, version)
            self.assertStatus(404, path, base.OTHER, version)

    def test_only_its_actions(self) -> None:
        """All else about a deleted server is gone at every version."""
        server = self.create_server()
        self.act(server, 'migrate', token=base.ADMIN)
        self.act(server, 'confirmResize')
        self.delete_server(server)
        for path in (f'/servers/{server}', f'/servers/{server}/migrations'):
            self.assertStatus(404, path, base.ADMIN, _NEWEST)
        self.assertEqual({'migrations': []}, self.get('/os-migrations'))

    def test_never_there(self) -> None:
        path = f'/servers/{base.UNKNOWN}/os-instance-actions'
        for version in (_NOT_YET, _FROM, _NEWEST):
            self.assertStatus(404, path, base.ADMIN, version)
