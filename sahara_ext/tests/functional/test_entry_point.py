# SPDX-License-Identifier: Apache-2.0
"""The module a WSGI server is pointed at, in a process of its own."""

import os
import pathlib
import subprocess
import sys

import fixtures

from ext_lib.testing import ports
from sahara_ext.tests import base

_ASK = """
import webob
from sahara_ext.wsgi.api import application

request = webob.Request.blank({path!r})
request.headers['X-Auth-Token'] = 'jo:demo'
answer = request.get_response(application)
print(answer.status, answer.text)
"""
_CONFIGURATION = """
[DEFAULT]
transport_url = fake:/
[api]
auth_strategy = noauth
[database]
connection = {connection}
"""
#: Seconds that are enough to start and to answer.
_TIMEOUT = 60


class EntryPointTest(base.TestCase):
    def ask(self, path: str, connection: str) -> str:
        """Return what is answered with this database."""
        directory = self.useFixture(fixtures.TempDir()).path
        config = pathlib.Path(directory, 'sahara-ext.conf')
        config.write_text(_CONFIGURATION.format(connection=connection))
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', _ASK.format(path=path)],
            env={**os.environ, 'OS_SAHARA_EXT_CONFIG_FILES': str(config)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT,
        )
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def test_it_answers(self) -> None:
        """Configured by the files the environment names."""
        self.assertIn('"name": "fake"', self.ask('/v2/plugins', 'sqlite://'))

    def test_it_does_not_wait_for_an_unreachable_database(self) -> None:
        url = f'mysql+pymysql://u:p@127.0.0.1:{ports.free_port()}/db'
        self.assertIn('\n503 ', self.ask('/v2/clusters', url))
