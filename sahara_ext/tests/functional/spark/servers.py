# SPDX-License-Identifier: Apache-2.0
"""A compute API whose servers are network namespaces, and its options."""

import os
import pathlib
import random
from typing import Any

import fixtures
from keystoneauth1 import token_endpoint
from keystoneauth1.session import Session
from openstack import connection

from ext_lib.testing import allinone
from sahara_ext.tests.functional.spark import machine

VERSION = '3.5'
#: The driver's default.
LOGIN = 'cloud-user'


class Servers(fixtures.Fixture):
    """An all-in-one on a network and a bridge of its own.

    ``service`` is the program, ``state`` its directory, ``spark`` a Spark
    that servers can read.

    :param environment: further variables
    """

    def __init__(self, **environment: str) -> None:
        self._environment = environment

    def _setUp(self) -> None:
        if os.geteuid() != 0:
            raise AssertionError('These tests have to run as root.')
        self.spark = self.useFixture(machine.ReadableSpark()).path
        self.state = self.useFixture(fixtures.TempDir()).path
        number = random.randrange(0x10000)
        self.service = self.useFixture(
            allinone.AllInOne(
                self.state,
                **{
                    'OS_COMPUTE__DRIVER': 'namespace',
                    'OS_NAMESPACE__BRIDGE': f'test{number:x}',
                    'OS_NAMESPACE__NETWORK': _network(number),
                    **variables(self.options()),
                    **self._environment,
                },
            )
        )

    def options(self) -> dict[str, dict[str, Any]]:
        """Return options of clusters, by their groups."""
        return {
            'spark': {
                'versions': {VERSION: str(self.spark)},
                'poll_interval': 0.2,
            }
        }

    def compute(self, user_id: str, project_id: str) -> Any:
        """Return the compute API as a user has it."""
        url = self.service.url
        auth = token_endpoint.Token(url, f'{user_id}:{project_id}')
        return connection.Connection(
            session=Session(auth=auth),
            compute_api_version='2.1',
            compute_endpoint_override=url,
        ).compute

    def home(self, server_id: str | None) -> pathlib.Path:
        """Return the home of the user of a server, as the machine has it."""
        return pathlib.Path(
            self.state, 'namespace', 'servers', str(server_id), 'home'
        )


def _network(number: int) -> str:
    """Return a private network of 254 addresses."""
    return f'10.{128 + number % 96}.{number // 256}.0/24'


def variables(options: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return options as variables for a process."""
    return {
        f'OS_{group}__{name}'.upper(): _text(value)
        for group, values in options.items()
        for name, value in values.items()
    }


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ','.join(f'{key}:{each}' for key, each in value.items())
    return str(value)
