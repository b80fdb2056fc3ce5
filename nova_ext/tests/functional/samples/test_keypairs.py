# SPDX-License-Identifier: Apache-2.0
"""Samples of keys."""

from typing import Any

from nova_ext.tests.functional.samples import base

_NAME = 'keypair-test'
_PUBLIC = (
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/Q'
    'EXn9OIeZJ'
)


class KeypairSamples(base.SampleTestCase):
    @base.produces(
        'os-keypairs/keypairs-post-req', 'os-keypairs/keypairs-post-resp'
    )
    def test_generate(self) -> None:
        self._check('keypairs-post', {})

    @base.produces(
        'os-keypairs/keypairs-import-post-req',
        'os-keypairs/keypairs-import-post-resp',
    )
    def test_import(self) -> None:
        self._check('keypairs-import-post', {'public_key': _PUBLIC})

    @base.produces('os-keypairs/keypairs-get-resp')
    def test_show(self) -> None:
        self._import()
        self.assertAnswers(
            'os-keypairs/keypairs-get-resp', f'/os-keypairs/{_NAME}'
        )

    @base.produces('os-keypairs/keypairs-list-resp')
    def test_list(self) -> None:
        self._import()
        self.assertAnswers(
            'os-keypairs/keypairs-list-resp', '/os-keypairs?limit=1'
        )

    def _import(self) -> None:
        body = {'keypair': {'name': _NAME, 'public_key': _PUBLIC}}
        self.ask('POST', '/os-keypairs', '2.1', body=body)

    def _check(self, name: str, more: dict[str, str]) -> None:
        answers = {}

        def body_at(version: str) -> Any:
            keypair = {'name': _NAME, **more}
            if version != '2.1':
                keypair['type'] = 'ssh'
            body = {'keypair': keypair}
            answer = self.ask('POST', '/os-keypairs', version, body=body)
            answers[version] = answer.json
            self.ask('DELETE', f'/os-keypairs/{_NAME}', version)
            return body

        self.assertSamples(f'os-keypairs/{name}-req', body_at)
        self.assertSamples(f'os-keypairs/{name}-resp', answers.__getitem__)
