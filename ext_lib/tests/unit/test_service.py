# SPDX-License-Identifier: Apache-2.0
"""A service answers, works periodically, and ends without losing work."""

import signal
import subprocess
import sys
import threading

from oslo_config import cfg
import oslo_messaging as messaging
from oslotest import base as test_base

from ext_lib import context
from ext_lib import fixture
from ext_lib import service

#: Seconds until a test gives up; nothing takes long.
TIMEOUT = 30


class Manager(service.Manager):
    """Works when told to, and remembers the order of things."""

    def __init__(self):
        self.history = []
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.ticks = threading.Semaphore(0)

    def periodic_tasks(self):
        return [service.PeriodicTask(self._tick, 0.001)]

    def _tick(self):
        self.ticks.release()
        raise ValueError('a task that fails runs again')

    def init_host(self):
        self.history.append('init')

    def cleanup_host(self):
        self.history.append('cleanup')

    def ask(self, context):
        return self.history

    def work(self, context):
        self.begun.set()
        self.may_end.wait(TIMEOUT)
        self.history.append('work')


class TestService(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        conf([])
        self.rpc = self.useFixture(fixture.RPC(conf))
        self.manager = Manager()
        self.service = self.rpc.serve(self.manager, self.rpc.topic, 'host1')
        self.context = context.get_admin_context()

    def call(self, host, method, **options):
        client = self.rpc.client(self.rpc.topic, host).prepare(**options)
        return client.call(self.context, method)

    def test_it_answers_on_its_topic(self):
        self.assertEqual(['init'], self.call(None, 'ask'))

    def test_it_answers_on_its_host(self):
        self.assertEqual(['init'], self.call('host1', 'ask'))

    def test_it_does_not_answer_for_another_host(self):
        self.assertRaises(
            messaging.MessagingTimeout,
            *(self.call, 'host2', 'ask'),
            timeout=0.1,
        )

    def test_private_methods_cannot_be_called(self):
        refused = (messaging.NoSuchMethod, messaging.RemoteError)
        self.assertRaises(refused, self.call, None, '_tick')

    def test_a_periodic_task_runs_again_even_if_it_fails(self):
        for _ in range(3):
            self.assertTrue(self.manager.ticks.acquire(timeout=TIMEOUT))

    def test_it_finishes_what_runs(self):
        self.rpc.client(self.rpc.topic).cast(self.context, 'work')
        self.assertTrue(self.manager.begun.wait(TIMEOUT))
        self.service.stop()
        ending = threading.Thread(target=self.service.wait)
        ending.start()
        self.assertEqual(['init'], self.manager.history)
        self.manager.may_end.set()
        ending.join(TIMEOUT)
        self.assertEqual(['init', 'work', 'cleanup'], self.manager.history)

    def test_it_takes_nothing_new_after_stop(self):
        self.service.stop()
        self.assertRaises(
            messaging.MessagingTimeout,
            *(self.call, 'host1', 'ask'),
            timeout=0.1,
        )

    def test_no_task_runs_after_the_end(self):
        self.service.stop()
        self.service.wait()
        names = [thread.name for thread in threading.enumerate()]
        self.assertNotIn('_tick', names)


PROGRAM = """
import logging
import os
import signal
import sys
import time
from oslo_config import cfg
from ext_lib import service

logging.basicConfig(stream=sys.stdout, level='ERROR', format='%(message)s')
conf = cfg.ConfigOpts()
conf.register_opts([cfg.StrOpt('word', mutable=True)])
conf(['--config-file', sys.argv[1]])
conf.register_mutate_hook(lambda *args: say(conf.word))

def say(*words):
    print(*words, flush=True)

def fail():
    raise SystemExit(3)

def hear():
    os.kill(os.getpid(), signal.SIGTERM)

def hang():
    service.START_GRACE = 1
    hear()
    while True:
        time.sleep(60)

def wait_for_nothing():
    say('waited')

def wait_in_vain():
    say('wait')
    while True:
        time.sleep(60)

class Part:
    def __init__(self, name):
        self.name = name
    def start(self):
        say('start', self.name)
        if self.name in sys.argv[3:]:
            globals()[sys.argv[2]]()
    def stop(self):
        say('stop', self.name)
    def wait(self):
        say('wait', self.name)

first = globals()[sys.argv[2]] if sys.argv[2:] and not sys.argv[3:] else None
service.run(conf, [Part('one'), Part('two')], lambda: say('ready'), first)
say('end')
"""


class TestRun(test_base.BaseTestCase):
    def start(self, *args):
        self.config = self.create_tempfiles([('x', '[DEFAULT]\nword = old')])
        self.process = subprocess.Popen(
            [
                sys.executable,
                '-W',
                'ignore',
                '-c',
                PROGRAM,
                *self.config,
                *args,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.stdout = self.process.stdout
        self.addCleanup(self.stdout.close)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        # Ends the wait for a line that never comes.
        timer = threading.Timer(TIMEOUT, self.process.kill)
        timer.start()
        self.addCleanup(timer.cancel)

    def read(self, count):
        return [self.stdout.readline().strip() for _ in range(count)]

    def check_end(self, number):
        self.start()
        self.assertEqual(['start one', 'start two', 'ready'], self.read(3))
        self.process.send_signal(number)
        end = ['stop two', 'wait two', 'stop one', 'wait one', 'end', '']
        self.assertEqual(end, self.read(6))
        self.assertEqual(0, self.process.wait(TIMEOUT))

    def test_sigterm_ends_it(self):
        self.check_end(signal.SIGTERM)

    def test_sigint_ends_it(self):
        self.check_end(signal.SIGINT)

    def reconfigure(self, text):
        with open(self.config[0], 'w') as config:
            config.write(text)
        self.process.send_signal(signal.SIGHUP)
        return self.read(1)[0]

    def test_sighup_reads_mutable_options(self):
        self.start()
        self.read(3)
        wrong = self.reconfigure('[DEFAULT')
        self.assertIn('The options stay as they are', wrong)
        self.assertEqual('new', self.reconfigure('[DEFAULT]\nword = new'))
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(['stop two'], self.read(1))

    def test_sigterm_amid_the_start_ends_it_afterwards(self):
        self.start('hear', 'one')
        out = ['start one', 'start two', 'ready', 'stop two', 'wait two']
        self.assertEqual(out, self.read(5))
        self.assertEqual(['stop one', 'wait one', 'end'], self.read(3))
        self.assertEqual(0, self.process.wait(TIMEOUT))

    def test_sigterm_amid_a_start_without_end(self):
        self.start('hang', 'two')
        self.assertEqual(['start one', 'start two', ''], self.read(3))
        self.assertEqual(-signal.SIGALRM, self.process.wait(TIMEOUT))

    def check_end_amid_wait(self, *numbers):
        self.start('wait_in_vain')
        self.assertEqual(['wait'], self.read(1))
        for number in numbers:
            self.process.send_signal(number)
        self.assertEqual(['end', ''], self.read(2))
        self.assertEqual(0, self.process.wait(TIMEOUT))

    def test_sigterm_amid_the_wait_ends_it_at_once(self):
        self.check_end_amid_wait(signal.SIGTERM)

    def test_sighup_amid_the_wait_does_not_end_it(self):
        self.check_end_amid_wait(signal.SIGHUP, signal.SIGINT)

    def test_what_is_waited_for_may_come(self):
        self.start('wait_for_nothing')
        out = ['waited', 'start one', 'start two', 'ready']
        self.assertEqual(out, self.read(4))
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(['stop two'], self.read(1))

    def test_what_started_ends_if_a_later_part_cannot(self):
        self.start('fail', 'two')
        out = ['start one', 'start two', 'stop one', 'wait one', '']
        self.assertEqual(out, self.read(5))
        self.assertEqual(3, self.process.wait(TIMEOUT))
