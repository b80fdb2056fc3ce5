# SPDX-License-Identifier: Apache-2.0
"""Samples of services."""

from typing import Any

from ext_lib.wsgi import microversion
from nova_ext.api.openstack.compute import microversions
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.samples import base

_SERVICE = 'e81d66a4-ddd3-4aba-8a84-171d1cb4d339'
_OF_HOST = {'host': 'host1', 'binary': 'nova-compute'}
_REASON = {'disabled_reason': 'maintenance'}
_BY_UUID = microversions.SERVICE_UUID


class ServiceSamples(base.SampleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.add(rows.service('controller', 'nova-conductor'))
        self.add(
            rows.service('host1', uuid=_SERVICE),
            rows.service(
                'host2', disabled=True, disabled_reason='maintenance'
            ),
        )

    @base.produces('os-services/services-list-get-resp')
    def test_list(self) -> None:
        self.assertAnswers(
            'os-services/services-list-get-resp', '/os-services'
        )

    @base.produces(
        'os-services/service-enable-put-req',
        'os-services/service-enable-put-resp',
    )
    def test_enable(self) -> None:
        self._check('enable', 'enable', _OF_HOST, {'status': 'enabled'})

    @base.produces(
        'os-services/service-disable-put-req',
        'os-services/service-disable-put-resp',
    )
    def test_disable(self) -> None:
        self._check('disable', 'disable', _OF_HOST, {'status': 'disabled'})

    @base.produces(
        'os-services/service-disable-log-put-req',
        'os-services/service-disable-log-put-resp',
    )
    def test_disable_with_reason(self) -> None:
        self._check(
            'disable-log',
            'disable-log-reason',
            {**_OF_HOST, **_REASON},
            {'status': 'disabled', **_REASON},
        )

    @base.produces(
        'os-services/service-force-down-put-req',
        'os-services/service-force-down-put-resp',
    )
    def test_force_down(self) -> None:
        down = {'forced_down': True}
        self._check(
            'force-down', 'force-down', {**_OF_HOST, **down}, down, '2.11'
        )

    def _check(
        self, name: str, path: str, early: Any, late: Any, since: str = '2.1'
    ) -> None:
        """Compare request and answer, by host and later by uuid."""
        answers = {}

        def body_at(version: str) -> Any:
            is_late = microversion.parse(version) >= _BY_UUID
            body = late if is_late else early
            url = f'/os-services/{_SERVICE if is_late else path}'
            answers[version] = self.ask('PUT', url, version, body=body).json
            return body

        sample = f'os-services/service-{name}-put'
        self.assertSamples(f'{sample}-req', body_at, since)
        self.assertSamples(f'{sample}-resp', answers.__getitem__, since)
