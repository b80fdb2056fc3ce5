# SPDX-License-Identifier: Apache-2.0
"""Samples of the actions of a server that was created and stopped."""

from nova_ext.tests.functional import base as functional
from nova_ext.tests.functional.samples import base


class InstanceActionSamples(
    base.SampleTestCase, functional.OperationsTestCase
):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.create_server()
        self.stop = self.act(self.server, 'os-stop')
        self.path = f'/servers/{self.server}/os-instance-actions'

    def _check(self, name: str, query: str, since: str = '2.1') -> None:
        self.assertAnswers(
            f'os-instance-actions/{name}', f'{self.path}{query}', since
        )

    @base.produces('os-instance-actions/instance-action-get-resp')
    def test_show(self) -> None:
        self._check('instance-action-get-resp', f'/{self.stop}')

    @base.produces('os-instance-actions/instance-action-get-non-admin-resp')
    def test_show_to_members(self) -> None:
        self.assertAnswers(
            'os-instance-actions/instance-action-get-non-admin-resp',
            f'{self.path}/{self.stop}',
            token=functional.MEMBER,
        )

    @base.produces('os-instance-actions/instance-actions-list-resp')
    def test_list(self) -> None:
        self._check('instance-actions-list-resp', '')

    @base.produces('os-instance-actions/instance-actions-list-with-limit-resp')
    def test_limit(self) -> None:
        name = 'instance-actions-list-with-limit-resp'
        self._check(name, '?limit=1', '2.58')

    @base.produces(
        'os-instance-actions/instance-actions-list-with-marker-resp'
    )
    def test_marker(self) -> None:
        name = 'instance-actions-list-with-marker-resp'
        self._check(name, f'?marker={self.stop}', '2.58')

    @base.produces(
        'os-instance-actions/instance-actions-list-with-changes-since'
    )
    def test_changes_since(self) -> None:
        name = 'instance-actions-list-with-changes-since'
        self._check(name, '?changes-since=2020-01-01T00:00:00Z', '2.58')

    @base.produces(
        'os-instance-actions/instance-actions-list-with-changes-before'
    )
    def test_changes_before(self) -> None:
        name = 'instance-actions-list-with-changes-before'
        self._check(name, '?changes-before=9999-12-31T23:59:59Z', '2.66')
