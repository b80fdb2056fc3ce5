# SPDX-License-Identifier: Apache-2.0
"""Every way to the present schema, whatever the database.

A subclass sets ``url``, the URL of an empty database.
"""

import contextlib
from unittest import mock

import sqlalchemy as sa

from ext_lib import context
from ext_lib import paging
from ext_lib.db import indexes
from ext_lib.db import migration
from ext_lib.db import schema as steps
from ext_lib.tests import schemas
from nova_ext.db import api as db
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.db.legacy_migrations import tables
from nova_ext.db.migration import schema
from nova_ext.tests import base

HEAD = schema.head
assert schema.legacy is not None
LAST = schema.legacy.last_number
HAS_MIGRATE = migration._sqlalchemy_migrate() is not None
#: What each legacy number creates.
_STEPS = (
    tables.base,
    tables.migration_user_project,
    tables.tasks,
    tables.task_tag,
)
NOVA_REVISION = 'ab450ba04102'


class SchemaPaths(base.TestCase):
    """The tests of one database."""

    url: str

    def setUp(self) -> None:
        super().setUp()
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        self.engine = facade.get_engine()

    def sync(self, version=None, migrate=True):
        """Sync as on the default line, or as without sqlalchemy-migrate."""
        if migrate and not HAS_MIGRATE:
            self.skipTest('sqlalchemy-migrate cannot be imported here')
        with contextlib.ExitStack() as stack:
            if not migrate:
                stack.enter_context(
                    mock.patch.object(
                        migration,
                        '_sqlalchemy_migrate',
                        autospec=True,
                        return_value=None,
                    )
                )
            schema.sync(self.engine, version)

    def execute(self, text, **values):
        with self.engine.begin() as connection:
            connection.execute(sa.text(text), values)

    def legacy(self, number):
        """Leave the database as sqlalchemy-migrate leaves it at a number."""
        with self.engine.begin() as connection:
            for part in _STEPS[:number]:
                steps.create_missing(connection, part())
        self.execute(
            'CREATE TABLE migrate_version (repository_id VARCHAR(250) '
            'PRIMARY KEY, repository_path TEXT, version INTEGER)'
        )
        self.execute(
            "INSERT INTO migrate_version VALUES ('nova_ext', '', :number)",
            number=number,
        )

    def assertAsModels(self):
        """Check the schema against the models, both ways of looking."""
        self.assertEqual(HEAD, schema.version(self.engine))
        found = schemas.snapshot(self.engine)
        metadata = models.Base.metadata
        self.assertEqual([], schemas.differences(self.engine, metadata))
        schemas.drop_all(self.engine, metadata)
        metadata.create_all(self.engine)
        self.assertEqual(schemas.snapshot(self.engine), found)

    # The default line.

    def test_numbers_then_alembic(self):
        self.sync()
        self.assertAsModels()

    def test_one_number_at_a_time(self):
        for number in range(1, LAST + 1):
            self.sync(str(number))
            self.assertEqual(str(number), schema.version(self.engine))
        self.sync()
        self.assertAsModels()

    def test_numbers_do_not_go_back(self):
        self.sync('2')
        for version in ('1', str(LAST + 1)):
            self.assertRaises(migration.SchemaError, self.sync, version)
        self.sync()
        self.assertRaises(migration.SchemaError, self.sync, '2')

    # The current line.

    def test_alembic_alone(self):
        self.sync(migrate=False)
        self.assertAsModels()

    def test_the_last_number_is_taken_over(self):
        self.legacy(LAST)
        self.sync(migrate=False)
        self.assertAsModels()

    def test_a_lower_number_is_refused_with_what_to_do(self):
        self.legacy(LAST - 1)
        error = self.assertRaises(
            migration.SchemaTooOld, self.sync, migrate=False
        )
        for words in (
            'nova-ext-manage db sync',
            f'version {LAST - 1}',
            'nova-ext[leg',
        ):
            self.assertIn(words, str(error))
        self.assertEqual(str(LAST - 1), schema.version(self.engine))
        self.assertNotIn(
            'tag', schemas.snapshot(self.engine)['tasks']['columns']
        )

    def test_numbers_are_beyond_it(self):
        error = self.assertRaises(
            migration.SchemaError, self.sync, '1', migrate=False
        )
        self.assertIn('sqlalchemy-migrate', str(error))

    # Either.

    def test_lines_may_alternate(self):
        self.sync()
        self.sync(migrate=False)
        self.sync()
        self.assertAsModels()

    def test_a_named_revision(self):
        self.sync(HEAD, migrate=False)
        self.assertAsModels()
        self.assertRaises(
            migration.SchemaError, self.sync, 'feedfacecafe', migrate=False
        )

    def test_later_releases_are_recognised(self):
        self.legacy(LAST + 1)
        self.assertRaises(migration.SchemaTooNew, self.sync, migrate=False)

    def test_later_revisions_are_recognised(self):
        self.sync(migrate=False)
        self.execute(
            "UPDATE nova_ext_alembic_version SET version_num = 'feedfacecafe'"
        )
        self.assertRaises(migration.SchemaTooNew, self.sync, migrate=False)

    def test_an_interrupted_step_is_taken_again(self):
        half = sa.MetaData()
        models.Instance.__table__.to_metadata(half)
        models.InstanceAction.__table__.to_metadata(half)
        for table in half.tables.values():
            table.indexes = set(list(table.indexes)[:1])
        half.create_all(self.engine)
        self.sync(migrate=False)
        self.assertAsModels()

    def test_a_database_of_nova_is_completed(self):
        for migrate in (True, False) if HAS_MIGRATE else (False,):
            self.make_nova_database()
            before = schemas.snapshot(self.engine)
            self.sync(migrate=migrate)
            self.assertCompleted(before, schemas.snapshot(self.engine))
            self.assertUsable()
            schemas.drop_all(self.engine, models.Base.metadata)

    def make_nova_database(self):
        """Make the tables as nova leaves them, with a server inside."""
        metadata = sa.MetaData()
        for table in models.Base.metadata.sorted_tables:
            copy = table.to_metadata(metadata)
            copy.indexes = {
                index for index in copy.indexes if 'id' not in index.columns
            }
            copy.append_column(sa.Column('compute_id', sa.BigInteger))
            copy.dialect_kwargs['mysql_charset'] = 'utf8mb3'
        metadata.create_all(self.engine)
        self.execute('CREATE TABLE alembic_version (version_num VARCHAR(32))')
        self.execute(
            'INSERT INTO alembic_version VALUES (:head)', head=NOVA_REVISION
        )
        self.execute(
            'INSERT INTO instances (uuid, project_id, deleted) '
            "VALUES ('u1', 'p1', 0)"
        )
        self.execute(
            'INSERT INTO migrations (uuid, instance_uuid, status, deleted) '
            "VALUES ('m1', 'u1', 'running', 0)"
        )

    def assertCompleted(self, before, after):
        for name, table in before.items():
            for part in ('columns', 'keys', 'options'):
                kept = {k: after[name][part].get(k) for k in table[part]}
                self.assertEqual(table[part], kept)
            for index in table['indexes'].values():
                self.assertServed(index, after[name]['indexes'].values())
        with self.engine.connect() as connection:
            for table in models.Base.metadata.sorted_tables:
                missing = indexes.missing(connection, table)
                self.assertEqual([], missing)
            [revision] = connection.execute(
                sa.text('SELECT version_num FROM alembic_version')
            ).scalars()
        self.assertEqual(NOVA_REVISION, revision)

    def assertServed(self, index, indexes):
        """Check for an index, or a longer one.

        MySQL drops an index it made itself, for a foreign key, as soon as
        there is another that will do.
        """
        columns, _unique = index
        begins = [found[: len(columns)] for found, _unique in indexes]
        self.assertIn(columns, begins)

    def assertUsable(self):
        admin = context.get_admin_context()
        self.assertEqual('p1', db.instance_get_ref(admin, 'u1').project_id)
        [row] = db.migration_get_all_by_filters(admin, {}, paging.ALL)
        self.assertEqual(('m1', None), (row.uuid, row.user_id))
        filters = {'host': 'host-\N{PILE OF POO}'}
        self.assertEqual([], db.migration_get_all_by_filters(admin, filters))
        db.action_start(admin, {'instance_uuid': 'u1', 'request_id': 'r1'})
        [row] = db.actions_get(admin, 'u1')
        self.assertEqual('r1', row.request_id)
