# SPDX-License-Identifier: Apache-2.0
"""The all-in-one as its own process, and connections to it."""

import tempfile
from typing import Any, ClassVar
import urllib.parse

import openstack
import testtools

from ext_lib.testing import allinone

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
#: A server that is quick to make.
SERVER = {
    'name': 'one',
    'flavor_id': '1',
    'image_id': IMAGE,
    'networks': 'none',
}


class FunctionalTestCase(testtools.TestCase):
    """Tests that share a service, each with servers of its own."""

    service: ClassVar[allinone.AllInOne]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        state = tempfile.TemporaryDirectory()
        cls.addClassCleanup(state.cleanup)
        cls.service = allinone.AllInOne(state.name)
        cls.service.setUp()
        cls.addClassCleanup(cls.service.cleanUp)

    def connect(self, port: int | None = None, **options: Any) -> Any:
        """Return a connection to the service.

        :param port: of the compute API; its own by default
        """
        return connect(self, self.service, port, **options)


def connect(
    case: testtools.TestCase,
    service: allinone.AllInOne,
    port: int | None = None,
    token: str = 'admin:demo',
    **options: Any,
) -> Any:
    """Return a connection that ends with a test.

    :param port: of the compute API; its own by default
    :param options: as ``clouds.yaml`` has them
    """
    url = f'http://127.0.0.1:{port or port_of(service)}/v2.1'
    clusters = service.urls['data-processing']
    cloud = openstack.config.OpenStackConfig(
        load_yaml_config=False, load_envvars=False
    ).get_one(
        auth_type='admin_token',
        **{
            'auth': {'endpoint': url, 'token': token},
            'data_processing_endpoint_override': clusters,
            **options,
        },
    )
    connection = openstack.connection.Connection(config=cloud)
    case.addCleanup(connection.close)
    return connection


def port_of(service: allinone.AllInOne) -> int:
    """Return the port of the compute API."""
    port = urllib.parse.urlsplit(service.url).port
    assert port is not None
    return port
