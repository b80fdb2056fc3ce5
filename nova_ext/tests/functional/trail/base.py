# SPDX-License-Identifier: Apache-2.0
"""A nova of two cells, and a trail beside it."""

import os

import fixtures
from oslo_db import options
import sqlalchemy as sa

from ext_lib import context
from ext_lib.db import fixture
from nova_ext.db import migration
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail.collector import Collector
from nova_ext.tests.functional import base
from nova_ext.tests.functional.trail.cells import Cell
from nova_ext.wsgi import loader

CELLS = ('one', 'two')


class TrailTestCase(base.APITestCase):
    """Two cells and a trail, each in a database of its own."""

    cell_names: tuple[str, ...] = CELLS

    def setUp(self):
        super().setUp()
        self.settings.set(
            'cells', databases=list(self.cell_names), retry_interval=0
        )
        self.settings.set('database', connection=None)
        self.settings.set('trail', interval=0.05, lease=1)
        self.cells = {}
        for name in self.cell_names:
            url = self.make_url()
            self.cells[name] = Cell(url)
            self.conf.register_opts(options.database_opts, group=name)
            self.settings.set(name, connection=self.way(name, url))
        self.trail_url = self.make_url()
        self.settings.set('trail', connection=self.trail_url)
        self.admin = context.get_admin_context()
        self.addCleanup(trail.facade.reset)
        self.configure()
        migration.trail.sync(trail.facade.get_engine())

    def make_url(self):
        """Return the URL of an empty database."""
        raise NotImplementedError

    def cut(self, name):
        """Put a cell out of reach."""
        raise NotImplementedError

    def mend(self, name):
        """Let it be reached again."""
        raise NotImplementedError

    def way(self, _name, url):
        """Return a URL by which programs reach a cell."""
        return url

    def configure(self):
        """Begin again, as another process would."""
        self.app = loader.load_audit(self.conf)

    def collector(self):
        return Collector(self.conf)

    def collect(self, collector=None):
        """Have all cells read to their ends."""
        collector = collector or self.collector()
        collector.run(once=True)
        return collector

    def records(self, cell, kind):
        """Return the records of the present life of a cell, by number."""
        t, source = kind.table, models.sources
        newest = (
            sa.select(source.c.id)
            .where(source.c.cell == cell)
            .order_by(source.c.life.desc())
            .limit(1)
        )
        statement = sa.select(t).where(
            t.c.source_id == newest.scalar_subquery()
        )
        return {
            row.id: row for row in trail.facade.fetch(self.admin, statement)
        }

    def assertCopied(self, gone=None):
        """Check every record against its cell.

        :param gone: by cell and kind, what was removed from the cell
        """
        for name, cell in self.cells.items():
            for kind in record_kinds.ALL:
                expected = cell.content(kind)
                expected |= (gone or {}).get((name, kind), {})
                found = self.records(name, kind)
                self.assertEqual(
                    set(expected), set(found), f'{name} {kind.name}'
                )
                for number, row in expected.items():
                    copy = {n: getattr(found[number], n) for n in row}
                    self.assertEqual(row, copy, f'{name} {kind.name} {number}')

    def purge(self, gone, name, uuid):
        """Remove a server from its cell, and remember what it was."""
        cell = self.cells[name]
        before = {kind: cell.content(kind) for kind in record_kinds.ALL}
        cell.purge(uuid)
        for kind, content in before.items():
            left = cell.content(kind)
            removed = {k: v for k, v in content.items() if k not in left}
            gone.setdefault((name, kind), {}).update(removed)


class OnSQLite(TrailTestCase):
    """Databases in files."""

    def make_url(self):
        """Return the URL of an empty database."""
        directory = self.useFixture(fixtures.TempDir())
        return f'sqlite:///{directory.join("test.db")}'


class OnServers(TrailTestCase):
    """Databases on the server of the scenario."""

    variable: str
    default: str

    def make_url(self):
        """Return the URL of an empty database."""
        url = fixture.create_database(
            os.environ.get(self.variable, self.default)
        )
        self.addCleanup(fixture.drop_database, url)
        return url
