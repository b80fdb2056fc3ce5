# SPDX-License-Identifier: Apache-2.0
"""The database of the API is there and cannot be used."""

from ext_lib.testing import unusable
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.tests.functional import base
from sahara_ext.wsgi import loader

load_tests = unusable.load_tests

_METADATA = models.Base.metadata
_TABLES = [table.name for table in _METADATA.sorted_tables]


class UnusableDatabaseTest(unusable.Unusable, base.APITestCase):
    """The whole API."""

    def setUp(self) -> None:
        super().setUp()
        self.load(self.make_url(_METADATA))
        self.assertHealth(200)

    def load(self, url: str) -> None:
        self.conf.set_override('connection', url, 'database')
        self.app = loader.load(self.conf)

    def assertHealth(self, status: int) -> None:
        answer = self.request('GET', '/healthcheck', token=None)
        self.assertEqual(status, answer.status_int, answer.text)

    def assertChangesRefused(self, why: str) -> None:
        for version in base.VERSIONS:
            answer = self.request(
                'POST',
                f'/{version}/clusters',
                # More space than there is between the rows of SQLite.
                body=base.cluster(version, description='x' * 20_000),
            )
            self.assertEqual(503, answer.status_int, answer.text)
            self.assertEqual('SERVICE_UNAVAILABLE', answer.json['error_name'])
        self.assertIn(why, self.log.output)

    def test_it_only_reads(self) -> None:
        self.load(self.make_read_only())
        self.assertHealth(503)
        self.assertChangesRefused('The database cannot be used: ')
        self.get('/v2/clusters')

    def test_the_disk_is_full(self) -> None:
        self.fill_disk(facade, _TABLES)
        self.assertChangesRefused('the disk is full')
        self.assertHealth(503)
        self.get('/v2/clusters')

    def test_there_are_no_tables(self) -> None:
        self.drop_tables(_METADATA)
        self.assertHealth(503)
        self.assertChangesRefused('a table is missing')
        self.get('/v2/clusters', status=503)
