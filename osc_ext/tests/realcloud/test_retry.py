# SPDX-License-Identifier: Apache-2.0
"""Calls of openstacksdk through kills of a real nova-api."""

import secrets
from typing import Any
import urllib.parse

import openstack
import testtools

from ext_lib.testing import relay
from ext_lib.tests.realcloud import base
from osc_ext import sdk
from osc_ext.exceptions import TasksNotSupported

_POINTS = ('received', 'reserved', 'answered', 'recorded')


class _Once(dict[str, str]):
    """Headers of the next request only."""

    def items(self) -> Any:
        found = dict(self)
        self.clear()
        return found.items()


class TestRetry(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cloud = base.the_cloud()
        self.token, self.url = self.cloud.session('demo')
        self.attributes = {
            'flavor_id': self.cloud.flavor('m1.tiny'),
            'image_id': self.cloud.image,
            'networks': 'none',
        }

    def connect(self, url: str) -> Any:
        """Return a connection to a URL of nova's."""
        cloud = openstack.config.OpenStackConfig(
            load_yaml_config=False, load_envvars=False
        ).get_one(
            auth_type='admin_token',
            auth={'endpoint': url, 'token': self.token},
            connect_retries=0,
        )
        connection = sdk.Connection(config=cloud)
        self.addCleanup(connection.close)
        return connection

    def servers(self, compute: Any, name: str) -> list[str]:
        """Return the servers with a name; delete them after the test."""
        found = [server.id for server in compute.servers(name=name)]
        for server in found:
            self.addCleanup(compute.delete_server, server)
        return found

    def test_kills(self) -> None:
        compute = self.connect(self.url).compute
        for point in _POINTS:
            name = f'kill-{secrets.token_hex(8)}'
            with sdk.retry_safe(compute._get_connection()) as tag:
                compute.additional_headers = _Once({'X-Kill-At': point})
                server = compute.create_server(name=name, **self.attributes)
            self.assertEqual({}, compute.additional_headers)
            tasks = compute.wait_for_task(tag, timeout=120)
            done = [t.server_id for t in tasks if t.state == 'success']
            self.assertEqual([server.id], done, point)
            self.assertEqual([server.id], self.servers(compute, name), point)

    def test_lost_answers(self) -> None:
        parts = urllib.parse.urlsplit(self.url)
        assert parts.port is not None
        lossy = self.useFixture(relay.Relay(parts.port))
        connection = self.connect(
            self.url.replace(str(parts.port), str(lossy.port), 1)
        )
        name = f'lost-{secrets.token_hex(8)}'
        with sdk.retry_safe(connection):
            lossy.cut_next_answer()
            server = connection.compute.create_server(
                name=name, **self.attributes
            )
        self.assertEqual([server.id], self.servers(connection.compute, name))

    def test_a_nova_without_the_filter(self) -> None:
        connection = self.connect(self.url)
        connection.compute.additional_headers['X-Without-Tasks'] = '1'
        block = sdk.retry_safe(connection)
        self.assertRaises(TasksNotSupported, block.__enter__)
        self.assertRaises(
            TasksNotSupported, list, connection.compute.server_tasks('tag')
        )
