# SPDX-License-Identifier: Apache-2.0
"""nova boots and serves whatever becomes of the store of tasks."""

from nova_ext.tests.realcloud import base


class TestStoreDown(base.TestCase):
    """The filter's file names a store that does not answer."""

    def setUp(self) -> None:
        super().setUp()
        self.server = self.booted()
        text = self.cloud.conf.read_text()
        self.addCleanup(self.configure, text)
        self.broken = '[database]\nconnection = mysql+pymysql://127.0.0.1:9/x'

    def configure(self, text):
        self.cloud.conf.write_text(text)
        self.cloud.restart_nova()

    def assertServes(self):
        body = {'lock': None}
        tagged = self.act(self.server, body, tag='x')
        self.assertEqual(503, tagged.status, tagged.text)
        self.assertIn('serviceUnavailable', tagged.json)
        untagged = self.act(self.server, body)
        self.assertEqual(202, untagged.status)
        self.assertNotIn('task-id', untagged.headers)
        self.assertEqual(200, self.ask('GET', '/servers').status)

    def test_down(self):
        self.configure(self.broken)
        self.assertServes()

    def test_no_sense(self):
        self.configure('[database\n')
        self.assertServes()
        self.configure(self.broken.replace('mysql', 'nonsense'))
        self.assertServes()
