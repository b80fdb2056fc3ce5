# SPDX-License-Identifier: Apache-2.0
"""The database of the API or of tasks is there and cannot be used."""

import webob

from ext_lib.testing import unusable
from nova_ext import objects
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import base
from nova_ext.tests.functional.tasks import standalone
from nova_ext.wsgi import loader

load_tests = unusable.load_tests

_METADATA = models.Base.metadata
_TABLES = [table.name for table in _METADATA.sorted_tables]
#: It takes more space than there is between the rows of SQLite.
_SERVER = {
    'server': {
        'name': 'one',
        'flavorRef': '1',
        'imageRef': base.IMAGE,
        'metadata': {f'{n}': 'x' * 250 for n in range(100)},
    }
}
_READ_ONLY = {
    'sqlite': 'readonly database',
    'mysql': 'command denied',
    'postgresql': 'read-only transaction',
}


class UnusableDatabaseTest(unusable.Unusable, base.APITestCase):
    """The whole API; its pipeline has the tasks filter, too."""

    def setUp(self) -> None:
        super().setUp()
        self.url = self.make_url(_METADATA)
        self.load(self.url)
        self.assertHealth(200)

    def load(self, url: str) -> None:
        self.conf.set_override('connection', url, 'database')
        self.app = loader.load(self.conf)

    def assertHealth(self, status: int) -> None:
        request = webob.Request.blank('/healthcheck')
        answer = request.get_response(self.app)
        self.assertEqual(status, answer.status_int, answer.text)

    def assertUnavailable(self, answer) -> None:
        self.assertEqual(503, answer.status_int, answer.text)
        self.assertIn('serviceUnavailable', answer.json)
        self.assertIn('Retry-After', answer.headers)
        self.assertNotIn('INSERT', answer.text)

    def assertChangesRefused(self, *why: str) -> None:
        for headers in (
            {},
            {'Task-tag': 'a-tag'},
            {'Idempotency-Key': '"a-key"'},
        ):
            self.assertUnavailable(
                self.request('POST', '/servers', body=_SERVER, headers=headers)
            )
        for text in why:
            self.assertIn(text, self.log.output)

    def test_it_only_reads(self) -> None:
        self.load(self.make_read_only())
        self.assertHealth(503)
        self.assertChangesRefused(_READ_ONLY[self.engine.dialect.name])
        answer = self.request('GET', '/servers')
        self.assertEqual(200, answer.status_int)
        answer = self.request('GET', '/servers/a-tag/tasks')
        self.assertEqual(404, answer.status_int)

    def test_the_disk_is_full(self) -> None:
        self.fill_disk(facade, _TABLES)
        self.assertChangesRefused('the disk is full')
        self.assertHealth(503)
        self.assertEqual(200, self.request('GET', '/servers').status_int)

    def test_there_are_no_tables(self) -> None:
        self.drop_tables(_METADATA)
        self.assertHealth(503)
        self.assertChangesRefused('a table is missing')
        for path in ('/servers', '/os-migrations', '/servers/a-tag/tasks'):
            self.assertUnavailable(self.request('GET', path))


class UnusableStoreTest(unusable.Unusable, tests_base.TestCase):
    """The tasks filter before another API, with a store of its own."""

    def setUp(self) -> None:
        super().setUp()
        objects.register_all()
        self.use(self.make_url(_METADATA))
        self.assertEqual(202, self.filter.act('first').status_int)

    def use(self, url: str) -> None:
        self.filter = self.useFixture(standalone.Filter(url, 2, interval=0))

    def assertTagsRefused(self, why: str) -> None:
        """Check that tagged requests are refused and others are not."""
        for names in ({'tag': 'a-tag'}, {'key': '"a-key"'}):
            answer = self.filter.act(**names)
            self.assertEqual(503, answer.status_int, answer.text)
            self.assertIn('serviceUnavailable', answer.json)
            self.assertEqual('1', answer.headers['Retry-After'])
        before = self.filter.application.accepted
        answer = self.filter.act()
        self.assertEqual(202, answer.status_int)
        self.assertNotIn('Task-id', answer.headers)
        self.assertEqual(before + 1, self.filter.application.accepted)
        self.assertIn(why, self.log.output)

    def test_it_only_reads(self) -> None:
        self.use(self.make_read_only())
        self.assertTagsRefused(_READ_ONLY[self.engine.dialect.name])
        # It has not ended, and the end cannot be stored.
        answer = self.filter.get('/servers/first/tasks')
        self.assertEqual(503, answer.status_int, answer.text)

    def test_the_disk_is_full(self) -> None:
        self.fill_disk(facade, _TABLES)
        if self.engine.dialect.name == 'sqlite':
            # It takes more space than there is between the rows.
            self.filter.request_id = f'req-{"x" * 10_000}'
        self.assertTagsRefused('full')

    def test_there_are_no_tables(self) -> None:
        self.drop_tables(_METADATA)
        self.assertTagsRefused('tasks')
        answer = self.filter.get('/servers/first/tasks')
        self.assertEqual(503, answer.status_int, answer.text)
        self.assertIn('a table is missing', self.log.output)
