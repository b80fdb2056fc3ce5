# SPDX-License-Identifier: Apache-2.0
"""Exports, purges and imports of records of the trail."""

import csv
import errno
import fcntl
import io
import json
import os
import random
import threading
from typing import Any

import fixtures
from oslo_utils import uuidutils
import sqlalchemy as sa
from testtools import content

from nova_ext.db import models as cell_models
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import shadow
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.trail import cells
from nova_ext.tests.functional.trail import crash
from nova_ext.tests.functional.trail import program


class ExportCases(program.ProgramTestCase):
    """Exports continue from their position, without gap or duplicate."""

    def setUp(self):
        super().setUp()
        for name in self.cells:
            for result in ('Success', 'Error'):
                self.ended(name, result, details='b\xf6se "\u2603",\n\'')
        self.collect_and_seal()

    def test_a_file_is_continued(self):
        for name in ('jsonl', 'csv', 'cadf'):
            path = self.directory / f'export.{name}'
            arguments = ('export', '--format', name, '--output', str(path))
            for result in ('Success', 'Error'):
                self.succeed(*arguments)
                with path.open('ab') as file:
                    # What a program had written that was killed.
                    file.write(b'half a li')
                self.ended('two', result)
                self.collect_and_seal()
            self.succeed(*arguments)
            self.succeed(*arguments)
            whole = self.succeed('export', '--format', name)
            self.assertEqual(whole, path.read_text())

    def test_files_that_cannot_be_continued(self):
        path = self.directory / 'export'
        path.write_text('x')
        arguments = ('export', '--output', str(path))
        self.assertRefused('does not', *arguments)
        path.write_text('')
        self.succeed(*arguments)
        self.assertRefused('other arguments', *arguments, '--format', 'csv')
        self.assertRefused('not for --output', *arguments, '--after', '1')
        path.write_text('')
        self.assertRefused('is shorter', *arguments)
        path.write_text('all that was written before')
        position = path.with_suffix('.position')
        right = json.loads(position.read_text())
        for change in (
            {'size': None}, {'size': -1}, {'size': float('inf')},
            {'size': 1.5}, {'size': True}, {'position': -1},
            {'position': '1'}, {'position': 10**30},
        ):  # fmt: skip
            position.write_text(json.dumps(right | change))
            self.assertRefused('is no position', *arguments)
        for text in ('', '[]', '{}', '1e999'):
            position.write_text(text)
            self.assertRefused('is no position', *arguments)
        # That of a trail which was then restored from a backup.
        ahead = {'position': 10**6, 'size': path.stat().st_size}
        position.write_text(json.dumps(right | ahead))
        self.assertRefused('ends before position 1000000', *arguments)
        self.assertEqual('all that was written before', path.read_text())
        self.assertRefused('', 'export', '--output', '')
        directory = str(self.directory)
        self.assertRefused(f'{directory}: ', *arguments[:-1], directory)
        nowhere = ('export', '--output', '/nowhere/at/all')
        self.assertRefused('No such file', *nowhere)

    def test_a_file_that_another_run_writes(self):
        path = self.directory / 'export'
        with path.open('ab') as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.assertRefused('another', 'export', '--output', str(path))
        self.succeed('export', '--output', str(path))

    def test_a_device_without_space(self):
        path = self.directory / 'export'
        arguments = ('export', '--output', str(path))
        self.succeed(*arguments)
        self.ended('two')
        self.collect_and_seal()

        def refuse(_file):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with fixtures.MonkeyPatch('os.fsync', refuse):
            status, out, err = self.command(*arguments)
        self.assertEqual((1, ''), (status, out))
        self.assertEqual(
            f'nova-ext-trail: {path}: No space left on device.\n', err
        )
        self.succeed(*arguments)
        self.assertEqual(self.succeed('export'), path.read_text())

    def assertRefused(self, text, *arguments):
        status, out, err = self.command(*arguments)
        self.assertEqual((2, ''), (status, out))
        self.assertIn(text, err)
        self.assertEqual(1, err.count('\n'), err)

    def test_bad_arguments(self):
        for arguments in (
            ('--format', 'xml'),
            ('--since', 'yesterday'),
            ('--after', '-1'),
            ('--after', 'x'),
            ('--after', '1000000'),
            ('--since', '2020-01-02', '--before', '2020-01-01'),
        ):
            self.assertRefused('', 'export', *arguments)
        self.assertRefused('seal 1000000', 'digests', '--after', '1000000')

    def test_times(self):
        first, second = '2020-01-01T12:00:01', '2020-01-01T12:00:02'
        everything = self.exported('--since', '2019-01-01')
        self.assertEqual(16, len(everything))
        self.assertEqual(
            16, len(self.exported('--since', first, '--before', second))
        )
        self.assertEqual([], self.exported('--before', first))
        self.assertEqual([], self.exported('--since', second))

    def test_csv(self):
        out = self.succeed('export', '--format', 'csv')
        found = list(csv.DictReader(io.StringIO(out, newline='')))
        records = [record['content'] for record in self.exported()]
        self.assertEqual(len(records), len(found))
        for record, row in zip(records, found, strict=True):
            for name, value in record.items():
                self.assertEqual(str(value), row[name])

    def test_cadf(self):
        out = self.succeed('export', '--format', 'cadf')
        events = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(4, len(events))
        for event in events:
            self.assertEqual(
                'http://schemas.dmtf.org/cloud/audit/1.0/event',
                event['typeURI'],
            )
            self.assertTrue(uuidutils.is_uuid_like(event['id']))
            self.assertEqual('2020-01-01T', event['eventTime'][:11])
            self.assertEqual('service/compute', event['observer']['typeURI'])
            self.assertIn(event['observer']['name'], self.cells)
            self.assertEqual('compute/machine', event['target']['typeURI'])
            self.assertEqual('new-server-test', event['target']['name'])
            self.assertTrue(event['initiator']['id'])
            [record, *_failures] = event['attachments']
            self.assertEqual(64, len(record['content']['digest']))
            if event['outcome'] == 'failure':
                self.assertTrue(event['reason']['reasonCode'])
        outcomes = sorted(event['outcome'] for event in events)
        self.assertEqual(2 * ['failure'] + 2 * ['success'], outcomes)
        self.assertEqual(4, len({event['id'] for event in events}))
        self.assertEqual(out, self.succeed('export', '--format', 'cadf'))

    def test_what_is_not_intact_is_not_exported(self):
        t = models.actions
        self.execute(sa.update(t).values(user_id='other'))
        status, _, err = self.command('export')
        self.assertEqual(1, status)
        self.assertIn('is not intact. Run "nova-ext-trail verify"', err)

    def test_a_page_is_a_fixed_number_of_statements(self):
        for _ in range(5):
            self.ended('two', 'Error')
        self.collect_and_seal()
        sent: list[str] = []
        counts = []
        for size in (2, 30):
            self.settings.set('trail', batch_size=size)

            def count(*args):
                sent.append(args[2])

            sa.event.listen(sa.engine.Engine, 'before_cursor_execute', count)
            self.succeed('export', '--format', 'cadf')
            sa.event.remove(sa.engine.Engine, 'before_cursor_execute', count)
            found = [s for s in sent if 'FROM trail_digests' in s]
            counts.append((len(found), len(sent)))
            sent.clear()
        # Nine actions: five pages, or one.
        self.assertEqual([5, 1], [pages for pages, _ in counts])
        self.assertLess(counts[1][1], 20)


class PurgeCases(program.ProgramTestCase):
    """Old records go; the chain says so, and stays intact."""

    def setUp(self):
        super().setUp()
        one = self.cells['one']
        self.old = self.ended('one', 'Error')
        # What belongs to a server that lives.
        self.living = one.server()
        [action] = one.add(rows.action(self.living, created_at=rows.moment(1)))
        one.add(rows.event(action, created_at=rows.moment(1)))
        self.open, _ = one.begin(self.living)
        for model in (
            cell_models.Instance,
            cell_models.InstanceAction,
            cell_models.InstanceActionEvent,
        ):
            self.make_old('one', model)
        self.ended('two')

    def count(self, kind):
        t = kind.table
        return self.fetch(sa.select(sa.func.count()).select_from(t))[0][0]

    def counts(self):
        return {kind.name: self.count(kind) for kind in record_kinds.ALL}

    def purge(self, *arguments):
        return self.succeed('purge', '--before', '2024-01-01', *arguments)

    def test_what_is_not_sealed_stays(self):
        self.collect()
        before = self.counts()
        self.assertEqual('0 records removed\n', self.purge())
        self.assertEqual(before, self.counts())

    def test_a_purge(self):
        self.collect_and_seal()
        self.assertEqual(
            {'servers': 3, 'actions': 4, 'events': 4, 'migrations': 2},
            self.counts(),
        )
        export, digests = self.directory / 'export', self.directory / 'digests'
        export.write_text(self.succeed('export'))
        old = export.read_text()
        dry = self.purge('--dry-run')
        self.assertEqual(
            '5 records would be removed, and what belongs to them\n', dry
        )
        said = self.purge('--batch', '1')
        self.assertEqual(
            '3 actions removed\n3 events removed\n2 migrations removed\n'
            '2 servers removed\n',
            said,
        )
        # What has not ended stays, and what it belongs to.
        self.assertEqual(
            {'servers': 1, 'actions': 1, 'events': 1, 'migrations': 0},
            self.counts(),
        )
        left = self.fetch(sa.select(models.actions.c.id))
        self.assertEqual([(self.open,)], left)
        self.assertIntact()
        digests.write_text(self.succeed('digests'))
        arguments = (
            'verify', '--export', str(export), '--digests', str(digests),
        )  # fmt: skip
        # An export of before is still proven, and one of today is, too.
        self.assertIn('10 purged', self.succeed(*arguments))
        export.write_text(self.succeed('export'))
        self.assertIn('10 purged', self.succeed(*arguments))
        export.write_text(old.replace('"Error"', '"Success"'))
        self.assertAltered('was altered', arguments=arguments[1:])
        self.assertEqual('0 records removed\n', self.purge())
        # The collector brings nothing of it back.
        self.collect_and_seal()
        self.assertEqual(1, self.count(record_kinds.ACTIONS))
        sources = self.fetch(sa.select(models.sources.c.life))
        self.assertEqual([(1,), (1,)], sources)
        self.assertIntact()

    def test_the_chain_names_what_was_purged(self):
        self.collect_and_seal()
        self.purge()
        t, s = models.actions, models.seals
        purges = [
            json.loads(line)['seal']
            for line in self.succeed('digests').splitlines()
            if '"kind": "purge"' in line
        ]
        self.assertEqual(
            {'actions', 'events', 'migrations', 'servers'},
            {seal['removed']['kind'] for seal in purges},
        )
        for seal in purges:
            self.assertEqual(
                '2024-01-01T00:00:00.000000', seal['removed']['before']
            )
        # What is removed without one is named.
        self.execute(sa.delete(t))
        d = models.digests
        self.execute(sa.update(d).values(purge=purges[0]['seal']))
        self.assertAltered(f'Action {self.open} of cell one', 'was removed')
        self.execute(sa.delete(s).where(s.c.id == purges[-1]['seal']))
        self.assertAltered('')

    def test_what_comes_again_after_a_purge_is_named(self):
        self.collect_and_seal()
        t = models.actions
        one = sa.select(t).where(t.c.id != self.open).limit(1)
        [row] = self.fetch(one)
        self.purge()
        values = dict(zip(t.columns.keys(), row, strict=True))
        for sealed in (values['sealed'], None):
            values['sealed'] = sealed
            self.execute(sa.insert(t).values(values))
            self.assertAltered(f'Action {row.id} of cell', 'after a purge')
            self.execute(
                sa.delete(t).where(
                    t.c.id == row.id, t.c.source_id == row.source_id
                )
            )
            self.assertIntact()

    def test_of_what_was_not_read_to_its_end_nothing_goes(self):
        self.collect_and_seal()
        self.execute(sa.update(models.sources).values(read_at=None))
        self.assertEqual('0 records removed\n', self.purge())

    def test_records_are_kept_as_long_as_configured(self):
        text = self.file.read_text()
        self.file.write_text(text.replace('retention = 0', 'retention = 30'))
        self.collect_and_seal()
        yesterday = cells.now().isoformat()
        status, _, err = self.command('purge', '--before', yesterday)
        self.assertEqual(2, status)
        self.assertIn('[trail] retention = 30 days', err)
        self.assertEqual(1, err.count('\n'))
        # Without a time it is that one: servers were deleted in 2020.
        self.assertIn('3 actions removed', self.succeed('purge'))


class ImportCases(program.ProgramTestCase):
    """Imports take over, once, the records that a nova has archived."""

    def setUp(self):
        super().setUp()
        for cell in self.cells.values():
            cell.make_shadows()

    def archived(self):
        return {
            (name, kind): cell.archived(kind)
            for name, cell in self.cells.items()
            for kind in record_kinds.ALL
        }

    def imported(self):
        """Return how many records an import has brought."""
        out = self.succeed('import', '--shadow')
        return sum(int(line.split()[0]) for line in out.splitlines())

    def test_an_import(self):
        one, two = self.cells['one'], self.cells['two']
        for cell, name in ((one, 'one'), (one, 'one'), (two, 'two')):
            cell.archive(self.ended(name, 'Error', details='\u2603'))
        interrupted = one.server(project_id='theirs', display_name='web-3')
        action, _ = one.begin(interrupted)
        one.archive(interrupted)
        kept = self.ended('one')
        self.collect()
        self.assertEqual(4 * 3 + 3, self.imported())
        self.assertCopied(self.archived())
        self.assertIntact()
        [found] = [
            row
            for number, row in self.records(
                'one', record_kinds.ACTIONS
            ).items()
            if number == action
        ]
        self.assertEqual(
            ('theirs', 'web-3', 'unfinished', record_kinds.NEVER),
            (
                found.server_project_id,
                found.server_name,
                found.outcome,
                found.watch,
            ),
        )
        self.assertEqual(0, self.imported())
        # What the collector has, and is archived later, is there already.
        one.archive(kept)
        self.assertEqual(0, self.imported())
        self.collect_and_seal()
        self.assertCopied(self.archived())
        self.assertIntact()
        kinds_of_seals = self.fetch(sa.select(models.seals.c.kind).distinct())
        self.assertEqual({('import',), ('seal',)}, set(kinds_of_seals))

    def test_what_ends_and_is_archived_before_it_is_read_again(self):
        one = self.cells['one']
        uuid = one.server()
        action, event = one.begin(uuid)
        one.add(rows.live_migration(uuid, created_at=cells.now()))
        self.collect_and_seal()
        one.end(action, event, 'Error')
        with one.engine.begin() as connection:
            t = cell_models.Migration.__table__
            connection.execute(t.update().values(status='completed'))
        self.delete('one', uuid)
        one.archive(uuid)
        self.collect()
        self.assertEqual(4, self.imported())
        self.assertCopied(self.archived())
        [found] = self.records('one', record_kinds.ACTIONS).values()
        self.assertEqual(
            ('error', record_kinds.NEVER), (found.outcome, found.watch)
        )
        self.assertEqual(0, self.imported())
        self.assertIntact()
        self.succeed('seal')
        self.assertIntact()

    def test_an_action_that_is_archived_after_its_event_was_read(self):
        one = self.cells['one']
        uuid = one.server()
        action, event = one.begin(uuid)
        self.collect()
        one.end(action, event)
        self.delete('one', uuid)
        t = cell_models.InstanceActionEvent.__table__
        with one.engine.connect() as connection:
            found = connection.execute(
                sa.select(t.c.finish_time, t.c.result, t.c.updated_at)
            )
            [end] = found.mappings().all()
        one.archive(uuid)
        # As the collector leaves it that finds the action no more.
        self.execute(sa.update(models.events).values(**end))
        self.execute(
            sa.update(models.actions).values(
                outcome='success', watch=record_kinds.NEVER
            )
        )
        self.collect()
        self.imported()
        self.assertCopied(self.archived())

    def test_what_was_purged_does_not_come_again(self):
        one = self.cells['one']
        one.archive(self.ended('one'))
        self.ended('one')
        self.collect()
        self.assertEqual(4, self.imported())
        self.collect_and_seal()
        self.assertIn('2 servers', self.succeed('purge'))
        self.assertEqual(0, self.imported())
        self.assertIntact()

    def test_cells_that_cannot_be_imported(self):
        status, _, err = self.command('import', '--shadow')
        self.assertEqual(1, status)
        self.assertIn('has not been read by a collector yet', err)
        self.collect()
        [kind] = [k for k in shadow.SHADOWS if k.name == 'events']
        kind.origin.drop(self.cells['two'].engine)
        status, _, err = self.command('import', '--shadow')
        self.assertEqual(1, status)
        self.assertIn(
            'Cell two has no table shadow_instance_actions_events', err
        )
        self.assertEqual(2, self.command('import')[0])

    def test_archiving_and_collecting_go_on_meanwhile(self):
        seed = random.randrange(10**6)
        self.addDetail('seed', content.text_content(str(seed)))
        rng = random.Random(seed)
        self.collect()
        gone: dict[Any, Any] = {}
        stop = threading.Event()
        work = [crash.Work(self, name, rng, gone) for name in self.cells]
        errors = []

        def nova():
            try:
                for _ in range(40):
                    one = rng.choice(work)
                    one.do()
                    one.archive()
            except Exception as error:
                errors.append(error)
            finally:
                stop.set()

        collector = self.collector()
        threads = [
            threading.Thread(target=nova),
            threading.Thread(target=collector.run),
        ]
        for thread in threads:
            thread.start()
        while not stop.is_set():
            self.run_import()
        collector.stop()
        for thread in threads:
            thread.join()
        self.assertEqual([], errors)
        self.run_import()
        self.collect()
        self.assertCopied(self.archived())
        self.succeed('seal')
        self.assertIntact()

    def run_import(self):
        """Import beside a collector of this process."""
        rate = self.collector()._throttle
        for follower in self.collector()._followers:
            for _ in shadow.Import(self.admin, follower.cell, rate).run():
                pass

    def die(self, _number):
        """Be no collector that is killed."""
