# SPDX-License-Identifier: Apache-2.0
"""The newest microversion of a cloud, as its version document says it."""

import json
from unittest import mock

from openstack_dashboard.test import helpers
import requests

from ext_dashboard import rest


def _answer(status, body):
    found = requests.Response()
    found.status_code = status
    found.encoding = 'utf-8'
    found._content = body.encode()
    found.headers['Content-Type'] = 'application/json'
    return found


class NewestMicroversionTest(helpers.TestCase):
    def ask(self, *answers):
        """Return what is found out of the answers of an API."""
        send = mock.patch.object(
            requests.Session, 'request', autospec=True, side_effect=answers
        )
        with send:
            return rest.newest_microversion(self.request, 'compute')

    def version(self, **values):
        """Return the document of a version."""
        document = {
            'id': 'v2.1',
            'status': 'CURRENT',
            'links': [{'rel': 'self', 'href': 'http://nova.test/v2.1/'}],
            **values,
        }
        return _answer(200, json.dumps({'version': document}))

    def test_newest(self):
        found = self.ask(self.version(version='2.60', min_version='2.1'))
        self.assertEqual('2.60', found)

    def test_none(self):
        self.assertIsNone(self.ask(self.version()))

    def test_unreachable(self):
        error = requests.exceptions.ConnectionError()
        self.assertRaises(rest.Unreachable, self.ask, *[error] * 5)
