# SPDX-License-Identifier: Apache-2.0
"""Flavors without a disk are for servers that boot from a volume."""

from typing import Any

from nova_ext.tests.functional import base
from nova_ext.wsgi import loader

_VOLUME = [{'boot_index': 0, 'uuid': base.UNKNOWN, 'source_type': 'volume'}]


class DisksTest(base.OperationsTestCase):
    """Creates and resizes with a flavor of 0 GiB."""

    def setUp(self) -> None:
        super().setUp()
        flavors = [*self.conf.api.flavor, 'm1.none:9:512:1:0']
        self.settings.set('api', flavor=flavors)
        self.app = loader.load(self.conf)

    def resize(self, server_id: str, **wanted: Any) -> Any:
        return self.request(
            'POST',
            f'/servers/{server_id}/action',
            token=base.MEMBER,
            body={'resize': wanted},
        )

    def flavor(self, server_id: str) -> str:
        return str(
            self.get(f'/servers/{server_id}', '2.1')['server']['flavor']['id']
        )

    def test_a_volume_is_required(self) -> None:
        server = {'name': 'x', 'imageRef': base.IMAGE, 'flavorRef': '9'}
        response = self.request(
            'POST', '/servers', token=base.MEMBER, body={'server': server}
        )
        self.assertEqual(403, response.status_int)
        self.assertEqual(403, response.json['forbidden']['code'])

    def test_of_all_but_administrators(self) -> None:
        server_id = self.create_server(token=base.ADMIN, flavorRef='9')
        self.assertEqual('9', self.flavor(server_id))

    def test_with_one_there_need_be_no_disk(self) -> None:
        server_id = self.create_server(
            imageRef='', flavorRef='1', block_device_mapping_v2=_VOLUME
        )
        response = self.resize(server_id, flavorRef='9')
        self.assertEqual(202, response.status_int, response.text)
        self.wait_until_idle(server_id)
        self.assertEqual('9', self.flavor(server_id))

    def test_a_disk_stays(self) -> None:
        server_id = self.create_server()
        response = self.resize(server_id, flavorRef='9')
        self.assertEqual(400, response.status_int)
        self.assertIn('zero disk', response.json['badRequest']['message'])
        self.assertEqual('1', self.flavor(server_id))

    def test_what_has_none_gets_any(self) -> None:
        server_id = self.create_server(token=base.ADMIN, flavorRef='9')
        response = self.resize(server_id, flavorRef='2')
        self.assertEqual(202, response.status_int, response.text)

    def test_a_flavor_is_taken_by_its_url(self) -> None:
        for flavor_ref in (
            'http://localhost/v2.1/flavors/2',
            'http://localhost/v2.1/flavors/2?a=b',
            '/flavors/2',
        ):
            server_id = self.create_server(flavorRef=flavor_ref)
            self.assertEqual('2', self.flavor(server_id))
