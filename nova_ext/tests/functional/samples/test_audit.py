# SPDX-License-Identifier: Apache-2.0
"""Samples of questions across servers."""

import fixtures

from nova_ext.db import migration
from nova_ext.db.trail import facade as trail
from nova_ext.tests import base as tests_base
from nova_ext.tests.functional.samples import base
from nova_ext.tests.functional.trail import records
from nova_ext.wsgi import loader


class TestAudit(base.SampleTestCase):
    """The records of two servers that are gone."""

    def setUp(self) -> None:
        super().setUp()
        directory = self.useFixture(fixtures.TempDir())
        url = f'sqlite:///{directory.join("trail.db")}'
        self.settings.set('trail', connection=url)
        self.app = loader.load(self.conf)
        self.addCleanup(trail.facade.reset)
        migration.trail.sync(trail.facade.get_engine())
        copied, self.ids = records.of_two_servers(
            tests_base.PROJECT, tests_base.USER, 'f' * 32
        )
        copied.store()

    @base.produces(
        'audit/audit-actions-list-resp',
        'audit/audit-actions-list-with-events-resp',
    )
    def test_actions(self) -> None:
        self.assertAnswers(
            'audit/audit-actions-list-resp', '/audit/actions?limit=2'
        )
        self.assertAnswers(
            'audit/audit-actions-list-with-events-resp',
            '/audit/actions?result=error&events=1',
        )

    @base.produces(
        'audit/audit-server-migrations-resp',
        'audit/audit-server-timeline-resp',
    )
    def test_server(self) -> None:
        path = f'/audit/servers/{self.ids["SERVER"]}'
        self.assertAnswers(
            'audit/audit-server-timeline-resp', f'{path}/timeline?limit=5'
        )
        self.assertAnswers(
            'audit/audit-server-migrations-resp', f'{path}/migrations'
        )
