# SPDX-License-Identifier: Apache-2.0
"""Every way to the present schema, whatever the database.

A subclass sets ``url``, the URL of an empty database.
"""

import sqlalchemy as sa

from ext_lib import context
from ext_lib import paging
from ext_lib.db import schema_errors
from ext_lib.testing import schemas
from sahara_ext.db import models
from sahara_ext.db.api import cluster_list as cluster_list_db
from sahara_ext.db.api import provision_step as provision_step_db
from sahara_ext.db.facade import facade
from sahara_ext.db.migrations import schema
from sahara_ext.tests import base

#: From the first to the last.
REVISIONS = (
    '3f6a1c9e4b27',
    '8d20b75e613c',
    'c17e94a0d5b2',
    'e52b8f07c914',
)


class SchemaPaths(base.TestCase):
    """The tests of one database."""

    url: str

    def setUp(self) -> None:
        super().setUp()
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        self.engine = facade.get_engine()

    def sync(self, version=None):
        schema.sync(self.engine, version)

    def execute(self, text):
        with self.engine.begin() as connection:
            connection.execute(sa.text(text))

    def assertAsModels(self):
        """Check the schema against the models, both ways of looking."""
        self.assertEqual(REVISIONS[-1], schema.version(self.engine))
        found = schemas.snapshot(self.engine)
        metadata = models.Base.metadata
        self.assertEqual([], schemas.differences(self.engine, metadata))
        schemas.drop_all(self.engine, metadata)
        metadata.create_all(self.engine)
        self.assertEqual(schemas.snapshot(self.engine), found)

    def test_at_once(self):
        self.assertIsNone(schema.version(self.engine))
        self.sync()
        self.assertAsModels()

    def test_a_new_database_is_as_after_all_steps(self):
        table = schema.version_table
        self.sync(REVISIONS[-1])
        stepped = schemas.snapshot(self.engine)
        version = schemas.kept_version(self.engine, table)
        schemas.drop_all(self.engine, models.Base.metadata)
        self.assertIsNone(schema.version(self.engine))
        self.sync()
        self.assertEqual(stepped, schemas.snapshot(self.engine))
        self.assertEqual(version, schemas.kept_version(self.engine, table))
        self.assertAsModels()

    def test_one_revision_at_a_time(self):
        for revision in REVISIONS:
            self.sync(revision)
            self.assertEqual(revision, schema.version(self.engine))
        self.assertAsModels()

    def test_again(self):
        self.sync()
        self.sync()
        self.assertAsModels()

    def test_versions_that_are_none(self):
        for version in ('1', '0', 'feedfacecafe'):
            error = self.assertRaises(
                schema_errors.SchemaError, self.sync, version
            )
            self.assertIn(version, str(error))
        self.assertEqual([], sa.inspect(self.engine).get_table_names())

    def test_later_revisions_are_recognised(self):
        self.sync()
        self.execute(
            'UPDATE sahara_ext_alembic_version '
            "SET version_num = 'feedfacecafe'"
        )
        self.assertRaises(schema_errors.SchemaTooNew, self.sync)

    def test_an_interrupted_revision_is_taken_again(self):
        half = sa.MetaData()
        for model in (models.Cluster, models.NodeGroup, models.Engine):
            model.__table__.to_metadata(half)
        for table in half.tables.values():
            table.indexes = set(list(table.indexes)[:1])
        half.create_all(self.engine)
        self.sync()
        self.assertAsModels()

    def test_what_is_there_stays(self):
        self.sync(REVISIONS[0])
        caller = context.RequestContext(user_id='u', project_id='p')
        values = {
            'id': 'c',
            'name': 'n',
            'project_id': 'p',
            'plugin_name': 'fake',
            'plugin_version': '0.1',
            'status': 'Active',
        }
        # Of the columns that later revisions add it says nothing.
        with self.engine.begin() as connection:
            connection.execute(models.Cluster.__table__.insert(), values)
        self.sync()
        page = cluster_list_db.cluster_get_page(caller, paging.ALL, {})
        self.assertEqual(['c'], [row.id for row in page.rows])
        steps = provision_step_db.provision_steps_get_by_clusters(
            caller, ['c']
        )
        self.assertEqual([], list(steps))
