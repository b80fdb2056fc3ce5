# SPDX-License-Identifier: Apache-2.0
"""A message broker that a test has to itself.

The queues of services are named after topics and hosts whatever the exchange,
so that nothing less than a virtual host keeps two deployments apart. Only
``rabbitmqctl`` makes one, which takes root or passwordless sudo.
"""

import os
import shutil
import subprocess
import unittest
import urllib.parse
import uuid

import fixtures

from ext_lib.testing import servers

URL = 'NOVA_EXT_RABBITMQ_URL'
_DEFAULT = 'rabbit://guest:guest@127.0.0.1:5672/'
#: Where it may be though the PATH of an ordinary user says nothing of it.
_PATH = f'{os.environ.get("PATH", "")}:/usr/sbin:/usr/lib/rabbitmq/bin'
_SECONDS = 60


class VirtualHost(fixtures.Fixture):
    """A virtual host of RabbitMQ; ``url`` leads there.

    The test is skipped where there is no broker, or fails if backends are
    required.
    """

    def setUp(self) -> None:
        super().setUp()
        # What is raised amid the preparation counts as an error.
        if self._why_not is not None:
            raise unittest.SkipTest(
                f'No virtual host on the broker {URL} names: {self._why_not}'
            )

    def _setUp(self) -> None:
        server = urllib.parse.urlsplit(os.environ.get(URL, _DEFAULT))
        name = self._name = f'nova-ext-test-{uuid.uuid4().hex[:12]}'
        self.url = server._replace(path=f'/{name}').geturl()
        self._why_not: Exception | None = None
        try:
            self._make(name, server.username or 'guest')
        except (OSError, subprocess.SubprocessError) as error:
            if os.environ.get(servers.REQUIRE):
                raise
            self._why_not = error

    def _make(self, name: str, user: str) -> None:
        _rabbitmqctl('add_vhost', name)
        self.addCleanup(_rabbitmqctl, 'delete_vhost', name)
        everything = ['.*'] * 3
        _rabbitmqctl('set_permissions', '-p', name, user, *everything)

    def queues(self) -> dict[str, str]:
        """Return the kind of each queue by its name."""
        listed = _rabbitmqctl(
            *('list_queues', '--no-table-headers', '-p', self._name),
            *('name', 'type'),
        )
        pairs = (line.split('\t') for line in listed.splitlines())
        return {name: kind.lower() for name, kind in pairs}


def _rabbitmqctl(*words: str) -> str:
    program = shutil.which('rabbitmqctl', path=_PATH) or 'rabbitmqctl'
    command = [program, '--quiet', *words]
    if os.geteuid():
        command = ['sudo', '-n', *command]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=_SECONDS
    )
    return done.stdout
