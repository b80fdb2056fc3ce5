# SPDX-License-Identifier: Apache-2.0
"""Samples of servers: to create, read, update and rebuild them."""

from typing import Any

from ext_lib.wsgi import microversion
from nova_ext.tests.functional import base as functional
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.samples import base

_SERVER = '22c91117-08de-4894-9aa9-6ef382400985'
#: Properties that later versions have, to be sent from then on.
_NEW_PROPERTIES: dict[str, Any] = {
    '2.19': {'description': 'my-server-description'},
    '2.37': {'networks': 'auto'},
    '2.52': {'tags': ['tag1', 'tag2']},
}
_PROPERTIES: dict[str, Any] = {
    'name': 'new-server-test',
    'imageRef': functional.IMAGE,
    'flavorRef': '1',
    'availability_zone': 'nova',
    'OS-DCF:diskConfig': 'AUTO',
    'accessIPv4': '192.0.2.17',
    'accessIPv6': '2001:db8::17',
    'metadata': {'My Server Name': 'Apache1'},
}
_SEVERAL = {'min_count': '2', 'max_count': '3'}


def _grown(
    properties: dict[str, Any], later: dict[str, dict[str, Any]], version: str
) -> dict[str, Any]:
    """Return ``properties`` with what ``version`` has besides."""
    found = dict(properties)
    for since, new in later.items():
        if microversion.parse(version) >= microversion.parse(since):
            found.update(new)
    return found


class NewServerSamples(base.SampleTestCase):
    """Requests to create servers, and their answers."""

    @base.produces('servers/server-create-req', 'servers/server-create-resp')
    def test_one(self) -> None:
        self._check('servers/server-create-{}', {})

    @base.produces(
        'os-multiple-create/multiple-create-no-resv-post-req',
        'os-multiple-create/multiple-create-no-resv-post-resp',
    )
    def test_several(self) -> None:
        name = 'os-multiple-create/multiple-create-no-resv-post-{}'
        self._check(name, _SEVERAL)

    @base.produces(
        'os-multiple-create/multiple-create-post-req',
        'os-multiple-create/multiple-create-post-resp',
    )
    def test_several_by_reservation(self) -> None:
        more = {**_SEVERAL, 'return_reservation_id': 'True'}
        self._check('os-multiple-create/multiple-create-post-{}', more)

    @base.produces('servers/server-create-req-with-host')
    def test_on_a_host(self) -> None:
        self.add(rows.service('host1'))

        def body_at(version: str) -> Any:
            host = {'networks': 'auto', 'host': 'host1'}
            return self._create(version, host, functional.ADMIN)[0]

        name = 'servers/server-create-req-with-host'
        self.assertSamples(name, body_at, since='2.74')

    def _check(self, name: str, more: dict[str, Any]) -> None:
        answers = {}

        def body_at(version: str) -> Any:
            body, answers[version] = self._create(version, more)
            return body

        self.assertSamples(name.format('req'), body_at)
        self.assertSamples(name.format('resp'), answers.__getitem__)

    def _create(
        self,
        version: str,
        more: dict[str, Any],
        token: str = functional.MEMBER,
    ) -> tuple[Any, Any]:
        server = _grown(_PROPERTIES | more, _NEW_PROPERTIES, version)
        body = {'server': server}
        response = self.ask(
            'POST', '/servers', version, token=token, body=body
        )
        return body, response.json


class ServerSamples(base.SampleTestCase, functional.OperationsTestCase):
    """A server that runs."""

    def setUp(self) -> None:
        super().setUp()
        self.server = self.create_server(**_PROPERTIES)

    @base.produces('servers/servers-list-resp')
    def test_list(self) -> None:
        self.assertAnswers(
            'servers/servers-list-resp', '/servers', token=functional.MEMBER
        )

    @base.produces('servers/servers-details-resp')
    def test_detail(self) -> None:
        self.assertAnswers('servers/servers-details-resp', '/servers/detail')

    @base.produces('servers/server-get-resp')
    def test_show(self) -> None:
        path = f'/servers/{self.server}'
        self.assertAnswers('servers/server-get-resp', path)

    @base.produces('servers/server-get-non-admin-resp')
    def test_show_to_members(self) -> None:
        self.assertAnswers(
            'servers/server-get-non-admin-resp',
            f'/servers/{self.server}',
            token=functional.MEMBER,
        )


class ChangedServerSamples(base.SampleTestCase):
    """Changes that answer with the server."""

    def _check(
        self,
        name: str,
        method: str,
        path: str,
        key: str,
        properties: dict[str, Any],
        later: dict[str, dict[str, Any]],
    ) -> None:
        answers = {}

        def body_at(version: str) -> Any:
            self.empty_database()
            self.add(rows.service('host1'))
            self.add(rows.server(uuid=_SERVER))
            body = {key: _grown(properties, later, version)}
            answers[version] = self.ask(
                method, f'/servers/{_SERVER}{path}', version, body=body
            ).json
            return body

        suffix = '-req' if method == 'PUT' else ''
        self.assertSamples(f'servers/{name}{suffix}', body_at)
        self.assertSamples(f'servers/{name}-resp', answers.__getitem__)

    @base.produces('servers/server-update-req', 'servers/server-update-resp')
    def test_update(self) -> None:
        properties = {
            'name': 'new-name',
            'OS-DCF:diskConfig': 'AUTO',
            'accessIPv4': '192.0.2.18',
            'accessIPv6': '2001:db8::18',
        }
        later = {'2.19': {'description': 'new-description'}}
        self._check('server-update', 'PUT', '', 'server', properties, later)

    @base.produces(
        'servers/server-action-rebuild', 'servers/server-action-rebuild-resp'
    )
    def test_rebuild(self) -> None:
        properties = {
            'imageRef': functional.IMAGE,
            'name': 'rebuilt',
            'adminPass': 'seekr3t',
            'metadata': {'meta': 'new value'},
        }
        later = {'2.19': {'description': 'new-description'}}
        self._check(
            'server-action-rebuild',
            'POST',
            '/action',
            'rebuild',
            properties,
            later,
        )
