# SPDX-License-Identifier: Apache-2.0
"""The running collector: its memory, and the lag that programs show."""

import json
import pathlib
import re
import signal

import fixtures
from oslo_config import cfg
import sqlalchemy as sa
import webob

from ext_lib.testing import polling
from ext_lib.testing import process
from nova_ext.cmd import status
from nova_ext.db import models as cell_models
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.trail import base
from nova_ext.tests.functional.trail import cells

_CONFIGURATION = """
[cells]
databases = {names}
retry_interval = 0
[trail]
connection = {trail}
interval = 0.1
"""
#: MiB that the collector is allowed, and bytes of a traceback: nova on
#: MariaDB keeps no more.
_MOST = 200
_LONG = 65_000
#: Tracebacks of that size do not fit into the memory that is allowed.
_COUNT = 4000


class CollectorTestCase(base.TrailTestCase):
    """The collector is a process of its own."""

    def setUp(self):
        super().setUp()
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.file = pathlib.Path(self.directory, 'nova-ext.conf')

    def configure_program(self, **options):
        """Write the file of the program.

        :param options: of the section ``[trail]``
        """
        text = _CONFIGURATION.format(
            names=','.join(self.cells), trail=self.trail_url
        )
        text += ''.join(f'{k} = {v}\n' for k, v in options.items())
        for name in self.cells:
            text += f'[{name}]\nconnection = {self.conf[name].connection}\n'
        self.file.write_text(text)
        # Options of this process count for programs that it calls.
        self.settings.set('trail', connection=self.trail_url)

    def start(self):
        """Return the running collector."""
        arguments = ['--config-file', str(self.file), 'collect']
        return self.useFixture(
            process.Process('nova_ext.cmd.trail', arguments, self.directory)
        )

    def count(self, table, *conditions):
        statement = sa.select(sa.func.count()).select_from(table)
        rows = trail.facade.fetch(self.admin, statement.where(*conditions))
        return rows[0][0]


class MemoryCases(CollectorTestCase):
    """The collector needs little memory, also for long tracebacks."""

    def setUp(self):
        super().setUp()
        self.configure_program(batch_size=5000)
        one = self.cells['one']
        uuid = one.server()
        [self.action] = one.add(
            rows.action(uuid, created_at=cells.now(), finish_time=None)
        )
        columns = {
            'event': 'conductor_migrate_server',
            'action_id': self.action,
            'created_at': cells.now(),
            'start_time': cells.now(),
        }
        with one.engine.begin() as connection:
            connection.execute(
                sa.insert(cell_models.InstanceActionEvent),
                [{'id': n, **columns} for n in range(1, _COUNT + 1)],
            )

    def end(self, numbers):
        """End events with an error, in the cell."""
        t = cell_models.InstanceActionEvent.__table__
        text = 'x' * _LONG
        with self.cells['one'].engine.begin() as connection:
            connection.execute(
                t.update()
                .where(numbers)
                .values(
                    finish_time=cells.now(), result='Error', traceback=text
                )
            )

    def wait_for(self, collector, count):
        def is_copied():
            collector.check()
            ended = models.events.c.finish_time.is_not(None)
            return self.count(models.events, ended) == count

        polling.wait_until(is_copied, f'{count} events', 300)

    def memory(self, collector):
        """Return the most memory that the process has had, in MiB."""
        text = pathlib.Path(f'/proc/{collector.process.pid}/status')
        [found] = re.findall(r'VmHWM:\s+(\d+) kB', text.read_text())
        return int(found) // 1024

    def test_it_does_not_grow_with_tracebacks(self):
        number = cell_models.InstanceActionEvent.__table__.c.id
        self.end(number <= _COUNT // 2)
        collector = self.start()
        self.wait_for(collector, _COUNT // 2)
        self.assertLess(self.memory(collector), _MOST)
        # The others end after they were copied.
        self.end(number > _COUNT // 2)
        self.wait_for(collector, _COUNT)
        self.assertLess(self.memory(collector), _MOST)
        self.assertEqual(0, collector.stop())
        expected = self.cells['one'].content(record_kinds.EVENTS)
        self.assertEqual(_COUNT, len(expected))
        [(shortest,)] = trail.facade.fetch(
            self.admin,
            sa.select(sa.func.min(sa.func.length(models.events.c.traceback))),
        )
        self.assertEqual(_LONG, shortest)


class LagCases(CollectorTestCase):
    """The lag of each cell is shown where operators look."""

    def setUp(self):
        super().setUp()
        self.configure_program()
        self.settings.set('healthcheck', detailed=True)

    def health(self):
        """Return the status of the answer, and its reasons."""
        request = webob.Request.blank('/healthcheck')
        request.accept = 'application/json'
        response = request.get_response(self.app)
        found: dict[str, str] = {}
        for one in response.json['reasons']:
            found.setdefault(one['reason'], '')
            found[one['reason']] += one['details']
        return response.status_int, found

    def status(self):
        """Return the exit status of the checks, and what one of them says."""
        out = self.useFixture(fixtures.StringStream(f'{id(object())}')).stream
        with fixtures.MonkeyPatch('sys.stdout', out):
            code = status.main(
                [
                    '--config-file',
                    str(self.file),
                    'upgrade',
                    'check',
                    '--json',
                ],
                cfg.ConfigOpts(),
            )
        out.seek(0)
        # The program has left no database configured.
        self.configure()
        [check] = json.loads(out.read())['checks']
        self.assertEqual('Trail', check['check'])
        return code, check['details']

    def assertShown(self, code, reason, pattern):
        """Check what health check and status show."""
        answer, reasons = self.health()
        self.assertEqual(200, answer)
        self.assertRegex(reasons[reason], pattern)
        found, details = self.status()
        self.assertEqual(code, found)
        self.assertRegex(details, pattern)

    def let_lag(self, name, seconds):
        t = models.sources
        moment = cells.now() - cells.seconds(seconds)
        statement = sa.update(t).where(t.c.cell == name)
        trail.facade.execute(self.admin, statement.values(read_at=moment))

    def test_it_is_shown(self):
        self.configure()
        never = 'one: not read to its end yet, two: not read'
        self.assertShown(1, 'TRAIL LAGS', never)
        self.collect()
        self.assertShown(0, 'OK', r'one: \d+ s, two: \d+ s')
        self.let_lag('two', 1000)
        self.assertShown(1, 'TRAIL LAGS', r'one: \d s, two: 10\d\d s')
        self.assertIn('More than 300 s: two.', self.status()[1])

    def test_what_counts_is_the_present_life_of_a_cell(self):
        self.collect()
        self.let_lag('one', 1000)
        t = models.sources
        trail.facade.execute(
            self.admin,
            sa.insert(t).values(
                cell='one', life=2, begun_at=cells.now(), read_at=cells.now()
            ),
        )
        self.assertEqual(0, self.status()[0])

    def test_a_trail_that_cannot_be_read(self):
        self.trail_url = self.lost_url()
        self.configure_program()
        self.configure()
        answer, reasons = self.health()
        self.assertEqual(200, answer)
        self.assertIn('TRAIL UNAVAILABLE', reasons)
        code, details = self.status()
        self.assertEqual(1, code)
        self.assertIn('It cannot be read', details)

    def lost_url(self):
        """Return the URL of a database that does not answer."""
        found = sa.engine.make_url(self.trail_url)
        if found.get_backend_name() == 'sqlite':
            found = found.set(database=f'{self.directory}/no/trail.db')
        else:
            found = found.set(host='127.0.0.1', port=9)
        return found.render_as_string(hide_password=False)

    def test_a_trail_without_a_schema(self):
        self.trail_url = self.make_url()
        self.configure_program()
        code, details = self.status()
        self.assertEqual(2, code)
        self.assertIn('Run "nova-ext-trail db sync"', details)

    def test_a_report_of_the_collector_shows_it(self):
        collector = self.start()

        def is_read():
            collector.check()
            read = models.sources.c.read_at.is_not(None)
            return self.count(models.sources, read) == len(self.cells)

        polling.wait_until(is_read, 'the cells to be read')
        collector.process.send_signal(signal.SIGUSR2)
        pattern = re.compile(r'lag = one: \d+ s, two: \d+ s\n')
        polling.wait_until(
            lambda: pattern.search(collector.output.read_text()), 'the report'
        )
        self.assertIn('above it = none', collector.output.read_text())
        self.assertEqual(0, collector.stop())
