# SPDX-License-Identifier: Apache-2.0
"""The module a WSGI server is pointed at, in a process of its own."""

import os
import pathlib
import subprocess
import sys

import fixtures

from sahara_ext.tests import base

_ASK = """
import webob
from sahara_ext.wsgi.api import application

request = webob.Request.blank('/v2/plugins')
request.headers['X-Auth-Token'] = 'jo:demo'
print(request.get_response(application).text)
"""
_CONFIGURATION = """
[DEFAULT]
transport_url = fake:/
[api]
auth_strategy = noauth
[database]
connection = sqlite:///{directory}/api.sqlite
"""


class EntryPointTest(base.TestCase):
    def test_it_answers(self) -> None:
        """Configured by the files the environment names."""
        directory = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(directory, 'sahara-ext.conf')
        path.write_text(_CONFIGURATION.format(directory=directory))
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', _ASK],
            env={**os.environ, 'OS_SAHARA_EXT_CONFIG_FILES': str(path)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn('"name": "fake"', done.stdout)
