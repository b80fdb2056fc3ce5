# SPDX-License-Identifier: Apache-2.0
"""The tests of one kind of database."""

import datetime
import gc
import itertools
import re
import threading
from typing import Any

import fixtures
from oslo_db import exception as db_exception
import sqlalchemy as sa

from ext_lib.testing import schemas
from nova_ext.db import migration
from nova_ext.db import models as cell_models
from nova_ext.db.facade import facade
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import lease
from nova_ext.db.trail import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import store
from nova_ext.db.trail.cell import Cell
from nova_ext.tests.functional import base as functional
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.trail import base
from nova_ext.tests.functional.trail import cells

_CELL = 'nova_ext.db.trail.cell.Cell'
_OCTETS = 'nova_ext.db.trail.text_sizes'
_DAY = datetime.timedelta(days=1)


class CopyCases(base.TrailTestCase):
    """The trail has what the cells have, and what they had."""

    def test_records_are_followed_until_they_end(self):
        one = self.cells['one']
        uuid = one.server()
        action, event = one.begin(uuid)
        [move] = one.add(rows.live_migration(uuid, created_at=cells.now()))
        collector = self.collect()
        self.assertCopied()
        self.assertOutcome(action, 'unfinished', record_kinds.OFTEN)
        one.end(action, event)
        second = one.step(action)
        one.update(cell_models.Migration, move, status='completed')
        self.collect(collector)
        self.assertCopied()
        self.assertOutcome(action, 'unfinished', record_kinds.OFTEN)
        one.end(action, second, 'Error')
        one.update(cell_models.Instance, 1, display_name='\u2603' * 60)
        self.collect(collector)
        self.assertCopied()
        self.assertOutcome(action, 'error', record_kinds.NEVER)
        # Another step of what had ended.
        third = one.step(action)
        self.collect(collector)
        self.assertOutcome(action, 'error', record_kinds.OFTEN)
        one.end(action, third)
        one.delete_server(uuid)
        self.collect(collector)
        self.assertCopied()
        [server] = self.records('one', record_kinds.SERVERS).values()
        self.assertEqual(record_kinds.NEVER, server.watch)

    def assertOutcome(self, action, outcome, watch):
        found = self.records('one', record_kinds.ACTIONS)[action]
        self.assertEqual((outcome, watch), (found.outcome, found.watch))

    def test_a_step_that_ends_in_the_place_of_one_of_its_name(self):
        # A nova ends the first of two events that have one name.
        one = self.cells['one']
        action, first = one.begin(one.server())
        one.end(action, first, 'Error')
        self.collect()
        one.step(action)
        self.collect()
        one.end(action, first)
        self.collect()
        self.assertCopied()

    def test_actions_have_the_owner_and_the_name_of_their_server(self):
        one = self.cells['one']
        uuid = one.server(display_name='web-3', project_id='theirs')
        action, _ = one.begin(uuid)
        self.collect()
        found = self.records('one', record_kinds.ACTIONS)[action]
        self.assertEqual(
            ('theirs', 'web-3'), (found.server_project_id, found.server_name)
        )

    def test_rows_committed_later_than_their_numbers_say(self):
        one = self.cells['one']
        uuid = one.server()
        for late in range(2, 12, 2):
            one.add(rows.action(uuid, id=late + 1, created_at=cells.now()))
        collector = self.collect()
        for late in range(2, 12, 2):
            one.add(rows.action(uuid, id=late, created_at=cells.now()))
            event = rows.event(late, id=100 - late, created_at=cells.now())
            one.add(event)
            self.collect(collector)
            self.assertCopied()

    def test_numbers_are_not_asked_for_again_when_time_is_up(self):
        one = self.cells['one']
        uuid = one.server()
        one.add(rows.action(uuid, id=2, created_at=cells.now()))
        collector = self.collect()
        t = models.positions
        for closed in (0, 2):
            long_ago = cells.now() - _DAY
            self.execute(sa.update(t).values(closing_since=long_ago))
            self.collect(collector)
            [position] = self.fetch(
                sa.select(t.c.closed)
                .join(models.sources, models.sources.c.id == t.c.source_id)
                .where(t.c.kind == 'actions', models.sources.c.cell == 'one')
            )
            self.assertEqual(closed, position.closed)
        one.add(rows.action(uuid, id=1, created_at=cells.now()))
        self.collect(collector)
        self.assertEqual([2], list(self.records('one', record_kinds.ACTIONS)))

    def fetch(self, statement):
        return trail.facade.fetch(self.admin, statement)

    def execute(self, statement):
        trail.facade.execute(self.admin, statement)

    def test_long_tables_are_copied_in_batches(self):
        self.settings.set('trail', batch_size=3)
        for name, cell in self.cells.items():
            uuid = cell.server(display_name=name)
            for number in range(70):
                [action] = cell.add(rows.action(uuid, number))
                cell.add(rows.event(action, number))
            cell.add(*(rows.migration(uuid, n) for n in range(8)))
        self.collect()
        self.assertCopied()
        # They are old: nothing can come between them.
        closed = self.fetch(
            sa.select(models.positions.c.closed).where(
                models.positions.c.kind == 'actions'
            )
        )
        self.assertEqual([(70,), (70,)], closed)

    def test_several_batches_are_stored_in_one_transaction(self):
        self.settings.set('trail', batch_size=1)
        one = self.cells['one']
        uuid = one.server()
        one.add(*(rows.action(uuid, n) for n in range(70)))
        stored = self.watch_inserts()
        # 70 batches are more than one turn has.
        self.assertTrue(self.collector().round())
        self.assertEqual([('trail_actions', 10)] * 5, stored[1:])
        self.collect()
        self.assertEqual([('trail_actions', 10)] * 7, stored[1:])
        self.assertCopied()

    def test_statements_are_freed_while_much_is_copied(self):
        self.settings.set('trail', batch_size=1)
        one = self.cells['one']
        uuid = one.server()
        one.add(*(rows.action(uuid, n) for n in range(120)))
        found: list[int] = []

        def hear(phase: str, details: dict[str, int]) -> None:
            if phase == 'stop' and details['generation'] == 2:
                found.append(details['collected'])

        gc.disable()
        self.addCleanup(gc.enable)
        gc.callbacks.append(hear)
        self.addCleanup(gc.callbacks.remove, hear)
        self.collector().run(once=True)
        self.assertCopied()
        # A round copies fifty; the last one has no others behind it.
        self.assertEqual(2, len(found))
        self.assertGreater(min(found), 100)

    def watch_inserts(self):
        """Return a list of the tables and numbers of rows that are stored."""
        stored: list[Any] = []

        def hear(_connection, _cursor, statement, parameters, _ctx, is_many):
            found = re.match(r'INSERT INTO (trail_\w+)', statement)
            if found and found[1] in {
                kind.table.name for kind in record_kinds.ALL
            }:
                stored.append((found[1], len(parameters) if is_many else 1))

        engine = trail.facade.get_engine()
        sa.event.listen(engine, 'before_cursor_execute', hear)
        return stored

    def test_a_cell_that_is_lost_between_two_batches(self):
        self.settings.set('trail', batch_size=4)
        one = self.cells['one']
        uuid = one.server()
        one.add(*(rows.action(uuid, n) for n in range(100)))
        asked = itertools.count(1)
        after = Cell.after

        def lose(asking, kind, low, high):
            if kind is record_kinds.ACTIONS and next(asked) in (3, 15, 19):
                raise db_exception.DBConnectionError('lost')
            return after(asking, kind, low, high)

        self.useFixture(fixtures.MonkeyPatch(f'{_CELL}.after', lose))
        collector = self.collector()
        found = []
        for _ in range(3):
            collector.round()
            found.append(len(self.records('one', record_kinds.ACTIONS)))
        # What one transaction was to store is read again.
        self.assertEqual([0, 40, 40], found)
        self.collect(collector)
        self.assertCopied()

    def test_long_texts_are_copied_in_small_batches(self):
        self.useFixture(fixtures.MonkeyPatch(f'{_OCTETS}.LIMIT', 100_000))
        one = self.cells['one']
        uuid = one.server()
        long = 'B\xf6ses \u2603' * 4000
        for number in range(6):
            action, _ = one.begin(uuid)
            for step in range(3):
                one.add(
                    rows.event(
                        action,
                        traceback=long if (number + step) % 2 else None,
                        details='x' * 60_000 if step else None,
                    )
                )
        stored = self.watch_inserts()
        collector = self.collect()
        self.assertCopied()
        most = max(rows for table, rows in stored if table == 'trail_events')
        self.assertLess(most, 8)
        # Those that end are read again, and are as long.
        for number, row in one.content(record_kinds.EVENTS).items():
            if row['finish_time'] is None:
                one.end(row['action_id'], number, 'Error')
                one.update(
                    cell_models.InstanceActionEvent, number, traceback=long
                )
        self.collect(collector)
        self.assertCopied()

    def test_what_a_cell_has_no_more_stays(self):
        gone: dict[Any, Any] = {}
        for _ in range(3):
            for name, cell in self.cells.items():
                uuid = cell.server()
                action, event = cell.begin(uuid)
                cell.end(action, event)
                cell.add(rows.migration(uuid, created_at=cells.now()))
                cell.delete_server(uuid)
                self.collect()
                self.purge(gone, name, uuid)
                self.collect()
                self.assertCopied(gone)
        self.assertEqual(2, len(self.fetch(sa.select(models.sources))))

    def test_a_cell_that_is_restored_from_a_backup(self):
        one = self.cells['one']
        uuid = one.server()
        action, event = one.begin(uuid)
        lost, lost_event = one.begin(uuid, 'reboot', request_id='req-lost')
        one.end(lost, lost_event)
        self.collect()
        with one.engine.begin() as connection:
            for kind, number in (
                (record_kinds.EVENTS, lost_event),
                (record_kinds.ACTIONS, lost),
            ):
                t = kind.origin
                connection.execute(t.delete().where(t.c.id == number))
        self.collect()
        # Nothing has come yet in the place of what is lost.
        self.assertEqual(2, len(self.fetch(sa.select(models.sources))))
        one.end(action, event)
        one.add(
            rows.action(
                uuid, id=lost, request_id='req-new', created_at=cells.now()
            )
        )
        self.collect()
        self.assertCopied()
        self.assertIn('Cell one has another row', self.log.output)
        # What the cell has lost is kept, and is not in the place of another.
        t = models.actions
        kept = sa.select(t.c.id, t.c.is_superseded)
        found = self.fetch(kept.where(t.c.request_id == 'req-lost'))
        self.assertEqual([(lost, False)], found)
        # The server is the same in both lives.
        t = models.servers
        marks = self.fetch(
            sa.select(t.c.is_superseded).order_by(t.c.source_id)
        )
        self.assertEqual([(True,), (False,)], marks)

    def test_a_cell_that_does_not_answer(self):
        for name, cell in self.cells.items():
            cell.server(display_name=name)
        self.cut('one')
        collector = self.collector()
        self.assertTrue(collector.round())
        self.assertEqual(1, len(self.records('two', record_kinds.SERVERS)))
        self.assertEqual({}, self.records('one', record_kinds.SERVERS))
        self.assertIn('Cell one does not answer', self.log.output)
        self.mend('one')
        self.assertTrue(collector.round())
        self.assertCopied()

    def test_a_lag_is_warned_of_once(self):
        self.cut('one')
        collector = self.collector()
        collector._read_at['one'] -= 1000
        collector.round()
        collector.round()
        self.assertEqual(1, self.log.output.count('of cell one lags by'))
        self.mend('one')
        collector.round()
        self.assertIn('Cell one is read to its end again', self.log.output)

    def test_nothing_but_selects_is_sent_to_cells(self):
        one = self.cells['one']
        uuid = one.server()
        action, event = one.begin(uuid)
        sent = []
        for engine in facade.get_engines('one'):
            sa.event.listen(
                engine,
                'before_cursor_execute',
                lambda *args: sent.append(args[2]),
            )
        self.collect()
        one.end(action, event)
        self.collect()
        self.assertTrue(sent)
        for statement in sent:
            self.assertRegex(statement, '^(SELECT|PRAGMA|BEGIN|SHOW)')


class SchemaCases(base.TrailTestCase):
    """Both ways to the schema lead to the models."""

    def test_both_ways_lead_to_the_models(self):
        made = trail.facade.get_engine()
        stepped = sa.create_engine(self.make_url(), poolclass=sa.pool.NullPool)
        with stepped.begin() as connection:
            # It is not a new database: the steps are taken one by one.
            sa.Table(
                'other', sa.MetaData(), sa.Column('id', sa.Integer)
            ).create(connection)
        for _ in range(2):
            migration.trail.sync(stepped)
        for engine in (made, stepped):
            head = migration.trail.version(engine)
            self.assertEqual(migration.trail.head, head)
            differences = schemas.differences(engine, models.metadata)
            self.assertEqual(
                [], [d for d in differences if 'other' not in str(d)]
            )
        first, second = map(schemas.snapshot, (made, stepped))
        del second['other']
        self.assertEqual(first, second)


class LeaseCases(base.TrailTestCase):
    """Of several collectors one leads."""

    def test_one_leads_and_the_other_waits(self):
        first, second = self.collector(), self.collector()
        self.cells['one'].server()
        self.assertTrue(first.round())
        self.assertFalse(second.round())
        self.assertTrue(first.round())
        first._lease.release(self.admin)
        self.assertTrue(second.round())
        self.assertFalse(first.round())
        self.assertCopied()

    def test_both_begin_at_once(self):
        for cell in self.cells.values():
            for _ in range(3):
                cell.begin(cell.server())
        several = [self.collector() for _ in range(4)]
        barrier = threading.Barrier(len(several))
        leading = []

        def begin(collector):
            barrier.wait()
            leading.append(collector.round())

        threads = [threading.Thread(target=begin, args=(c,)) for c in several]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([False] * 3 + [True], sorted(leading))
        self.assertCopied()

    def test_who_was_stopped_for_long_writes_nothing(self):
        first, second = self.collector(), self.collector()
        self.cells['one'].server()
        self.assertTrue(first._lease.acquire(self.admin))
        t = models.leases
        trail.facade.execute(
            self.admin, sa.update(t).values(expires_at=cells.now() - _DAY)
        )
        self.assertTrue(second._lease.acquire(self.admin))
        written: list[Any] = []
        self.assertRaises(
            lease.LeaseLost,
            store.transact,
            self.admin,
            first._lease,
            written.append,
        )
        self.assertEqual([], written)
        self.assertFalse(first.round())
        self.assertEqual({}, self.records('one', record_kinds.SERVERS))
        self.assertTrue(second.round())
        self.assertCopied()


class ReadCases(base.TrailTestCase):
    """A server that no cell has any more is answered from the trail."""

    def setUp(self):
        super().setUp()
        two = self.cells['two']
        # The same numbers stand for others in the other cell.
        other = self.cells['one'].server()
        self.cells['one'].begin(other)
        self.uuid = two.server()
        self.requests = []
        for number, result in enumerate(('Success', 'Error', 'Success')):
            request_id = f'req-{number}'
            action, event = two.begin(self.uuid, request_id=request_id)
            two.end(action, event, result)
            self.requests.append(request_id)
        moves = [
            rows.migration(self.uuid, n, status=status, source_compute=host)
            for n, (status, host) in enumerate(
                (('confirmed', 'a'), ('error', 'b'), ('confirmed', 'b'))
            )
        ]
        two.add(*moves, rows.live_migration(self.uuid, 9))
        self.live = 4

    def answers(self, paths):
        """Return status and body of requests at each version, by users."""
        found = {}
        for path in paths:
            for version in ('2.21', '2.23', '2.51', '2.59', '2.62', '2.84'):
                for token in (
                    functional.ADMIN,
                    functional.READER,
                    functional.OTHER,
                    functional.OTHER_ADMIN,
                ):
                    response = self.request(
                        'GET', path, version=version, token=token
                    )
                    answer = response.status_int, response.body
                    found[path, version, token] = answer
        return found

    def assertAnswers(self, expected, paths):
        """Check that requests get the same bytes as before."""
        found = self.answers(paths)
        self.assertEqual(set(expected), set(found))
        for question, answer in expected.items():
            self.assertEqual(answer, found[question], question)

    def of_actions(self):
        path = f'/servers/{self.uuid}/os-instance-actions'
        return [
            path,
            f'{path}?limit=1',
            f'{path}?limit=2&marker=req-2',
            f'{path}?marker=unknown',
            f'{path}?limit=0',
            f'{path}?changes-since=2020-01-01',
            f'{path}?changes-before=2020-01-01',
            *(f'{path}/{request_id}' for request_id in self.requests),
            f'{path}/req-unknown',
        ]

    def of_migrations(self):
        path = f'/servers/{self.uuid}/migrations'
        listed = f'/os-migrations?instance_uuid={self.uuid}'
        page = self.get(f'{listed}&limit=2')['migrations']
        return [
            path,
            f'{path}/{self.live}',
            f'{path}/1',
            f'{path}/99',
            listed,
            f'{listed}&limit=2',
            f'{listed}&limit=2&marker={page[-1]["uuid"]}',
            f'{listed}&marker={functional.UNKNOWN}',
            f'{listed}&status=error',
            f'{listed}&host=b',
            f'{listed}&source_compute=a',
            f'{listed}&migration_type=live-migration',
            f'{listed}&hidden=1',
            f'{listed}&user_id={functional.OTHER}',
            f'{listed}&limit=0',
        ]

    def test_the_answers_are_those_of_before_the_purge(self):
        two = self.cells['two']
        paths = self.of_migrations()
        lived = self.answers(paths)
        two.delete_server(self.uuid)
        actions = self.answers(self.of_actions())
        statuses = {status for status, _ in actions.values()}
        self.assertEqual({200, 400, 404}, statuses)
        self.collect()
        # What a cell has, the cell answers: nothing of deleted servers here.
        path = f'/servers/{self.uuid}/migrations'
        response = self.request('GET', path, version='2.84')
        self.assertEqual(404, response.status_int)
        self.assertEqual([], self.get(paths[4])['migrations'])
        two.purge(self.uuid)
        self.assertAnswers(actions, self.of_actions())
        self.assertAnswers(lived, paths)
        # A deleted server was not shown by then.
        path = f'/servers/{self.uuid}/os-instance-actions'
        response = self.request('GET', path, version='2.20')
        self.assertEqual(404, response.status_int)

    def test_without_a_trail_it_is_unknown(self):
        two = self.cells['two']
        two.delete_server(self.uuid)
        self.collect()
        two.purge(self.uuid)
        self.settings.set('trail', connection=None)
        self.configure()
        for path in self.of_actions():
            response = self.request('GET', path, version='2.84')
            self.assertEqual(404, response.status_int)

    def test_a_cell_that_does_not_answer_may_have_it(self):
        self.collect()
        self.cells['two'].purge(self.uuid)
        self.cut('one')
        for path in (self.of_actions()[0], f'/servers/{self.uuid}/migrations'):
            response = self.request('GET', path, version='2.84')
            self.assertEqual(503, response.status_int, response.text)
