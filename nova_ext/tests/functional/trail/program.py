# SPDX-License-Identifier: Apache-2.0
"""Commands of nova-ext-trail beside two cells and a trail."""

import contextlib
import io
import json
import pathlib
from typing import Any

import fixtures
from oslo_config import cfg
import sqlalchemy as sa

from nova_ext.cmd import trail as program
from nova_ext.db import models as cell_models
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import models
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.trail import base

_CONFIGURATION = """
[cells]
databases = {names}
retry_interval = 0
[trail]
connection = {trail}
batch_size = 3
retention = 0
"""


class ProgramTestCase(base.TrailTestCase):
    """A test that gives commands.

    Rows of cells are from 2020: none can come late between them.
    """

    def setUp(self):
        super().setUp()
        self.settings.set('trail', seal_interval=0, batch_size=3)
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.file = self.directory / 'nova-ext.conf'
        text = _CONFIGURATION.format(
            names=','.join(self.cells), trail=self.trail_url
        )
        for name in self.cells:
            text += f'[{name}]\nconnection = {self.conf[name].connection}\n'
        self.file.write_text(text)

    def command(self, *arguments):
        """Return exit status, standard output and standard error."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status: Any = 0
            try:
                status = program.main(
                    ['--config-file', str(self.file), *arguments],
                    cfg.ConfigOpts(),
                )
            except SystemExit as error:
                status = error.code
        # It has closed the databases.
        self.configure()
        return status, out.getvalue(), err.getvalue()

    def succeed(self, *arguments):
        """Return what a command prints."""
        status, out, err = self.command(*arguments)
        self.assertEqual(0, status, err + out)
        return out

    def assertIntact(self):
        self.assertIn('intact: ', self.succeed('verify'))

    def assertAltered(self, *texts, arguments=()):
        """Check that a verification names what was altered, in one line."""
        status, out, err = self.command('verify', *arguments)
        self.assertEqual((1, ''), (status, err), out)
        self.assertEqual(1, out.count('\n'), out)
        for text in ('ALTERED: ', *texts):
            self.assertIn(text, out)

    def fetch(self, statement):
        return trail.facade.fetch(self.admin, statement)

    def execute(self, statement):
        trail.facade.execute(self.admin, statement)

    def ended(self, name, result='Success', **columns):
        """Have a cell store a server that is deleted; return its uuid."""
        cell = self.cells[name]
        uuid = cell.server()
        self.make_old(name, cell_models.Instance)
        [action] = cell.add(rows.action(uuid, created_at=rows.moment(1)))
        event = rows.event(action, created_at=rows.moment(1), **columns)
        cell.add(event)
        if result == 'Error':
            cell.update(
                cell_models.InstanceAction,
                action,
                message='Error',
                updated_at=rows.moment(1),
            )
        cell.add(
            rows.migration(uuid, status='completed', created_at=rows.moment(1))
        )
        self.delete(name, uuid)
        return uuid

    def make_old(self, name, model):
        """Have a cell date rows like the others."""
        t = model.__table__
        values = {'created_at': rows.moment(1), 'updated_at': rows.moment(1)}
        with self.cells[name].engine.begin() as connection:
            connection.execute(t.update().values(values))

    def delete(self, name, uuid):
        """Have a cell delete a server, without an action."""
        with self.cells[name].engine.begin() as connection:
            for model, column in (
                (cell_models.Instance, 'uuid'),
                (cell_models.Migration, 'instance_uuid'),
            ):
                t = model.__table__
                connection.execute(
                    t.update()
                    .where(t.c[column] == uuid)
                    .values(deleted=t.c.id, deleted_at=rows.moment(2))
                )

    def collect_and_seal(self):
        self.collect()
        return self.succeed('seal')

    def exported(self, *arguments):
        """Return the records of an export."""
        out = self.succeed('export', *arguments)
        return [json.loads(line) for line in out.splitlines()]

    def source(self, name):
        """Return the number of the first life of a cell."""
        t = models.sources.c
        found = self.fetch(sa.select(t.id).where(t.cell == name, t.life == 1))
        return found[0][0]
