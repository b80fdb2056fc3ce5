# SPDX-License-Identifier: Apache-2.0
"""SQLite is shared: one writes, all read, no statement fails for a lock."""

import os
import sqlite3
import stat
import subprocess
import sys
import textwrap

import fixtures
from oslo_config import cfg
from oslo_db import options
from oslotest import base as test_base
import sqlalchemy as sa

from ext_lib import context
from ext_lib.db import facade
from ext_lib.db import fixture
from ext_lib.db import sqlite
from ext_lib.tests.unit.db import base

ALL = sa.select(base.Thing)


class SQLiteTestCase(base.TestCase):
    def setUp(self):
        self.useFixture(fixtures.EnvironmentVariable(fixture.URL))
        super().setUp()
        self.path = self.database.url.removeprefix('sqlite:///')

    def pragma(self, name):
        with self.facade.get_engine().connect() as connection:
            return connection.exec_driver_sql(f'PRAGMA {name}').scalar()


class TestConnections(SQLiteTestCase):
    def test_they_write_ahead_wait_and_check_keys(self):
        self.assertEqual('wal', self.pragma('journal_mode'))
        self.assertEqual(30_000, self.pragma('busy_timeout'))
        self.assertEqual(1, self.pragma('foreign_keys'))

    def test_they_stay_open(self):
        self.ask(ALL)
        self.add(base.Thing(name='a'))
        for engine in self.facade.get_engines():
            self.assertIsInstance(engine.pool, sa.pool.QueuePool)
            self.assertEqual(1, engine.pool.checkedin())

    def test_read_only_file(self):
        self.add(base.Thing(name='a'))
        self.facade.reset()
        with sqlite3.connect(self.path) as connection:
            connection.execute('PRAGMA journal_mode = DELETE')
        connection.close()
        os.chmod(self.path, stat.S_IREAD)
        self.database.conf.set_override(
            'connection',
            f'sqlite:///file:{self.path}?mode=ro&uri=true',
            'database',
        )
        self.facade.configure(self.database.conf)
        self.assertEqual(['a'], self.names(ALL))


class TestLocks(SQLiteTestCase):
    def test_a_writer_holds_the_lock_from_the_start(self):
        @self.facade.writer
        def hold(context):
            other = sqlite3.connect(self.path, timeout=0)
            self.addCleanup(other.close)
            self.assertRaises(
                sqlite3.OperationalError, other.execute, 'BEGIN IMMEDIATE'
            )

        hold(self.context)

    def test_a_reader_holds_none(self):
        @self.facade.snapshot
        def read(context):
            context.session.scalars(ALL).all()
            other = sqlite3.connect(self.path, timeout=0)
            other.execute("INSERT INTO things (name) VALUES ('a')")
            other.commit()
            other.close()
            return context.session.scalars(ALL).all()

        # It continues seeing what it saw first.
        self.assertEqual([], read(self.context))
        self.assertEqual(['a'], self.names(ALL))

    def test_processes_wait_for_each_other(self):
        self.add(base.Thing(name='counter', size=0))
        program = textwrap.dedent(f"""
            import sys
            from oslo_config import cfg
            from oslo_db import options
            from ext_lib import context
            from ext_lib.db import facade
            from ext_lib.tests.unit.db import base, test_sqlite
            test_sqlite.count({self.database.url!r}, 20)
        """)
        processes = [
            subprocess.Popen([sys.executable, '-c', program]) for _ in range(3)
        ]
        self.assertEqual([0, 0, 0], [p.wait() for p in processes])
        [row] = self.ask(ALL)
        self.assertEqual(60, row.size)


def count(url, rounds):
    conf = cfg.ConfigOpts()
    conf.register_opts(options.database_opts, group='database')
    conf.set_override('connection', url, 'database')
    made = facade.Facade()
    made.configure(conf)

    @made.writer
    def increase(context):
        row = context.session.scalars(ALL).one()
        row.size += 1

    for _ in range(rounds):
        increase(context.RequestContext(overwrite=False))


class TestIsFile(test_base.BaseTestCase):
    def is_file(self, url):
        return sqlite.is_file(sa.engine.make_url(url))

    def test_files(self):
        self.assertTrue(self.is_file('sqlite:///relative.db'))
        self.assertTrue(self.is_file('sqlite:////absolute.db?timeout=3'))
        self.assertTrue(self.is_file('sqlite:///file:x.db?mode=ro&uri=true'))

    def test_memory(self):
        self.assertFalse(self.is_file('sqlite://'))
        self.assertFalse(self.is_file('sqlite:///:memory:'))
        self.assertFalse(self.is_file('sqlite:///file:x?mode=memory&uri=true'))

    def test_other_databases(self):
        self.assertFalse(self.is_file('mysql+pymysql://u@h/db'))
