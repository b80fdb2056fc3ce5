# SPDX-License-Identifier: Apache-2.0
"""The compute API that instances are launched in: ours, or a real one.

``SAHARA_EXT_CLOUD`` names a cloud of clouds.yaml to use in place of a service
of our own. It needs an image, the flavor ``m1.tiny`` and room for as many
servers as tests make.
"""

import os
from typing import Any

import fixtures
from keystoneauth1 import token_endpoint
from keystoneauth1.session import Session
from openstack import connection

from ext_lib.testing import allinone

VARIABLE = 'SAHARA_EXT_CLOUD'
_IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
_FLAVOR = 'm1.tiny'


class ComputeService(fixtures.Fixture):
    """A compute API with servers of a user.

    :param user_id: of those servers, where it is a service of our own
    """

    def __init__(self, user_id: str, project_id: str) -> None:
        self.cloud = os.environ.get(VARIABLE)
        self.user_id = user_id
        self.project_id = project_id
        self.image = _IMAGE

    def _setUp(self) -> None:
        self._connection = (
            connection.from_config(self.cloud)
            if self.cloud
            else self._own(self.useFixture(fixtures.TempDir()).path)
        )
        self.addCleanup(self._connection.close)
        self.compute = self._connection.compute
        flavor: Any = self.compute.find_flavor(_FLAVOR, ignore_missing=False)
        self.flavor = str(flavor.id)
        if self.cloud:
            self.project_id = str(self._connection.current_project_id)
            self.image = str(next(self._connection.image.images()).id)

    def _own(self, state: str) -> Any:
        self.url = self.useFixture(allinone.AllInOne(state)).url
        auth = token_endpoint.Token(
            self.url, f'{self.user_id}:{self.project_id}'
        )
        return connection.Connection(
            session=Session(auth=auth),
            compute_api_version='2.1',
            compute_endpoint_override=self.url,
        )

    def options(self) -> dict[str, str]:
        """Return the variables that lead an engine here."""
        options = {
            'OS_INFRA__DRIVER': 'compute',
            'OS_INFRA_COMPUTE__WAIT_FOR': 'active',
            'OS_INFRA_COMPUTE__NETWORK': 'none',
            'OS_INFRA_COMPUTE__POLL_INTERVAL': '0.1',
        }
        if self.cloud:
            options['OS_API__AUTH_STRATEGY'] = 'keystone'
            options['OS_INFRA_COMPUTE__CLOUD'] = self.cloud
        else:
            options['OS_API__AUTH_STRATEGY'] = 'noauth'
            options['OS_INFRA_COMPUTE__ENDPOINT_OVERRIDE'] = self.url
        return options

    def servers(self, name: str) -> dict[str, str]:
        """Return names of servers by their ids, those that begin so."""
        found = self.compute.servers(details=False, name=name)
        return {server.id: server.name for server in found}

    def delete(self, name: str) -> None:
        """Delete servers whose names begin so."""
        for server_id in self.servers(name):
            self.compute.delete_server(server_id)
