# SPDX-License-Identifier: Apache-2.0
"""The file for clients leads to every service."""

import pathlib

import fixtures
import yaml

from nova_ext.cmd import clouds
from nova_ext.tests import base

_COMPUTE = 'http://127.0.0.1:1/v2.1'
_DATA = 'http://127.0.0.1:2/v1.1'
_IDENTITY = 'http://127.0.0.1:1/identity/v3'


class CloudsTestCase(base.TestCase):
    def test_services(self) -> None:
        state = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        urls = {'compute': _COMPUTE, 'data-processing': _DATA}
        path = clouds.write(state, urls, _IDENTITY)
        found = yaml.safe_load(path.read_text())['clouds']
        self.assertEqual(clouds.USERS.keys(), found.keys())
        self.assertEqual(
            {
                'auth_type': 'admin_token',
                'auth': {'endpoint': _COMPUTE, 'token': 'alice:demo'},
                'identity_api_version': '3',
                'identity_endpoint_override': _IDENTITY,
                'data_processing_endpoint_override': _DATA,
                'data_processing_url': _DATA,
            },
            found['member'],
        )
