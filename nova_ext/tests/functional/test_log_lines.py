# SPDX-License-Identifier: Apache-2.0
"""The log of running programs while clients try to write into it."""

import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse

import fixtures
import requests

from ext_lib.testing import allinone
from nova_ext.tests import base

_FORGED = (
    '\n2026-01-01 00:00:00.000 1 ERROR root [-] forged\r\x1b[2K\x85\u2028'
)
_BEGINNING = re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \d+ [A-Z]+ ')
_CONTROL = re.compile('[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028]')
_CLUSTER = {
    'name': f'x{_FORGED}',
    'plugin_name': f'fake{_FORGED}',
    'hadoop_version': '0.1',
}
#: Sends what a web server may let through to the module of its argument.
_ASK = """
import importlib, sys
import webob

application = importlib.import_module(sys.argv[1]).application
forged = sys.argv[3].encode().decode('latin-1')
request = webob.Request.blank(sys.argv[2])
request.environ['PATH_INFO'] += '/' + forged
request.environ['QUERY_STRING'] = 'name=' + forged
for name in ('jo', 'jo' + forged):
    request.headers['X-Auth-Token'] = f'{name}:demo'
    print(request.copy().get_response(application).status)
"""
_CONFIGURATION = """
[DEFAULT]
transport_url = fake:/
debug = true
log_file = {directory}/nova-ext.log
[api]
auth_strategy = noauth
[database]
connection = sqlite:///{directory}/database
"""
#: Seconds that are enough to start and to answer.
_TIMEOUT = 60


class TestLogLines(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.state = self.useFixture(fixtures.TempDir()).path

    def assertNotForged(self) -> str:
        """Return the log, all lines of which are the program's own."""
        text = pathlib.Path(self.state, 'nova-ext.log').read_text()
        for line in text.rstrip('\n').split('\n'):
            self.assertRegex(line, _BEGINNING)
            self.assertIsNone(_CONTROL.search(line), line)
        return text

    def test_all_in_one(self) -> None:
        service = self.useFixture(
            allinone.AllInOne(self.state, OS_DEFAULT__DEBUG='true')
        )
        quoted = urllib.parse.quote(_FORGED)
        for url in service.urls.values():
            for path in (f'/{quoted}', f'/servers/{quoted}', f'?a={quoted}'):
                self.send('GET', url + path)
        clusters = service.urls['data-processing'] + '/clusters'
        for path in (
            f'?name={quoted}&limit={quoted}',
            f'?marker={quoted}',
            f'?{quoted}=1',
            f'/{quoted}',
        ):
            self.send('GET', clusters + path)
        self.send('POST', clusters, _CLUSTER)
        self.send('POST', f'{service.url}/servers', {'server': _CLUSTER})
        self.send('GET', f'{service.url}/servers?name=({quoted}')
        self.send('GET', service.url, token=f'a\x85{_FORGED[1:40]}:demo')
        self.assertEqual(0, service.stop())
        self.assertIn(r'\n2026-01-01', self.assertNotForged())

    def send(
        self,
        method: str,
        url: str,
        body: object = None,
        token: str = 'jo:demo',
    ) -> None:
        answer = requests.request(
            method,
            url,
            data=None if body is None else json.dumps(body),
            headers={
                'X-Auth-Token': token.encode('latin-1', 'replace'),
                'Content-Type': 'application/json',
            },
            timeout=_TIMEOUT,
        )
        self.assertLess(answer.status_code, 500)

    def test_entry_points(self) -> None:
        path = pathlib.Path(self.state, 'service.conf')
        path.write_text(_CONFIGURATION.format(directory=self.state))
        for module, url in (
            ('nova_ext.wsgi.api', '/v2.1/flavors'),
            ('sahara_ext.wsgi.api', '/v1.1/plugins'),
        ):
            done = subprocess.run(
                [
                    *(sys.executable, '-W', 'ignore', '-c', _ASK),
                    *(module, url, _FORGED),
                ],
                env={
                    **os.environ,
                    'OS_NOVA_EXT_CONFIG_FILES': str(path),
                    'OS_SAHARA_EXT_CONFIG_FILES': str(path),
                },
                capture_output=True,
                text=True,
                check=False,
                timeout=_TIMEOUT,
            )
            self.assertIn('404 Not Found', done.stdout, done.stderr)
            # What a web server should not have let through.
            self.assertIn('400 Bad Request', done.stdout, done.stderr)
            self.assertIn('forged', self.assertNotForged())
