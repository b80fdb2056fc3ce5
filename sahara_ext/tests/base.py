# SPDX-License-Identifier: Apache-2.0
"""The base of all tests of sahara_ext."""

import os
from typing import Any

import fixtures
import testtools

from ext_lib import context
from ext_lib import fixture
from sahara_ext import objects
from sahara_ext.conf import opts
from sahara_ext.db import models
from sahara_ext.db.facade import facade
from sahara_ext.objects import base

PROJECT = '6f70656e737461636b20342065766572'
USER = 'fake'
#: Seconds a test may take.
_TIMEOUT = 240


class TestCase(testtools.TestCase):
    """A test with a configuration and a log of its own."""

    def setUp(self) -> None:
        super().setUp()
        # A test that hangs shall fail, and show where it waits.
        seconds = int(os.environ.get('OS_TEST_TIMEOUT', _TIMEOUT))
        self.useFixture(fixtures.Timeout(seconds, gentle=True))
        self.log = self.useFixture(fixture.Logging())
        self.settings = self.useFixture(fixture.Conf(opts.register_opts))
        self.conf = self.settings.conf
        self.settings.set('api', auth_strategy='noauth')
        self.settings.set('api', response_validation='error')


class DatabaseTestCase(TestCase):
    """A test with an empty database."""

    def setUp(self) -> None:
        super().setUp()
        objects.register_all()
        self.database = self.useFixture(
            fixture.Database(facade, models.Base.metadata, self.conf)
        )
        self.statements = self.useFixture(fixture.Statements(facade))
        self.context = context.RequestContext(
            user_id=USER,
            project_id=PROJECT,
            roles=['member', 'reader'],
            is_admin=False,
        )


class MessagingTestCase(DatabaseTestCase):
    """A test with a database and a transport."""

    def setUp(self) -> None:
        super().setUp()
        self.rpc = self.useFixture(
            fixture.RPC(
                self.conf,
                exception_modules=['sahara_ext.exception'],
                serializer=base.Serializer(),
            )
        )


def add(context: context.RequestContext, *rows: Any) -> Any:
    """Put rows into the database as they are; return the first."""

    @facade.writer
    def write(context: Any) -> None:
        for row in rows:
            context.session.add(row)
            context.session.flush()

    write(context)
    return rows[0]
