# SPDX-License-Identifier: Apache-2.0
"""``db sync`` is killed between two steps or amid one, and continues.

Neither SQLite nor MariaDB takes the changes of a schema back with a
transaction, so each statement leaves a state of its own. Whichever line comes
next finds its way from there, and what is in the tables stays there.
"""

import contextlib
import itertools
import random

import sqlalchemy as sa
import testtools
from testtools import content

from nova_ext.tests.functional.backends import handover

_KILLED = -9
#: What a first release has left.
_ROWS = (
    "INSERT INTO instances (uuid, display_name) VALUES ('u1', 'one')",
    "INSERT INTO migrations (instance_uuid, status) VALUES ('u1', 'done')",
)


class SyncCrash(testtools.TestCase):
    """The tests of one kind of database.

    A subclass says before which statements a line dies, and of how many of
    these one is tried.
    """

    among = ''
    stride = 1

    def setUp(self):
        super().setUp()
        self.default_line, self.current_line = handover.both_lines(self)

    def database(self):
        """Return a context with the URL of an empty database."""
        raise NotImplementedError

    def test_default_line(self):
        self.assertSurvives(self.default_line)

    def test_default_line_with_rows(self):
        self.assertSurvives(self.default_line, begins_at=2)

    def test_current_line(self):
        self.assertSurvives(self.current_line)

    def test_current_line_with_rows(self):
        # These are few.
        self.stride = 1
        self.assertSurvives(self.current_line, begins_at=handover.LAST)

    def test_tasks_alone(self):
        for number in itertools.count(1):
            line = (self.default_line, self.current_line)[number % 2]
            with self.database() as url:
                ended = self.die(line, url, number, '--tasks')
                if ended.status != _KILLED:
                    break
                for other in (self.current_line, self.default_line):
                    self.succeed(other, url, '--tasks')
                self.assertTasksAlone(url)
        self.assertEqual(0, ended.status, ended.said)
        self.assertGreater(number, 1)

    def assertTasksAlone(self, url):
        with connect(url) as connection:
            names = set(sa.inspect(connection).get_table_names())
        self.assertEqual(
            {
                'nova_ext_tasks_alembic_version',
                'task_instances',
                'task_keys',
                'tasks',
            },
            names,
        )

    def test_tasks_alone_become_a_part_of_all(self):
        self.assertSurvives(self.default_line, begins_with='--tasks')
        self.assertSurvives(self.current_line, begins_with='--tasks')

    def assertSurvives(self, line, begins_at=None, begins_with=None):
        """Have a line die here and there, and both continue."""
        first = random.randrange(1, self.stride + 1)
        self.addDetail('first', content.text_content(str(first)))
        for number in itertools.count(first, self.stride):
            with self.database() as url:
                self.prepare(url, begins_at)
                if begins_with is not None:
                    self.succeed(line, url, begins_with)
                ended = self.die(line, url, number)
                if ended.status != _KILLED:
                    break
                self.go_on(url, number)
                self.check(url, has_rows=begins_at is not None)
        self.assertEqual(0, ended.status, ended.said)
        self.assertGreater(number, first)

    def die(self, line, url, number, *arguments):
        return line.manage(
            url,
            'db',
            'sync',
            *arguments,
            dies_before=number,
            among=self.among,
        )

    def prepare(self, url, number):
        """Leave a database at a legacy number, with rows."""
        if number is None:
            return
        self.succeed(self.default_line, url, '--version', str(number))
        with connect(url) as connection:
            for statement in _ROWS:
                connection.execute(sa.text(statement))

    def go_on(self, url, number):
        """Have both lines continue, one or the other of them first."""
        if number % 2:
            self.succeed(self.default_line, url)
            self.succeed(self.current_line, url)
            return
        ended = self.current_line.manage(url, 'db', 'sync')
        if ended.status:
            self.assertIn('Run "nova-ext-manage db sync" once', ended.said)
        self.succeed(self.default_line, url)
        self.succeed(self.current_line, url)

    def succeed(self, line, url, *arguments):
        ended = line.manage(url, 'db', 'sync', *arguments)
        self.assertEqual(0, ended.status, ended.said)

    def check(self, url, has_rows):
        with connect(url) as connection:
            handover.assert_as_models(self, connection.engine)
            self.assertNotIn(
                'nova_ext_tasks_alembic_version',
                sa.inspect(connection).get_table_names(),
            )
            names = connection.scalars(
                sa.text(
                    'SELECT display_name FROM instances JOIN migrations '
                    "ON instance_uuid = instances.uuid WHERE status = 'done'"
                )
            ).all()
        self.assertEqual(['one'] if has_rows else [], names)


@contextlib.contextmanager
def connect(url):
    """Connect to a database, and leave nothing open."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        yield connection
