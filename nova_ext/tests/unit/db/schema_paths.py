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
from ext_lib.db import schema_errors
from ext_lib.db import schema_parts
from ext_lib.testing import schemas
from nova_ext.db import migration as migration_of_nova_ext
from nova_ext.db import models
from nova_ext.db.api import instance as instance_db
from nova_ext.db.api import instance_action as instance_action_db
from nova_ext.db.api import migration_list as migration_list_db
from nova_ext.db.facade import facade
from nova_ext.db.legacy_migrations import tables
from nova_ext.db.migration import schema
from nova_ext.db.migrations import messages
from nova_ext.tests import base
from nova_ext.tests import nova_database

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
#: The tables of nova, and those it has not.
NOVA = nova_database.TABLES
OURS = ('tasks', 'task_instances', 'task_keys')
#: Of nova, from before it went over to alembic.
NOVA_NUMBER = 402


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
        self.keep_number('nova_ext', number)

    def keep_number(self, repository, number):
        """Leave what sqlalchemy-migrate keeps of a repository."""
        self.execute(
            'CREATE TABLE migrate_version (repository_id VARCHAR(250) '
            'PRIMARY KEY, repository_path TEXT, version INTEGER)'
        )
        self.execute(
            "INSERT INTO migrate_version VALUES (:repository, '', :number)",
            repository=repository,
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
        self.sync(str(LAST))
        self.sync()
        self.assertAsModels()

    def test_a_new_database_is_as_after_all_steps(self):
        table = schema.version_table
        self.sync(HEAD, migrate=False)
        stepped = schemas.snapshot(self.engine)
        version = schemas.kept_version(self.engine, table)
        schemas.drop_all(self.engine, models.Base.metadata)
        self.assertIsNone(schema.version(self.engine))
        self.sync(migrate=False)
        self.assertEqual(stepped, schemas.snapshot(self.engine))
        self.assertEqual(version, schemas.kept_version(self.engine, table))
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
            self.assertRaises(schema_errors.SchemaError, self.sync, version)
        self.sync()
        self.assertRaises(schema_errors.SchemaError, self.sync, '2')

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
            schema_errors.SchemaTooOld, self.sync, migrate=False
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
            schema_errors.SchemaError, self.sync, '1', migrate=False
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
            schema_errors.SchemaError, self.sync, 'feedfacecafe', migrate=False
        )

    def test_later_releases_are_recognised(self):
        self.legacy(LAST + 1)
        self.assertRaises(schema_errors.SchemaTooNew, self.sync, migrate=False)

    def test_later_revisions_are_recognised(self):
        self.sync(migrate=False)
        self.execute(
            "UPDATE nova_ext_alembic_version SET version_num = 'feedfacecafe'"
        )
        self.assertRaises(schema_errors.SchemaTooNew, self.sync, migrate=False)

    def test_an_interrupted_step_is_taken_again(self):
        half = sa.MetaData()
        models.Instance.__table__.to_metadata(half)
        models.InstanceAction.__table__.to_metadata(half)
        for table in half.tables.values():
            table.indexes = set(list(table.indexes)[:1])
        half.create_all(self.engine)
        self.sync(migrate=False)
        self.assertAsModels()

    def test_secrets_leave_the_messages_of_tasks(self):
        said = "{'adminPass': 'secret', 'name': 'one'} is not valid"
        kept = "{'adminPass': '***', 'name': 'one'} is not valid"
        for migrate in (True, False) if HAS_MIGRATE else (False,):
            with mock.patch.object(messages, '_CHUNK', 2):
                self.legacy(LAST)
                for number in range(5):
                    self.execute(
                        'INSERT INTO tasks (uuid, state, message) '
                        "VALUES (:uuid, 'error', :message)",
                        uuid=str(number),
                        message=[said, None, 'No valid host'][number % 3],
                    )
                self.sync(migrate=migrate)
            with self.engine.connect() as connection:
                found = connection.execute(
                    sa.text(
                        'SELECT message, updated_at FROM tasks ORDER BY id'
                    )
                )
                self.assertEqual(
                    [
                        (kept, None), (None, None), ('No valid host', None),
                        (kept, None), (None, None),
                    ],
                    [tuple(row) for row in found],
                )  # fmt: skip
            self.assertAsModels()
            schemas.drop_all(self.engine, models.Base.metadata)

    # For tasks alone.

    def sync_tasks(self):
        schema_parts.sync(schema, self.engine)

    def test_tasks_alone(self):
        for _ in range(2):
            self.sync_tasks()
            self.assertTasksAlone()

    def assertTasksAlone(self):
        """Check that the tables of tasks are as models say, and no other."""
        alone = schema_parts.of(schema, self.engine)
        self.assertIs(migration_of_nova_ext.tasks, alone)
        self.assertEqual(alone.head, alone.version(self.engine))
        expected = sa.MetaData()
        for name in OURS:
            models.Base.metadata.tables[name].to_metadata(expected)
        found = schemas.snapshot(self.engine)
        self.assertEqual(set(OURS), set(found))
        self.assertEqual([], schemas.differences(self.engine, expected))

    def test_tasks_alone_after_an_interruption(self):
        half = sa.MetaData()
        models.Task.__table__.to_metadata(half)
        for table in half.tables.values():
            table.indexes = set(list(table.indexes)[:3])
        half.create_all(self.engine)
        self.execute(
            'CREATE TABLE nova_ext_tasks_alembic_version '
            '(version_num VARCHAR(32) NOT NULL PRIMARY KEY)'
        )
        self.assertIs(
            migration_of_nova_ext.tasks, schema_parts.of(schema, self.engine)
        )
        self.sync_tasks()
        self.assertTasksAlone()

    def test_tasks_alone_become_a_part_of_all(self):
        for migrate in (True, False) if HAS_MIGRATE else (False,):
            self.sync_tasks()
            self.execute(
                "INSERT INTO tasks (uuid, state) VALUES ('t1', 'error')"
            )
            self.sync(migrate=migrate)
            self.assertIs(schema, schema_parts.of(schema, self.engine))
            names = sa.inspect(self.engine).get_table_names()
            self.assertNotIn('nova_ext_tasks_alembic_version', names)
            with self.engine.connect() as connection:
                found = connection.scalars(sa.select(models.Task.uuid)).all()
            self.assertEqual(['t1'], found)
            error = self.assertRaises(
                schema_errors.WholeSchema, self.sync_tasks
            )
            self.assertIn('"nova-ext-manage db sync"', str(error))
            self.assertAsModels()
            schemas.drop_all(self.engine, models.Base.metadata)

    def test_tasks_have_no_place_in_a_database_of_nova(self):
        self.make_nova_database()
        before = self.everything()
        self.assertRaises(schema_errors.SharedWithAnother, self.sync_tasks)
        self.assertEqual(before, self.everything())

    # In a database of nova.

    def test_a_database_of_nova_stays_as_it_is(self):
        for migrate in (True, False) if HAS_MIGRATE else (False,):
            for version in ('1', None) if migrate else (HEAD, None):
                self.make_nova_database()
                before = self.everything()
                self.sync(version, migrate=migrate)
                self.assertEqual(before, self.everything())
                self.assertEqual(HEAD, schema.version(self.engine))
                self.assertUsable()
                schemas.drop_all(self.engine, models.Base.metadata)

    def test_nova_gets_indexes_when_told_so(self):
        self.make_nova_database()
        before = schemas.snapshot(self.engine)
        for statement in self.index_statements():
            indexes.execute(self.engine, statement)
        self.assertIndexed(before, schemas.snapshot(self.engine))
        self.assertEqual([], self.index_statements())
        self.assertUsable()

    def test_beside_another_program_than_nova_tables_are_created(self):
        nova_database.make_version(self.engine)
        self.sync(migrate=HAS_MIGRATE)
        self.assertComplete(*NOVA, *OURS)
        self.assertEqual(HEAD, schema.version(self.engine))

    def test_an_older_nova_is_refused(self):
        self.make_nova_database()
        self.execute('ALTER TABLE migrations DROP COLUMN user_id')
        self.execute('ALTER TABLE instance_actions_events DROP COLUMN details')
        before = self.everything()
        for migrate in (True, False) if HAS_MIGRATE else (False,):
            error = self.assertRaises(
                schema_errors.SharedTooOld, self.sync, migrate=migrate
            )
            self.assertIn('"nova-manage db sync"', str(error))
            self.assertIn(
                ': instance_actions_events.details, migrations.user_id.',
                str(error),
            )
            self.assertEqual(before, self.everything())
            self.assertIsNone(schema.version(self.engine))

    def test_some_tables_of_a_nova_are_not_completed(self):
        self.make_nova_database()
        self.execute('DROP TABLE migrations')
        self.execute('DROP TABLE instance_faults')
        before = self.everything()
        for migrate in (True, False) if HAS_MIGRATE else (False,):
            error = self.assertRaises(
                schema_errors.SharedIncomplete, self.sync, migrate=migrate
            )
            self.assertIn(': instance_faults, migrations.', str(error))
            self.assertIn('"nova-manage db sync"', str(error))
            self.assertEqual(before, self.everything())
            self.assertIsNone(schema.version(self.engine))

    def test_an_interrupted_step_beside_another_program_is_taken_again(self):
        nova_database.make_version(self.engine)
        self.execute(
            'CREATE TABLE nova_ext_alembic_version '
            '(version_num VARCHAR(32) NOT NULL PRIMARY KEY)'
        )
        models.Instance.__table__.create(self.engine)
        self.sync(migrate=False)
        self.assertComplete(*NOVA, *OURS)

    def make_nova_database(self):
        """Make the tables as nova leaves them, with a server inside."""
        nova_database.make(self.engine)
        self.keep_number('nova', NOVA_NUMBER)
        self.execute(
            'INSERT INTO instances (uuid, project_id, deleted) '
            "VALUES ('u1', 'p1', 0)"
        )
        self.execute(
            'INSERT INTO migrations (uuid, instance_uuid, status, deleted) '
            "VALUES ('m1', 'u1', 'running', 0)"
        )

    def everything(self):
        """Return all that can be read of the database, and the versions."""
        with self.engine.connect() as connection:
            numbers = connection.execute(
                sa.text('SELECT repository_id, version FROM migrate_version')
            )
            [revision] = connection.scalars(
                sa.text('SELECT version_num FROM alembic_version')
            )
            return {
                'tables': schemas.snapshot(self.engine),
                'definitions': schemas.definitions(self.engine),
                'numbers': dict(tuple(row) for row in numbers),
                'revision': revision,
            }

    def index_statements(self):
        return indexes.statements(self.engine, models.Base.metadata)

    def assertComplete(self, *names):
        """Check that tables have all columns and indexes of the models."""
        found = schemas.snapshot(self.engine)
        with self.engine.connect() as connection:
            for name in names:
                table = models.Base.metadata.tables[name]
                self.assertEqual(
                    set(table.columns.keys()), set(found[name]['columns'])
                )
                self.assertEqual([], indexes.missing(connection, table))

    def assertIndexed(self, before, after):
        """Check that indexes were added, and nothing else."""
        self.assertEqual(set(before), set(after))
        for name, table in before.items():
            for part in ('columns', 'keys', 'options'):
                self.assertEqual(table[part], after[name][part])
            for index in table['indexes'].values():
                self.assertServed(index, after[name]['indexes'].values())

    def assertServed(self, index, found):
        """Check for an index, or a longer one.

        MySQL drops an index it made itself, for a foreign key, as soon as
        there is another that will do.
        """
        columns, _unique = index
        begins = [others[: len(columns)] for others, _unique in found]
        self.assertIn(columns, begins)

    def assertUsable(self):
        admin = context.get_admin_context()
        self.assertEqual(
            'p1', instance_db.instance_get_ref(admin, 'u1').project_id
        )
        [row] = migration_list_db.migration_get_all_by_filters(
            admin, {}, paging.ALL
        )
        self.assertEqual(('m1', None), (row.uuid, row.user_id))
        filters = {'host': 'host-\N{PILE OF POO}'}
        self.assertEqual(
            [], migration_list_db.migration_get_all_by_filters(admin, filters)
        )
        instance_action_db.action_start(
            admin, {'instance_uuid': 'u1', 'request_id': 'r1'}
        )
        [row] = instance_action_db.actions_get(admin, 'u1')
        self.assertEqual('r1', row.request_id)
