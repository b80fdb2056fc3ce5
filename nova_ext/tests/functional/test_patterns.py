# SPDX-License-Identifier: Apache-2.0
"""The all-in-one and patterns that Python's own ``re`` cannot finish."""

import time
import urllib.parse

import fixtures
import requests

from ext_lib.testing import allinone
from nova_ext.tests import base
from nova_ext.tests.functional import user

_NAME = 'a' * 200 + '!'
_PATTERNS = ('^(a+)+$', '^(a|aa)+$', r'^(\w+\s?)*$', '(a*)*$b')
#: How long an answer may take, in seconds; machines of tests are busy.
_TIMEOUT = 10


class TestPatterns(base.TestCase):
    def test_they_are_matched_at_once(self) -> None:
        state = self.useFixture(fixtures.TempDir()).path
        service = self.useFixture(allinone.AllInOne(state))
        someone = user.User(service.url)
        someone.create(_NAME)
        for pattern in _PATTERNS:
            self.assertEqual([], self.names(service.url, pattern), pattern)
        self.assertEqual([_NAME], self.names(service.url, '^(a+)+!$'))
        invalid = self.ask(service.url, r'(a)\1')
        self.assertEqual(400, invalid.status_code)
        self.assertIn('Invalid pattern', invalid.text)
        began = time.monotonic()
        self.assertEqual(0, service.stop())
        self.assertLess(time.monotonic() - began, _TIMEOUT)

    def ask(self, url: str, pattern: str) -> requests.Response:
        text = urllib.parse.quote(pattern)
        return requests.get(
            f'{url}/servers?name={text}',
            headers={'X-Auth-Token': 'admin:demo'},
            timeout=_TIMEOUT,
        )

    def names(self, url: str, pattern: str) -> list[str]:
        answer = self.ask(url, pattern)
        answer.raise_for_status()
        return [server['name'] for server in answer.json()['servers']]
