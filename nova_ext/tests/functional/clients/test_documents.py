# SPDX-License-Identifier: Apache-2.0
"""Examples of the pages on servers, with the released clients."""

import sys
import types
from typing import Any
import uuid

import openstack

from ext_lib.testing import pages
from ext_lib.testing import relay
from nova_ext.tests.functional.clients import base
from nova_ext.tests.functional.tasks import resets

_README = pages.ROOT / 'README.rst'
_BODY = {'name': 'one', 'flavorRef': '1', 'imageRef': base.IMAGE}


class DocumentsTestCase(base.ClientTestCase):
    def run_page(self, text: str) -> dict[str, str]:
        """Run what a page shows; return what each command has printed."""
        port = self.service.url.rsplit(':', 1)[1].split('/')[0]
        return pages.run(
            pages.commands(text),
            str(self.clouds.parent),
            {
                'OS_CLIENT_CONFIG_FILE': str(self.clouds),
                'OS_CLOUD': 'admin',
                'TOKEN': 'admin:demo',
                'ENDPOINT': self.service.url,
            },
            {'18774': port, '$PWD/.state/clouds.yaml': str(self.clouds)},
        )


class TestReadme(DocumentsTestCase):
    def test_servers(self) -> None:
        title = 'Five minutes with the openstack client'
        found = self.run_page(pages.section(_README.read_text(), title))
        printed = list(found.values())
        [listed] = (o for c, o in found.items() if '--long two' in c)
        self.assertRegex(listed, r'\| stop .*\| Error ')
        shown, owners = (o for c, o in found.items() if 'event show' in c)
        self.assertIn("result='Error'", shown)
        self.assertIn('power_off', shown)
        self.assertRegex(shown, "host='host[12]'")
        self.assertIn("result='Error'", owners)
        self.assertNotIn('power_off', owners)
        self.assertRegex(printed[-1], r'\| delete .*(\n.*)*\| create ')


class TestPages(DocumentsTestCase):
    def test_deleted_servers(self) -> None:
        self.create('one', cloud=base.ADMIN)
        text = (pages.USER / 'deleted-servers.rst').read_text()
        found = self.run_page(text)
        listed = [o for c, o in found.items() if 'event list' in c]
        self.assertIn('| delete ', listed[0])

    def test_failing_on_purpose(self) -> None:
        text = (pages.USER / 'failing-on-purpose.rst').read_text()
        found = self.run_page(pages.section(text, 'Servers'))
        [listed] = (o for c, o in found.items() if '--long two' in c)
        self.assertRegex(listed, r'\| stop .*\| Error ')

    def test_history(self) -> None:
        self.create('one', cloud=base.ADMIN)
        text = (pages.USER / 'history-of-a-server.rst').read_text()
        found = self.run_page(text)
        [shown] = (o for c, o in found.items() if 'event show' in c)
        self.assertIn("result='Success'", shown)
        self.openstack('server', 'delete', 'one', '--wait')

    def test_who_migrated(self) -> None:
        self.create(
            *('one', '--property', 'fake:seconds=20'), cloud=base.ADMIN
        )
        text = (pages.USER / 'who-migrated.rst').read_text()
        if sys.version_info < (3, 11):
            # Its client fails there, as the page says.
            text = text.replace('--user admin --project demo', '')
        found = self.run_page(text.partition('or aborted')[0])
        shown, forced = list(found.values())[-2:]
        self.assertIn('| Memory Remaining Bytes ', shown)
        self.assertEqual('', forced)
        self.wait_for('one', 'ACTIVE')
        self.openstack('server', 'delete', 'one', '--wait')


class TestTagOrKey(DocumentsTestCase):
    """The page on the two headers."""

    def setUp(self) -> None:
        super().setUp()
        self.text = (pages.USER / 'tag-or-key.rst').read_text()

    def test_with_curl(self) -> None:
        *_others, printed = self.run_page(self.text).values()
        self.assertIn('HTTP/1.1 202', printed)
        self.assertIn('Task-Id: ', printed.title())

    def test_in_python(self) -> None:
        page = types.ModuleType('page')
        for block in pages.blocks(self.text, 'python'):
            exec(compile(block, 'page', 'exec'), vars(page))
        injected = resets.Resets(seed=0)
        port = int(self.service.url.rsplit(':', 1)[1].split('/')[0])
        port = self.useFixture(
            relay.ResettingRelay(port, injected.decide)
        ).port
        url = f'http://127.0.0.1:{port}/v2.1'
        body = {**_BODY, 'name': str(uuid.uuid4())}
        answer = page.create_once(url, 'admin:demo', body)
        self.assertEqual(202, answer.status_code, answer.text)
        self.assertTrue(injected.places)
        path = f'/servers?name={body["name"]}'
        found = self.get(path, 'admin:demo', '2.80')['servers']
        self.assertEqual(
            [answer.json()['server']['id']], [server['id'] for server in found]
        )


class TestRetrying(DocumentsTestCase):
    """The page on how to retry, and a server that does not answer."""

    def setUp(self) -> None:
        super().setUp()
        self.text = (pages.USER / 'how-to-retry-safely.rst').read_text()
        self.page = types.ModuleType('page')
        for block in pages.blocks(self.text, 'python'):
            exec(compile(block, 'page', 'exec'), vars(self.page))
        port = int(self.service.url.rsplit(':', 1)[1].split('/')[0])
        self.relay = self.useFixture(relay.Relay(port))
        self.tag = str(uuid.uuid4())

    def connection(self) -> Any:
        """Return a connection like the page's, with another time limit."""
        connection = openstack.connection.Connection(
            auth_type='admin_token',
            auth={'endpoint': self.url, 'token': 'admin:demo'},
            api_timeout=1,
        )
        self.addCleanup(connection.close)
        return connection

    @property
    def url(self) -> str:
        """The endpoint, reached through the relay."""
        return f'http://127.0.0.1:{self.relay.port}/v2.1'

    def servers(self) -> list[str]:
        """Return the ids of all servers with the tag's tasks."""
        path = f'/servers/{self.tag}/tasks'
        tasks = self.get(path, 'admin:demo', '2.80')['tasks']
        return [task['resource']['server'] for task in tasks]

    def test_with_curl(self) -> None:
        found = list(self.run_page(self.text).values())
        self.assertIn('HTTP/1.1 202', found[-2])
        self.assertIn('Task-Id: ', found[-2].title())
        self.assertIn('"task": "create"', found[-1])

    def test_the_page_limits_the_time(self) -> None:
        self.assertIn('api_timeout=30)', self.text)

    def test_once(self) -> None:
        created = self.page.create_once(self.connection(), self.tag, _BODY)
        self.assertEqual([created], self.servers())

    def test_a_server_that_never_answers(self) -> None:
        hole = self.useFixture(relay.BlackHole())
        connection = openstack.connection.Connection(
            auth_type='admin_token',
            auth={
                'endpoint': f'http://127.0.0.1:{hole.port}/v2.1',
                'token': 'admin:demo',
            },
            api_timeout=1,
        )
        self.assertRaises(
            TimeoutError,
            self.page.create_once,
            connection,
            self.tag,
            _BODY,
            seconds=3,
        )

    def test_answers_are_swallowed_for_a_while(self) -> None:
        connection = self.connection()
        connection.compute.get('/flavors')
        self.relay.swallow()
        self.assertIsNone(self.page.send(connection, self.tag, _BODY))
        self.assertIsNone(self.page.find_task(connection, self.tag))
        self.relay.recover()
        created = self.page.create_once(connection, self.tag, _BODY)
        self.assertEqual([created], self.servers())

    def test_the_answer_is_lost(self) -> None:
        connection = self.connection()
        connection.compute.get('/flavors')
        self.relay.cut_next_answer()
        self.assertIsNone(self.page.send(connection, self.tag, _BODY))
        created = self.page.create_once(connection, self.tag, _BODY)
        self.assertEqual([created], self.servers())

    def test_headers_of_create_server_are_ignored(self) -> None:
        attributes = {
            'name': 'one',
            'flavor_id': '1',
            'image_id': base.IMAGE,
            'networks': 'none',
        }
        connection = self.connection()
        for _ in range(2):
            connection.compute.create_server(
                headers={'Task-tag': self.tag}, **attributes
            )
        created = self.page.create_tagged(connection, self.tag, **attributes)
        self.assertEqual([created.id], self.servers())
        self.assertRaises(
            openstack.exceptions.ConflictException,
            self.page.create_tagged,
            connection,
            self.tag,
            **attributes,
        )
        self.assertEqual([created.id], self.servers())
        self.assertNotIn('Task-tag', connection.compute.additional_headers)

    def test_a_loop(self) -> None:
        vars(self.page)['connection'] = self.connection()
        resource = types.SimpleNamespace(
            stack_id='stack',
            id=self.tag,
            attempt=1,
            properties=_BODY,
            store=lambda: None,
        )
        created = self.page.handle_create(resource)
        self.wait_for('one', 'ACTIVE')
        self.assertTrue(self.page.check_create_complete(resource))
        self.assertEqual(created, self.page.handle_create(resource))
