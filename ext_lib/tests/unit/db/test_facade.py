# SPDX-License-Identifier: Apache-2.0
"""Transactions begin, are shared, end and are repeated as they should."""

import threading

import fixtures
from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_db import options
from oslotest import base as test_base
import sqlalchemy as sa

from ext_lib import context
from ext_lib.db import connections
from ext_lib.db import facade
from ext_lib.db import fixture
from ext_lib.tests.unit.db import base

ALL = sa.select(base.Thing)


class TestWriter(base.TestCase):
    def test_what_it_stores_stays(self):
        self.add(base.Thing(name='a'))
        self.assertEqual(['a'], self.names(ALL))

    def test_rows_are_readable_after_the_transaction(self):
        @self.facade.writer
        def store(context):
            row = base.Thing(name='a', size=3)
            context.session.add(row)
            return row

        row = store(self.context)
        self.assertEqual((3, 'a'), (row.size, row.name))
        self.assertIsNotNone(row.id)

    def test_what_fails_leaves_nothing(self):
        @self.facade.writer
        def fail(context):
            context.session.add(base.Thing(name='a'))
            context.session.flush()
            raise ValueError

        self.assertRaises(ValueError, fail, self.context)
        self.assertEqual([], self.ask(ALL))

    def test_one_in_another_shares_its_transaction(self):
        @self.facade.writer
        def outer(context):
            self._add(context, base.Thing(name='a'))
            raise ValueError

        self.assertRaises(ValueError, outer, self.context)
        self.assertEqual([], self.ask(ALL))

    def test_a_reader_inside_sees_what_was_written(self):
        @self.facade.writer
        def outer(context):
            context.session.add(base.Thing(name='a'))
            context.session.flush()
            return self._ask(context, ALL)

        self.assertEqual(['a'], [row.name for row in outer(self.context)])

    def test_a_reader_cannot_become_one(self):
        @self.facade.reader
        def outer(context):
            self._add(context, base.Thing(name='a'))

        self.assertRaises(TypeError, outer, self.context)

    def test_a_duplicate_is_named(self):
        self.add(base.Thing(name='a'))
        self.assertRaises(
            db_exception.DBDuplicateEntry, self.add, base.Thing(name='a')
        )


class TestRetry(base.TestCase):
    def setUp(self):
        super().setUp()
        self.tries = 0

    def fail_once(self, error):
        self.tries += 1
        if self.tries == 1:
            raise error

    def test_deadlock_is_retried_from_the_start(self):
        @self.facade.writer
        def store(context):
            context.session.add(base.Thing(name='a'))
            context.session.flush()
            self.fail_once(db_exception.DBDeadlock())

        store(self.context)
        self.assertEqual(2, self.tries)
        self.assertEqual(['a'], self.names(ALL))

    def test_only_the_whole_transaction_is_repeated(self):
        began = []

        @self.facade.writer
        def part(context):
            self.fail_once(db_exception.DBDeadlock())

        @self.facade.writer
        def whole(context):
            began.append(1)
            part(context)

        whole(self.context)
        self.assertEqual((2, 2), (len(began), self.tries))

    def test_other_errors_are_not_repeated(self):
        @self.facade.writer
        def store(context):
            self.fail_once(db_exception.DBError())

        self.assertRaises(db_exception.DBError, store, self.context)
        self.assertEqual(1, self.tries)


class TestThreads(base.TestCase):
    THREADS = 6
    ROUNDS = 10

    def test_no_change_is_lost(self):
        self.add(base.Thing(name='counter', size=0))

        @self.facade.writer
        def count(context):
            # Reads first, as code does: the lock must be there before.
            row = context.session.scalars(ALL.with_for_update()).one()
            row.size += 1

        self.in_threads(
            lambda: [
                count(context.RequestContext(overwrite=False))
                for _ in range(self.ROUNDS)
            ]
        )
        [row] = self.ask(ALL)
        self.assertEqual(self.THREADS * self.ROUNDS, row.size)

    def test_one_context_may_serve_several(self):
        self.in_threads(
            lambda: self.add(base.Thing(name=threading.current_thread().name))
        )
        self.assertEqual(self.THREADS, len(self.ask(ALL)))

    def in_threads(self, work):
        errors = []

        def run():
            try:
                work()
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=run) for _ in range(self.THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], errors)


class TestReplica(base.TestCase):
    def setUp(self):
        # A server gives both the same database.
        self.useFixture(fixtures.EnvironmentVariable(fixture.URL))
        super().setUp()
        replica = fixture.Database(facade.Facade(), base.Base.metadata)
        self.useFixture(replica)
        self.database.conf.set_override(
            'slave_connection', replica.url, 'database'
        )
        self.facade.configure(self.database.conf)
        self.add(base.Thing(name='a'))

    def test_readers_do_not_ask_it(self):
        self.assertEqual(['a'], self.names(ALL))

    def test_readers_ask_it_when_the_context_lets_them(self):
        self.context.use_replica = True
        self.assertEqual([], self.ask(ALL))

    def test_readers_inside_ask_the_same(self):
        @self.facade.reader
        def outer(context):
            return self._ask(context, ALL)

        self.context.use_replica = True
        self.assertEqual([], outer(self.context))

    def test_writers_never_ask_it(self):
        @self.facade.writer
        def outer(context):
            return self._ask(context, ALL)

        self.context.use_replica = True
        self.assertEqual(1, len(outer(self.context)))


class TestTwoDatabases(base.TestCase):
    def test_a_context_serves_both_at_once(self):
        other = facade.Facade()
        self.useFixture(fixture.Database(other, sa.MetaData()))

        @other.writer
        def outer(context):
            self.add(base.Thing(name='a'))
            return context.session.scalar(sa.text('SELECT 1'))

        self.assertEqual(1, outer(self.context))
        self.assertEqual(['a'], self.names(ALL))


class TestConfigure(test_base.BaseTestCase):
    def configure(self, connection, **values):
        conf = cfg.ConfigOpts()
        conf.register_opts(options.database_opts, group='database')
        conf.set_override('connection', connection, 'database')
        for name, value in values.items():
            conf.set_override(name, value, 'database')
        return connections.connection_parameters(dict(conf.database.items()))

    def test_mysql_uses_utf8mb4(self):
        self.assertEqual(
            'charset=utf8mb4', self.configure('mysql+pymysql://u@h/db')
        )

    def test_what_the_operator_asks_of_mysql_counts(self):
        self.assertEqual(
            '', self.configure('mysql+pymysql://u@h/db?charset=utf8')
        )
        self.assertEqual(
            'charset=latin1',
            self.configure(
                'mysql+pymysql://u@h/db',
                connection_parameters='charset=latin1',
            ),
        )
        self.assertEqual(
            'ssl=1&charset=utf8mb4',
            self.configure(
                'mysql+pymysql://u@h/db', connection_parameters='ssl=1'
            ),
        )

    def test_postgresql_needs_nothing(self):
        self.assertEqual('', self.configure('postgresql://u@h/db'))

    def test_nothing_configured_is_an_error(self):
        self.assertRaises(
            db_exception.CantStartEngineError, self.started_without_conf
        )

    def started_without_conf(self):
        conf = cfg.ConfigOpts()
        conf([], default_config_files=[])
        made = facade.Facade()
        made.configure(conf)
        made.get_engine()

    def test_any_group_will_do(self):
        conf = cfg.ConfigOpts()
        conf.register_opts(options.database_opts, group='tasks_database')
        conf.set_override('connection', 'sqlite://', 'tasks_database')
        made = facade.Facade()
        self.addCleanup(made.reset)
        made.configure(conf, 'tasks_database')
        self.assertEqual('sqlite', made.get_engine().dialect.name)
