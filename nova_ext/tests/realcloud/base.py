# SPDX-License-Identifier: Apache-2.0
"""A real nova-api with the filter in its pipeline."""

import secrets
from typing import Any

import requests
import testtools

from ext_lib.testing import polling
from ext_lib.tests.realcloud import base
from nova_ext.tests.functional.tasks import rules


class TestCase(rules.TasksTestCase, testtools.TestCase):
    """A test that asks nova."""

    MEMBER = 'demo'
    OTHER = 'alt'
    ADMIN = 'admin'

    def setUp(self) -> None:
        super().setUp()
        self.cloud = base.the_cloud()
        self.flavor = self.cloud.flavor('m1.tiny')
        self.BIGGER = self.cloud.flavor('m1.small')
        self.addCleanup(self._delete_servers)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        tag: str | None = None,
        token: str | None = None,
        version: str | None = '2.37',
        headers: dict[str, str] | None = None,
    ) -> rules.Answer:
        """Send a request below ``/v2.1`` and return the answer.

        :param token: the name of a user
        """
        proof, url = self.cloud.session(token or self.MEMBER)
        wanted = {'X-Auth-Token': proof, 'Accept': 'application/json'}
        if version is not None:
            wanted['OpenStack-API-Version'] = f'compute {version}'
        if tag is not None:
            wanted['Task-tag'] = tag
        if isinstance(body, bytes):
            wanted['Content-Type'] = 'application/json'
        answer = requests.request(
            method,
            url.removesuffix('/') + path,
            headers={**wanted, **(headers or {})},
            data=body if isinstance(body, bytes) else None,
            json=None if isinstance(body, bytes) else body,
            timeout=120,
        )
        found = {k.lower(): v for k, v in answer.headers.items()}
        return rules.Answer(answer.status_code, found, answer.text)

    def server_body(self, name: str, **values: Any) -> Any:
        """Return a request for a server."""
        server = {
            'name': name,
            'flavorRef': self.flavor,
            'imageRef': self.cloud.image,
            'networks': 'none',
            **values,
        }
        return {'server': server}

    def new_tag(self) -> str:
        """Return a tag, also fit for a name."""
        return f'tag-{secrets.token_hex(8)}'

    def _delete_servers(self) -> None:
        for server in self._all_servers():
            self.ask('DELETE', f'/servers/{server}', token=self.ADMIN)
        polling.wait_until(
            lambda: not self._all_servers(), 'the servers to go'
        )

    def _all_servers(self) -> list[str]:
        return [
            server['id']
            for user in (self.MEMBER, self.OTHER)
            for server in self.ask('GET', '/servers', token=user).json[
                'servers'
            ]
        ]
