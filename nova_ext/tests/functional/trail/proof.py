# SPDX-License-Identifier: Apache-2.0
"""All that is altered in a trail or in an export is named."""

import json
import pathlib
import subprocess
import sys
import threading

import sqlalchemy as sa

from ext_lib.db import clock
from ext_lib.testing import polling
from nova_ext.db import models as cell_models
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import seals
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.trail import cells
from nova_ext.tests.functional.trail import crash
from nova_ext.tests.functional.trail import program

_ROOT = pathlib.Path(crash.__file__).parents[4]
_TOOL = _ROOT / 'tools' / 'check-export.py'
#: A column of each kind that a person might like to be another.
_COLUMNS = {
    record_kinds.SERVERS: 'user_id',
    record_kinds.ACTIONS: 'user_id',
    record_kinds.EVENTS: 'host',
    record_kinds.MIGRATIONS: 'dest_compute',
}


class ProofCases(program.ProgramTestCase):
    """The trail in its database."""

    def setUp(self):
        super().setUp()
        for name, cell in self.cells.items():
            for result in ('Success', 'Error', 'Success'):
                self.ended(name, result)
                if result == 'Error':
                    # No row has number 3.
                    for numbers in cell.next.values():
                        next(numbers)
        self.collect_and_seal()
        self.before = self.source('one')

    def name(self, kind, number=2):
        noun = kind.name[:-1].capitalize()
        return f'{noun} {number} of cell one, life 1 (seal 1, from the begin'

    def row(self, kind, number):
        t = kind.table
        one = sa.select(t).where(
            t.c.source_id == self.before, t.c.id == number
        )
        [row] = self.fetch(one)
        return dict(zip(t.columns.keys(), row, strict=True))

    def update(self, kind, number, **values):
        t = kind.table
        self.execute(
            sa.update(t)
            .where(t.c.source_id == self.before, t.c.id == number)
            .values(values)
        )

    def remove(self, kind, number):
        t = kind.table
        self.execute(
            sa.delete(t).where(t.c.source_id == self.before, t.c.id == number)
        )

    def insert(self, kind, row):
        self.execute(sa.insert(kind.table).values(row))

    def test_intact(self):
        self.assertIntact()
        for _ in range(2):
            said = self.succeed('seal')
            self.assertIn(': 0 records', said)
            self.assertIntact()

    def test_a_record_is_altered(self):
        for kind, column in _COLUMNS.items():
            was = self.row(kind, 2)
            for values in (
                {column: 'other'},
                {column: None},
                {'created_at': rows.moment(7)},
                {column: 'other', 'sealed': None},
                {'sealed': None},
                {'sealed': was['sealed'] - 1},
                {'sealed': 999},
            ):
                self.update(kind, 2, **values)
                self.assertAltered(self.name(kind), 'was altered')
                if values == {column: 'other', 'sealed': None}:
                    # Nor is it forgotten when it is sealed again.
                    continue
                self.update(kind, 2, **was)
            self.update(kind, 2, **was)
            self.assertIntact()

    def test_what_is_altered_and_sealed_anew(self):
        for kind, column in _COLUMNS.items():
            was = self.row(kind, 2)
            self.update(kind, 2, **{column: 'other', 'sealed': None})
            self.succeed('seal')
            self.assertAltered(self.name(kind), 'was altered')
            self.update(kind, 2, **was)

    def test_a_record_is_removed(self):
        for kind in record_kinds.ALL:
            was = self.row(kind, 2)
            self.remove(kind, 2)
            self.assertAltered(self.name(kind), 'was removed')
            self.insert(kind, was)
            self.assertIntact()

    def test_a_record_is_inserted(self):
        for kind in record_kinds.ALL:
            was = self.row(kind, 2)
            # A number that no row of its cell had.
            for sealed in (None, was['sealed'], 999):
                self.insert(kind, was | {'id': 3, 'sealed': sealed})
                self.assertAltered(
                    'was inserted', f'{kind.name[:-1].title()} 3 '
                )
                self.remove(kind, 3)
            self.insert(kind, was | {'source_id': 77})
            self.assertAltered('was inserted')
            t = kind.table
            self.execute(sa.delete(t).where(t.c.source_id == 77))
            self.assertIntact()

    def test_what_is_inserted_before_a_seal_is_named_after_it(self):
        was = self.row(record_kinds.ACTIONS, 2)
        self.insert(record_kinds.ACTIONS, was | {'id': 3, 'sealed': None})
        self.succeed('seal')
        self.assertAltered('Action 3 of cell one', 'seal 2, ', 'was inserted')

    def test_two_records_are_swapped(self):
        for kind in record_kinds.ALL:
            first, second = self.row(kind, 1), self.row(kind, 2)
            for number, other in ((1, second), (2, first)):
                self.update(kind, number, **(other | {'id': 90 + number}))
            for number in (1, 2):
                self.update(kind, 90 + number, id=number)
            self.assertAltered(self.name(kind, 1), 'was altered')
            self.update(kind, 1, **first)
            self.update(kind, 2, **second)
            self.assertIntact()

    def test_the_chain_is_altered(self):
        self.ended('one')
        self.collect_and_seal()
        self.succeed('seal')
        s, d = models.seals, models.digests
        for table, key, values, text in (
            (s, 2, {'sealed_at': rows.moment(3)}, 'Seal 2 (from 2'),
            (s, 2, {'digest': 64 * '1'}, 'Seal 2 (from'),
            (s, 2, {'closed': '{}'}, 'Seal 2 (from'),
            (s, 2, {'closed': 'broken'}, 'Seal 2 (from'),
            (s, 2, {'removed': '{"sequences": [[1, 9]]}'}, 'Seal 2'),
            (s, 2, {'removed': '[1]'}, 'Seal 2'),
            (d, 3, {'digest': 64 * '1'}, 'was altered'),
            (d, 3, {'is_ended': False}, 'other digests of records'),
            (d, 3, {'purge': 2}, 'intact'),
        ):
            first = next(iter(table.primary_key.columns))
            one = sa.select(table).where(first == key)
            [row] = self.fetch(one)
            was = dict(zip(table.columns.keys(), row, strict=True))
            self.execute(sa.update(table).where(first == key).values(values))
            if text == 'intact':
                # The seals say what was purged.
                self.assertIntact()
            else:
                self.assertAltered(text)
            self.execute(sa.delete(table).where(first == key))
            missing = 'Seal 2' if table is s else 'sequence 3'
            self.assertAltered(missing)
            self.execute(sa.insert(table).values(was))
            self.assertIntact()
        self.execute(
            sa.update(models.sources)
            .where(models.sources.c.id == self.before)
            .values(cell='other')
        )
        self.assertAltered('of cell other, life 1 (seal 1, ')

    def test_the_end_of_the_chain_is_removed(self):
        self.ended('one')
        self.collect_and_seal()
        head = self.succeed('seal').splitlines()[-1]
        self.assertIn(head, self.succeed('verify', '--head', head))
        number = int(head.partition(':')[0])
        s = models.seals
        self.execute(sa.delete(s).where(s.c.id == number))
        self.assertIntact()
        self.assertAltered(
            f'Seal {number} (kept) is missing', arguments=('--head', head)
        )
        self.succeed('seal')
        self.assertAltered(
            f'Seal {number} ', 'not the one', arguments=('--head', head)
        )
        for wrong in ('3', '3:abc', f'x:{64 * "0"}'):
            self.assertEqual(2, self.command('verify', '--head', wrong)[0])

    def test_what_changes_after_it_was_sealed_is_another_version(self):
        one = self.cells['one']
        uuid = one.server()
        [move] = one.add(
            rows.migration(uuid, status='error', created_at=rows.moment(1))
        )
        self.collect_and_seal()
        one.update(cell_models.Migration, move, status='reverted')
        self.collect()
        # It is neither lost, nor altered, while it waits for the next seal.
        self.assertIntact()
        self.succeed('seal')
        self.delete('one', uuid)
        self.collect_and_seal()
        self.assertIntact()
        versions = [
            record['content'].get('status')
            for record in self.exported()
            if record['content']['kind'] == 'migrations'
            and record['content']['id'] == move
            and record['content']['cell'] == 'one'
        ]
        self.assertEqual(['error', 'reverted', 'reverted'], versions)
        v = models.versions
        [[sequence, content]] = self.fetch(
            sa.select(v.c.sequence, v.c.content)
            .order_by(v.c.sequence)
            .limit(1)
        )
        for statement in (
            sa.update(v).values(content=content.replace('error', 'ended')),
            sa.update(v).values(content='broken'),
            sa.delete(v),
        ):
            self.execute(statement.where(v.c.sequence == sequence))
            self.assertAltered(f'Migration {move} of cell one', 'was altered')

    def test_a_record_that_ends_late_is_sealed_late(self):
        one = self.cells['one']
        action, event = one.begin(one.server())
        self.collect_and_seal()
        before = self.exported()
        self.assertNotIn(
            ('one', 'actions', action), set(map(self.key, before))
        )
        one.end(action, event)
        self.collect_and_seal()
        position = before[-1]['sequence']
        late = self.exported('--after', str(position))
        self.assertEqual(
            [('one', 'events', event), ('one', 'actions', action)],
            [self.key(record) for record in late],
        )
        self.assertEqual(before + late, self.exported())
        # One that has not ended must be there, too.
        action, event = one.begin(one.server())
        self.collect_and_seal()
        for kind, number in (
            (record_kinds.EVENTS, event),
            (record_kinds.ACTIONS, action),
        ):
            was = self.row(kind, number)
            self.remove(kind, number)
            self.assertAltered(f' {number} of cell one', 'was removed')
            self.insert(kind, was)

    def key(self, record):
        names = 'cell', 'kind', 'id'
        return tuple(record['content'][name] for name in names)

    def test_several_seal_at_once(self):
        for _ in range(4):
            self.ended('one')
        self.collect()
        barrier = threading.Barrier(4)

        def run():
            barrier.wait()
            seals.seal(self.admin.__class__(), 3)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertIntact()
        s, d = models.seals, models.digests
        self.assertEqual([(5,)], self.fetch(sa.select(sa.func.count(s.c.id))))
        self.assertEqual(
            [(1,)],
            self.fetch(
                sa.select(sa.func.count(d.c.seal.distinct())).where(
                    d.c.seal > 1
                )
            ),
        )

    def test_the_collector_seals(self):
        self.settings.set('trail', seal_interval=3600)
        self.ended('two')
        t = models.seals
        self.execute(sa.update(t).values(sealed_at=rows.moment(0)))
        collector = self.collect()
        self.collect(collector)
        self.assertEqual([(2,)], self.fetch(sa.select(sa.func.max(t.c.id))))
        [[first, last]] = self.fetch(
            sa.select(t.c.first, t.c.last).where(t.c.id == 2)
        )
        self.assertEqual(4, last - first + 1)


class OfflineCases(program.ProgramTestCase):
    """An export, with the digests, and no database."""

    def setUp(self):
        super().setUp()
        for name in self.cells:
            for result in ('Success', 'Error', 'Success'):
                self.ended(name, result)
        self.collect_and_seal()
        self.cells['one'].begin(self.cells['one'].server())
        self.ended('two')
        self.collect_and_seal()
        self.export = self.directory / 'export.jsonl'
        self.digests = self.directory / 'digests.jsonl'
        self.lines = self.succeed('export').splitlines()
        self.digests.write_text(self.succeed('digests'))
        self.files = (
            '--export', str(self.export), '--digests', str(self.digests),
        )  # fmt: skip
        # Neither a database nor its name is needed.
        self.file.write_text('')

    def write(self, lines):
        self.export.write_text(''.join(f'{line}\n' for line in lines))

    def check(self, lines, *texts):
        self.write(lines)
        self.assertAltered(*texts, arguments=self.files)

    def each_kind(self):
        """Yield the place of one record of each kind."""
        for kind in record_kinds.ALL:
            places = [
                place
                for place, line in enumerate(self.lines)
                if json.loads(line)['content']['kind'] == kind.name
            ]
            yield kind, places[2], places[3]

    def test_intact(self):
        self.write(self.lines)
        said = self.succeed('verify', *self.files)
        self.assertIn('intact: 2 seals', said)

    def test_records_are_altered(self):
        self.assertEqual(28, len(self.lines))
        for kind, place, other in self.each_kind():
            record = json.loads(self.lines[place])
            noun = f'{kind.name[:-1].capitalize()} {record["content"]["id"]} '
            column = _COLUMNS[kind]
            for content in (
                record['content'] | {column: 'other'},
                record['content'] | {'further': 'x'},
                {k: v for k, v in record['content'].items() if k != column},
                json.loads(self.lines[other])['content'],
            ):
                lines = list(self.lines)
                lines[place] = json.dumps(record | {'content': content})
                self.check(lines, noun, '(seal ', 'was altered')
            lines = list(self.lines)
            del lines[place]
            self.check(lines, noun, '(seal ', 'was removed')
            lines = list(self.lines)
            lines[place], lines[other] = lines[other], lines[place]
            self.check(lines, noun, 'was removed')
            for sequence in (0, 10**6, record['sequence']):
                lines = list(self.lines)
                new = json.dumps(record | {'sequence': sequence})
                lines.insert(place + 1 if sequence else 0, new)
                if sequence > record['sequence']:
                    lines.append(lines.pop(place + 1))
                self.check(lines, 'was inserted')

    def test_digests_are_altered(self):
        self.write(self.lines)
        digests = self.digests.read_text().splitlines()
        for place, line in enumerate(digests):
            lines = list(digests)
            del lines[place]
            self.digests.write_text('\n'.join(lines))
            status, out, _ = self.command('verify', *self.files)
            if place == len(digests) - 1 or '"seal": {' not in line:
                self.assertEqual(1, status, line)
                self.assertIn('ALTERED', out)
            else:
                self.assertNotEqual(0, status, line)

    def test_a_part(self):
        self.write(self.lines[9:19])
        first, last = (
            json.loads(self.lines[place])['sequence'] for place in (8, 18)
        )
        part = ('--after', str(first), '--until', str(last))
        self.succeed('verify', *self.files, *part)
        self.write(self.lines[9:18])
        self.assertAltered('was removed', arguments=(*self.files, *part))
        self.write([])
        for times in (
            ('--since', '2031-01-01'),
            ('--before', '2019-01-01T00:00:00Z'),
        ):
            self.succeed('verify', *self.files, *times)
        self.assertAltered(
            'was removed', arguments=(*self.files, '--since', '2019-01-01')
        )

    def test_bad_files(self):
        self.write(self.lines)
        for text in ('x\n', '{}\n', '[]\n', '{"sequence": 1}\n', '\n'):
            self.export.write_text(text)
            status, out, err = self.command('verify', *self.files)
            self.assertEqual((2, ''), (status, out))
            self.assertIn('Line 1 of ', err)
            self.assertEqual(1, err.count('\n'), err)
        self.export.write_bytes(b'\xff\n')
        self.assertEqual(2, self.command('verify', *self.files)[0])
        self.write(self.lines)
        self.digests.write_text('{"seal": {"seal": "x"}}\n')
        self.assertEqual(2, self.command('verify', *self.files)[0])
        for arguments in (
            ('--export', str(self.export)),
            ('--export', '/nowhere', '--digests', '/nowhere'),
            ('--since', '2020-01-01'),
            (*self.files, '--since', '2020-01-02', '--before', '2020-01-01'),
            (*self.files, '--since', 'tomorrow'),
        ):
            status, out, err = self.command('verify', *arguments)
            self.assertEqual((2, ''), (status, out), str(arguments))
            self.assertEqual(1, err.count('\n'), err)

    def test_digests_as_others_compute_them(self):
        """Run the program of the guide, which imports nothing of this one."""
        change = self.lines[5].replace('"id": ', '"id": 7')
        for line, status, said in (
            (self.lines[5], 0, ''),
            (change, 1, 'was altered'),
        ):
            self.write([*self.lines[:5], line, *self.lines[6:]])
            found = subprocess.run(
                [sys.executable, _TOOL, self.export, self.digests],
                check=False,
                capture_output=True,
                text=True,
            )
            self.assertEqual(status, found.returncode, found.stderr)
            self.assertIn(said, found.stderr)


class ProofCrashCases(crash.KilledTestCase):
    """Commands that write are killed before each write."""

    def test_seals(self):
        one = self.cells['one']
        for _ in range(3):
            action, event = one.begin(one.server())
            one.end(action, event)
        self.live()
        self.assertGreater(self.die_often('seal'), 3)
        self.assertSealed()

    def assertSealed(self):
        """Check that each version of each record was sealed, once."""
        self.assertIn('intact', self.live('verify'))
        d = models.digests.c
        twice = (
            sa.select(d.kind, d.source_id, d.id, d.digest)
            .group_by(d.kind, d.source_id, d.id, d.digest)
            .having(sa.func.count() > 1)
        )
        self.assertEqual([], list(self.trail_rows(twice)))
        for kind in record_kinds.ALL:
            t = kind.table.c
            unsealed = sa.select(t.id).where(t.sealed.is_(None))
            self.assertEqual([], list(self.trail_rows(unsealed)), kind.name)

    def test_the_collector_seals(self):
        # What there is to seal does not grow meanwhile: each of so many
        # deaths is at another place of the same seal.
        text = self.file.read_text()
        seals_soon = text.replace('seal_interval = 0', 'seal_interval = 1')
        one = self.cells['one']
        changing = [one.begin(one.server()) for _ in range(3)]
        self.live()
        self.file.write_text(seals_soon)
        self.assertGreater(self.die_often(), 3)
        self.assertSealed()
        # Now records change that are sealed.
        self.file.write_text(text)
        for action, event in changing:
            one.end(action, event)
        self.live()
        polling.wait_until(self.is_seal_due, 'the next seal to be due')
        self.file.write_text(seals_soon)
        self.assertGreater(self.die_often(), 3)
        self.assertSealed()
        self.assertCopied()

    def is_seal_due(self):
        newest = sa.select(sa.func.max(models.seals.c.sealed_at))
        [(before, now)] = self.trail_rows(
            newest.add_columns(sa.select(clock.UTCNow()).scalar_subquery())
        )
        return now - before > cells.seconds(1)

    def trail_rows(self, statement):
        engine = sa.create_engine(self.trail_url, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            return connection.execute(statement).all()

    def test_a_purge(self):
        text = self.file.read_text()
        self.file.write_text(
            text.replace('retention', 'late_commits = 1\nretention')
        )
        one = self.cells['one']
        for _ in range(3):
            uuid = one.server()
            action, event = one.begin(uuid)
            one.end(action, event)
            one.add(rows.live_migration(uuid, status='completed'))
            one.delete_server(uuid)
        kept = one.begin(one.server())
        self.live()
        self.live('seal')
        later = ('--before', '2100-01-01')
        self.assertNotEqual(0, self.die(0, 'purge', *later))
        polling.wait_until(self.is_closed, 'numbers to be closed')
        self.assertGreater(self.die_often('purge', '--batch', '2'), 3)
        # Nova had dated their ends a second from now.
        servers = sa.select(models.servers.c.id)

        def is_purged():
            self.live()
            self.live('purge')
            return len(self.trail_rows(servers)) == 1

        polling.wait_until(is_purged, 'all that has ended to be removed')
        self.assertIn('intact', self.live('verify'))
        left = self.trail_rows(sa.select(models.actions.c.id))
        self.assertEqual([(kept[0],)], left)

    def is_closed(self):
        self.live()
        p = models.positions.c
        statement = sa.select(p.closed).where(p.kind == 'actions')
        return (7,) in self.trail_rows(statement)

    def test_an_import(self):
        one = self.cells['one']
        for cell in self.cells.values():
            cell.make_shadows()
        for _ in range(3):
            uuid = one.server()
            action, event = one.begin(uuid)
            one.end(action, event)
            one.delete_server(uuid)
            one.archive(uuid)
        self.live()
        self.assertGreater(self.die_often('import', '--shadow'), 3)
        self.assertIn('intact', self.live('verify'))
        gone = {('one', kind): one.archived(kind) for kind in record_kinds.ALL}
        self.assertCopied(gone)
