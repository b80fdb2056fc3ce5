# SPDX-License-Identifier: Apache-2.0
"""Errors of databases that cannot serve are distinguished from all others."""

import sqlite3

import ddt
from oslo_db import exception as db_exception
from oslotest import base
import pymysql
import sqlalchemy as sa

from ext_lib.db import storage


class _OfPostgreSQL(Exception):
    def __init__(self, code):
        super().__init__('text')
        self.pgcode = code


def _wrapped(error):
    return sa.exc.OperationalError('INSERT', {'secret': 'x'}, error)


@ddt.ddt
class TestReason(base.BaseTestCase):
    @ddt.data(
        (sqlite3.OperationalError('database or disk is full'), 'full'),
        (
            sqlite3.OperationalError('attempt to write a readonly database'),
            'read-only',
        ),
        (sqlite3.OperationalError('no such table: tasks'), 'table'),
        (sqlite3.DatabaseError('file is not a database'), 'storage'),
        (pymysql.err.OperationalError(1290, 'read_only'), 'read-only'),
        (pymysql.err.OperationalError(1142, 'INSERT'), 'rights'),
        (pymysql.err.OperationalError(1114, 'full'), 'full'),
        (pymysql.err.ProgrammingError(1146, 'tasks'), 'table'),
        (_OfPostgreSQL('25006'), 'read-only'),
        (_OfPostgreSQL('53100'), 'full'),
        (_OfPostgreSQL('42P01'), 'table'),
    )
    @ddt.unpack
    def test_known(self, error, why):
        for found in (
            error,
            _wrapped(error),
            db_exception.DBError(_wrapped(error)),
        ):
            self.assertIn(why, storage.reason(found) or '')
            self.assertEqual(str(error), storage.driver_text(found))

    @ddt.data(
        KeyError('x'),
        RuntimeError(1114, 'not of a database'),
        sqlite3.IntegrityError('UNIQUE constraint failed'),
        pymysql.err.IntegrityError(1062, 'Duplicate entry'),
        _OfPostgreSQL('23505'),
        _wrapped(sqlite3.OperationalError('near "SELEC": syntax error')),
        db_exception.DBDuplicateEntry(),
    )
    def test_others(self, error):
        self.assertIsNone(storage.reason(error))

    def test_a_connection_that_cannot_be_made(self):
        error = sa.exc.OperationalError(None, None, Exception('refused'))
        self.assertEqual('no connection can be made', storage.reason(error))


class TestFullDisks(base.BaseTestCase):
    def test_a_full_disk_is_remembered_for_its_database(self):
        full = storage.FullDisks()
        one = sa.create_engine('sqlite:///file:one?mode=memory&uri=true')
        other = sa.create_engine('sqlite:///file:other?mode=memory&uri=true')
        full.watch(one)
        with one.connect() as connection:
            connection.exec_driver_sql('CREATE TABLE t (text)')
            connection.exec_driver_sql('PRAGMA max_page_count = 2')
            self.assertFalse(full.has(one))
            self.assertRaises(
                sa.exc.OperationalError,
                connection.exec_driver_sql,
                f"INSERT INTO t VALUES ('{'x' * 10_000}')",
            )
        self.assertTrue(full.has(one))
        self.assertFalse(full.has(other))
        full.clear()
        self.assertFalse(full.has(one))
