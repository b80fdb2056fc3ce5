# SPDX-License-Identifier: Apache-2.0
"""Answers of a process that started while its database was unreachable."""

import os
import pathlib
import subprocess
import sys

import fixtures

from ext_lib.testing import ports
from nova_ext.tests import base

_ASK = """
import webob
from nova_ext.wsgi.api import application

request = webob.Request.blank('/v2.1/servers')
request.headers['X-Auth-Token'] = 'jo:demo'
print(request.get_response(application).status)
"""
_CONFIGURATION = """
[DEFAULT]
transport_url = fake:/
[api]
auth_strategy = noauth
[database]
connection = mysql+pymysql://u:p@127.0.0.1:{port}/db
"""
#: Seconds that are enough to start and to answer.
_TIMEOUT = 60


class TestEntryPointDatabaseDown(base.TestCase):
    def test_it_answers_at_once(self):
        directory = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(directory, 'nova-ext.conf')
        path.write_text(_CONFIGURATION.format(port=ports.free_port()))
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', _ASK],
            env={**os.environ, 'OS_NOVA_EXT_CONFIG_FILES': str(path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT,
        )
        self.assertIn('503 Service Unavailable', done.stdout, done.stderr)
