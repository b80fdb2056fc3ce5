# SPDX-License-Identifier: Apache-2.0
"""Base classes of the tests of a service: configuration, database, messages.

Each service derives its own, which name its :class:`Service`.
"""

from collections.abc import Callable
import dataclasses
import os
from typing import Any, ClassVar

import fixtures
from oslo_config import cfg
import sqlalchemy as sa
import testtools

from ext_lib import context
from ext_lib import fixture
from ext_lib.db.facade import Facade

PROJECT = '6f70656e737461636b20342065766572'
USER = 'fake'
#: Seconds a test may take.
_TIMEOUT = 240


@dataclasses.dataclass(frozen=True)
class Service:
    """The parts of a service that its tests set up.

    :param register_opts: registers its options
    :param register_objects: registers its objects
    :param metadata: its tables
    :param exceptions: name of the module whose errors travel in messages
    :param serializer: makes the serializer of messages
    """

    register_opts: Callable[[cfg.ConfigOpts], None]
    register_objects: Callable[[], None]
    facade: Facade
    metadata: sa.MetaData
    exceptions: str
    serializer: Callable[[], Any]


class TestCase(testtools.TestCase):
    """A test with a configuration and a log of its own."""

    tested: ClassVar[Service]

    def setUp(self) -> None:
        super().setUp()
        # A test that waits without limit fails, with the place of the wait.
        seconds = int(os.environ.get('OS_TEST_TIMEOUT', _TIMEOUT))
        self.useFixture(fixtures.Timeout(seconds, gentle=True))
        self.log = self.useFixture(fixture.Logging())
        self.settings = self.useFixture(
            fixture.Conf(self.tested.register_opts)
        )
        self.conf = self.settings.conf
        self.settings.set('api', auth_strategy='noauth')
        self.settings.set('api', response_validation='error')


class DatabaseTestCase(TestCase):
    """A test with an empty database."""

    def setUp(self) -> None:
        super().setUp()
        self.tested.register_objects()
        self.database = self.useFixture(self.make_database())
        self.statements = self.useFixture(
            fixture.Statements(self.tested.facade)
        )
        self.context = context.RequestContext(
            user_id=USER,
            project_id=PROJECT,
            roles=['member', 'reader'],
            is_admin=False,
        )

    def make_database(self) -> Any:
        """Return the fixture that opens the database."""
        return fixture.Database(
            self.tested.facade, self.tested.metadata, self.conf
        )

    def assertAsks(
        self,
        number: int,
        function: Callable[..., Any],
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Return the result of a function that takes so many statements."""
        self.statements.clear()
        result = function(*args, **kwargs)
        self.assertEqual(
            number,
            len(self.statements),
            '\n'.join(self.statements.statements),
        )
        return result


class MessagingTestCase(DatabaseTestCase):
    """A test with a database and a transport."""

    def setUp(self) -> None:
        super().setUp()
        self.rpc = self.useFixture(
            fixture.RPC(
                self.conf,
                exception_modules=[self.tested.exceptions],
                serializer=self.tested.serializer(),
            )
        )


def add(facade: Facade, context: context.RequestContext, *rows: Any) -> Any:
    """Put rows into the database as they are; return the first."""

    @facade.writer
    def write(context: Any) -> None:
        for row in rows:
            context.session.add(row)
            context.session.flush()

    write(context)
    return rows[0]
