# SPDX-License-Identifier: Apache-2.0
"""The collector is killed before each statement that writes, and goes on."""

import itertools
import json
import pathlib
import random
import subprocess
import sys
from typing import Any

import fixtures
import sqlalchemy as sa
from testtools import content

from nova_ext.db import models as cell_models
from nova_ext.db.trail import models
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.trail import base
from nova_ext.tests.functional.trail import cells

_KILLED = -9
_WRITES = 'INSERT|UPDATE|DELETE|COMMIT'
_CONFIGURATION = """
[cells]
databases = {names}
retry_interval = 0
[trail]
connection = {trail}
interval = 0.1
lease = 1
batch_size = 4
retention = 0
seal_interval = 0
"""


class Work:
    """Random work of a nova on one of its cells.

    :param gone: is told what is removed
    """

    def __init__(self, test, name, rng, gone):
        self._test = test
        self._name = name
        self._cell = test.cells[name]
        self._rng = rng
        self._gone = gone
        self._servers = []
        self._deleted = []
        self._open = []
        self._moves = []

    def do(self):
        """Do something."""
        work = [self._create, self._begin, self._end, self._move, self._late]
        self._rng.choice([*work, self._delete, self._rename])()

    def do_all(self):
        """Do something of each kind that brings new rows."""
        for work in (self._create, self._begin, self._move, self._end):
            work()

    def _create(self):
        self._servers.append(self._cell.server())

    def _begin(self):
        if self._servers:
            uuid = self._rng.choice(self._servers)
            self._open.append((uuid, *self._cell.begin(uuid)))

    def _end(self):
        if self._open:
            index = self._rng.randrange(len(self._open))
            uuid, action, event = self._open.pop(index)
            self._cell.end(
                action, event, self._rng.choice(['Success', 'Error'])
            )
            if self._rng.random() < 0.3:
                self._open.append((uuid, action, self._cell.step(action)))

    def _move(self):
        if self._moves and self._rng.random() < 0.5:
            self._cell.update(
                cell_models.Migration, self._moves.pop(), status='completed'
            )
        elif self._servers:
            uuid = self._rng.choice(self._servers)
            row = rows.live_migration(uuid, created_at=cells.now())
            self._moves += self._cell.add(row)

    def _late(self):
        """Store an action in the place before one that is there."""
        if self._servers:
            uuid = self._rng.choice(self._servers)
            late = next(self._cell.next[cell_models.InstanceAction])
            self._begin()
            if self._rng.random() < 0.5:
                self._test.die(self._rng.randrange(1, 9))
            self._cell.add(rows.action(uuid, id=late, created_at=cells.now()))

    def _rename(self):
        if self._servers:
            name = f'name-{self._rng.random()}'
            self._cell.rename(self._rng.choice(self._servers), name)

    def _delete(self):
        if self._servers:
            uuid = self._servers.pop(self._rng.randrange(len(self._servers)))
            self._cell.delete_server(uuid)
            self._deleted.append(uuid)

    def archive(self):
        """Archive what is deleted."""
        for uuid in self._deleted:
            self._cell.archive(uuid)
        self._forget_deleted()

    def purge(self):
        """Remove what is deleted; the trail has to have it by now."""
        for uuid in self._deleted:
            self._test.purge(self._gone, self._name, uuid)
        self._forget_deleted()

    def _forget_deleted(self):
        """Forget servers that the cell no longer has, and their actions."""
        self._open = [one for one in self._open if one[0] not in self._deleted]
        self._deleted.clear()


class KilledTestCase(base.TrailTestCase):
    """Commands that are killed before a write.

    A subclass says of how many writes one is tried.
    """

    stride = 1

    def setUp(self):
        super().setUp()
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.file = directory / 'nova-ext.conf'
        text = _CONFIGURATION.format(
            names=','.join(self.cells), trail=self.trail_url
        )
        for name in self.cells:
            text += f'[{name}]\nconnection = {self.conf[name].connection}\n'
        self.file.write_text(text)
        command = '-m', 'ext_lib.testing.mortal', 'nova_ext.cmd.trail'
        self.mortal: Any = subprocess.Popen(
            [sys.executable, '-W', 'ignore', *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self._end)
        assert self.mortal.stdout is not None
        self.mortal.stdout.readline()

    def _end(self):
        self.mortal.stdin.close()
        self.mortal.wait()
        self.mortal.stdout.close()

    def die(self, number, *command):
        """Do something until killed before a write; return the exit status.

        :param number: of the write; 0 for none
        :param command: to collect if there is none
        """
        command = command or ('collect', '--once')
        arguments = ['--config-file', str(self.file), *command]
        line = json.dumps([{}, arguments, number, _WRITES])
        self.mortal.stdin.write(f'{line}\n')
        self.mortal.stdin.flush()
        status, said = json.loads(self.mortal.stdout.readline())
        self.said = said
        if status == _KILLED:
            self._expire()
        return status

    def _expire(self):
        """End the lease of what was killed; nothing has to wait for that."""
        statement = sa.update(models.leases).values(expires_at=rows.moment(0))
        engine = sa.create_engine(self.trail_url, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            connection.execute(statement)

    def live(self, *command):
        """Do something; return what was said."""
        self.assertEqual(0, self.die(0, *command), self.said)
        return self.said

    def die_often(self, *command):
        """Do something, killed before each write in turn, until it ends."""
        first = random.randrange(1, self.stride + 1)
        for number in itertools.count(first, self.stride):
            status = self.die(number, *command)
            if status != _KILLED:
                break
        self.assertEqual(0, status, self.said)
        return number


class CrashCases(KilledTestCase):
    """Nothing is lost, and nothing there twice."""

    def test_killed_before_each_write(self):
        gone: dict[Any, Any] = {}
        rng = random.Random(1)
        work = [Work(self, name, rng, gone) for name in self.cells]
        first = random.randrange(1, self.stride + 1)
        self.addDetail('first', content.text_content(str(first)))
        for number in itertools.count(first, self.stride):
            if number % 4 == 1:
                for one in work:
                    one.do_all()
            status = self.die(number)
            if status != _KILLED:
                break
        self.assertEqual(0, status, self.said)
        self.assertGreater(number, 9)
        self.assertCopied(gone)

    def test_killed_in_the_first_copy(self):
        # A transaction stores ten batches of four.
        for cell in self.cells.values():
            uuid = cell.server()
            for number in range(90):
                [action] = cell.add(rows.action(uuid, number))
                cell.add(rows.event(action, number))
        first = random.randrange(1, self.stride + 1)
        self.addDetail('first', content.text_content(str(first)))
        kills = 0
        for number in itertools.count(first, self.stride):
            status = self.die(number)
            if status != _KILLED:
                break
            kills += 1
        self.assertEqual(0, status, self.said)
        self.assertGreater(kills, 9 // self.stride)
        self.assertCopied()

    def test_random_work(self):
        seed = random.randrange(10**6)
        self.addDetail('seed', content.text_content(str(seed)))
        gone: dict[Any, Any] = {}
        rng = random.Random(seed)
        work = [Work(self, name, rng, gone) for name in self.cells]
        for _ in range(4):
            for _ in range(6):
                rng.choice(work).do()
            self.die(rng.randrange(1, 25))
            for _ in range(6):
                rng.choice(work).do()
            self.live()
            self.assertCopied(gone)
            for one in work:
                one.purge()
        self.live()
        self.assertCopied(gone)
