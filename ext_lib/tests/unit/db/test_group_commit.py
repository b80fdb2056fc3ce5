# SPDX-License-Identifier: Apache-2.0
"""Threads share transactions, and each gets the result of its part."""

from concurrent import futures
import threading

from oslotest import base

from ext_lib.db.group_commit import GroupWriter
from ext_lib.testing import polling

#: Seconds until a test gives up; nothing takes long.
TIMEOUT = 30


class Database:
    """Something to write to; the test says how long a transaction takes."""

    def __init__(self):
        self.transactions = []
        self.errors = []
        self.is_open = threading.Event()
        self.is_open.set()
        self.begun = threading.Semaphore(0)

    @property
    def items(self):
        return [item for items in self.transactions for item in items]

    def write(self, items):
        self.begun.release()
        assert self.is_open.wait(TIMEOUT)
        if self.errors:
            raise self.errors.pop(0)
        self.transactions.append(list(items))
        return [f'result {item}' for item in items]


class Interrupted(BaseException):
    """A signal has a thread end."""


class GroupWriterTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.database = Database()
        self.writer = GroupWriter(self.database.write, size=10)
        self.pool = futures.ThreadPoolExecutor(32)
        self.addCleanup(self.pool.shutdown)
        self.addCleanup(self.database.is_open.set)

    def in_thread(self, function, *args):
        return self.pool.submit(function, *args)

    def wait_for_queue(self, length):
        polling.wait_until(
            lambda: len(self.writer._queue) == length, f'a queue of {length}'
        )

    def begin(self):
        """Have a transaction under way, and return what led to it."""
        self.database.is_open.clear()
        first = self.in_thread(self.writer.put, 'first')
        assert self.database.begun.acquire(timeout=TIMEOUT)
        return first

    def end(self):
        self.database.is_open.set()


class TestPut(GroupWriterTestCase):
    def test_one_is_written_at_once(self):
        self.assertEqual('result 1', self.writer.put(1))
        self.assertEqual([[1]], self.database.transactions)

    def test_what_gathers_is_written_together(self):
        first = self.begin()
        waiting = []
        for number in range(8):
            waiting.append(self.in_thread(self.writer.put, number))
            self.wait_for_queue(number + 1)
        self.assertFalse(any(future.done() for future in waiting))
        self.end()
        self.assertEqual('result first', first.result(TIMEOUT))
        self.assertEqual(
            [f'result {number}' for number in range(8)],
            [future.result(TIMEOUT) for future in waiting],
        )
        self.assertEqual(
            [['first'], list(range(8))], self.database.transactions
        )

    def test_a_transaction_has_a_limit(self):
        self.begin()
        waiting = []
        for number in range(25):
            waiting.append(self.in_thread(self.writer.put, number))
            self.wait_for_queue(number + 1)
        self.end()
        futures.wait(waiting, TIMEOUT)
        sizes = [len(items) for items in self.database.transactions]
        self.assertEqual([1, 10, 10, 5], sizes)
        self.assertEqual(['first', *range(25)], self.database.items)

    def test_every_caller_gets_its_result(self):
        def put(start):
            return [self.writer.put(start + n) for n in range(200)]

        work = [self.in_thread(put, 1000 * n) for n in range(32)]
        results = [r for future in work for r in future.result(TIMEOUT)]
        self.assertEqual(32 * 200, len(set(results)))
        self.assertEqual(32 * 200, len(self.database.items))
        self.assertFalse(self.writer._is_led)

    def test_an_error_reaches_all_it_concerns(self):
        self.begin()
        waiting = [self.in_thread(self.writer.put, n) for n in range(8)]
        self.wait_for_queue(8)
        self.database.errors.append(ValueError('first'))
        self.database.errors.append(ValueError('together'))
        self.end()
        for future in waiting:
            error = future.exception(TIMEOUT)
            self.assertIsInstance(error, ValueError)
            self.assertEqual('together', str(error))
        self.assertEqual('result 1', self.writer.put(1))
        self.assertEqual([[1]], self.database.transactions)

    def test_another_goes_on_when_the_leader_is_stopped(self):
        first = self.begin()
        second = self.in_thread(self.writer.put, 'second')
        self.wait_for_queue(1)
        self.database.errors.append(Interrupted())
        self.end()
        self.assertIsInstance(first.exception(TIMEOUT), Interrupted)
        self.assertEqual('result second', second.result(TIMEOUT))
        # The transaction is done; only no thread waits for it any more.
        self.assertEqual([['first', 'second']], self.database.transactions)


class TestAdd(GroupWriterTestCase):
    def setUp(self):
        super().setUp()
        self.writer = GroupWriter(self.database.write, size=10, delay=TIMEOUT)
        self.writer.put('recent')
        self.database.transactions.clear()

    def test_nothing_is_written_at_once(self):
        self.writer.add(1)
        self.assertEqual([], self.database.transactions)
        self.writer.flush()
        self.assertEqual([[1]], self.database.transactions)

    def test_it_goes_along_with_what_is_waited_for(self):
        self.writer.add(1)
        self.assertEqual('result 2', self.writer.put(2))
        self.assertEqual([[1, 2]], self.database.transactions)

    def test_the_queue_has_a_limit(self):
        for number in range(35):
            self.writer.add(number)
        self.assertEqual(list(range(30)), self.database.items)

    def test_nothing_stays_behind_for_long(self):
        writer = GroupWriter(self.database.write, delay=0)
        writer.add(1)
        self.assertEqual([[1]], self.database.transactions)

    def test_flush_waits_for_what_is_under_way(self):
        self.database.is_open.clear()
        self.writer.add(1)
        first = self.in_thread(self.writer.flush)
        self.wait_for_queue(0)
        second = self.in_thread(self.writer.flush)
        self.wait_for_queue(1)
        self.assertFalse(second.done())
        self.end()
        second.result(TIMEOUT)
        self.assertTrue(first.done() or first.result(TIMEOUT) is None)
        self.assertEqual([[1]], self.database.transactions)

    def test_flush_with_nothing_to_do(self):
        self.writer.flush()
        self.assertEqual([], self.database.transactions)

    def test_what_failed_is_tried_again(self):
        self.writer.add(1)
        self.database.errors.append(ValueError())
        self.assertRaises(ValueError, self.writer.flush)
        self.writer.add(2)
        self.writer.flush()
        self.assertEqual([[1, 2]], self.database.transactions)

    def test_who_waits_for_what_fails_is_told(self):
        for number in range(9):
            self.writer.add(number)
        self.database.errors.append(ValueError())
        self.assertRaises(ValueError, self.writer.add, 9)
        self.assertEqual([], self.database.items)
        self.writer.flush()
        self.assertEqual([list(range(10))], self.database.transactions)

    def test_the_order_is_kept(self):
        self.begin()
        for number in range(9):
            self.writer.add(number)
        waiting = [self.in_thread(self.writer.put, n) for n in ('a', 'b')]
        self.wait_for_queue(11)
        self.end()
        futures.wait(waiting, TIMEOUT)
        self.assertEqual(['first', *range(9)], self.database.items[:10])
        self.assertEqual({'a', 'b'}, set(self.database.items[10:]))
