# SPDX-License-Identifier: Apache-2.0
"""Programs say in one line why they do not start, and what they wait for."""

import signal

import testscenarios

from ext_lib.testing import failing_start
from ext_lib.testing import polling
from ext_lib.testing import ports
from ext_lib.testing import process

PASSWORD = failing_start.PASSWORD
FAILED, MISCONFIGURED = 1, 2

load_tests = testscenarios.load_tests_apply_scenarios


class TestDatabase(failing_start.StartTestCase):
    url: str
    is_misconfigured: bool
    texts: tuple[str, ...]
    scenarios = [
        (
            name,
            {'url': url, 'is_misconfigured': misconfigured, 'texts': texts},
        )
        for name, url, misconfigured, texts in (
            (
                'the driver is not installed',
                f'mysql+mysqldb://u:{PASSWORD}@127.0.0.1/x',
                True,
                ('mysqldb', 'nova-ext[mysql]'),
            ),
            (
                'of an unknown kind',
                f'oracl://u:{PASSWORD}@h/x',
                True,
                ('oracl://',),
            ),
            ('no URL', f'u:{PASSWORD}@h', True, ('[database] connection',)),
            (
                'no port',
                f'mysql+pymysql://u:{PASSWORD}@h:port/x',
                True,
                ('[database] connection',),
            ),
            ('none', '', False, ('no connection', '[database]')),
            (
                'a corrupt file',
                'sqlite:///corrupt.sqlite',
                False,
                ('corrupt.sqlite', 'not a database'),
            ),
            (
                'a file that cannot be opened',
                'sqlite:////dev/null/x',
                False,
                ('/dev/null/x', 'unable to open'),
            ),
            (
                'MariaDB is unreachable',
                f'mysql+pymysql://u:{PASSWORD}@127.0.0.1:@port@/x',
                False,
                ('127.0.0.1:@port@', 'does not answer', 'refused'),
            ),
            (
                'PostgreSQL is unreachable',
                f'postgresql+psycopg2://u:{PASSWORD}@127.0.0.1:@port@/x',
                False,
                ('127.0.0.1:@port@', 'does not answer', 'refused'),
            ),
        )
    ]

    def test_programs_name_the_fault(self):
        self.write('corrupt.sqlite', 'This is no database. ' * 99)
        port = str(ports.free_port())
        self.check_database(
            self.url.replace('@port@', port),
            [text.replace('@port@', port) for text in self.texts],
            self.is_misconfigured,
        )


class TestBroker(failing_start.StartTestCase):
    broker: str
    status: int
    texts: tuple[str, ...]
    scenarios = [
        (name, {'broker': url, 'status': status, 'texts': texts})
        for name, url, status, texts in (
            ('no URL', 'nonsense', MISCONFIGURED, ('transport_url',)),
            (
                'no port',
                f'rabbit://u:{PASSWORD}@h:port/',
                MISCONFIGURED,
                ('transport_url',),
            ),
            (
                'of an unknown kind',
                f'rabit://u:{PASSWORD}@h/',
                MISCONFIGURED,
                ('transport_url', 'rabit'),
            ),
            (
                'away',
                f'rabbit://u:{PASSWORD}@127.0.0.1:@port@/',
                FAILED,
                ('127.0.0.1:@port@', 'does not answer', 'refused'),
            ),
        )
    ]

    def test_services_name_the_fault(self):
        port = str(ports.free_port())
        broker = self.broker.replace('@port@', port)
        for program in failing_start.SERVICES:
            end = self.run_it(
                program,
                '--log-file',
                'log',
                OS_DEFAULT__TRANSPORT_URL=broker,
            )
            self.assertEqual((self.status, 1), (end.status, len(end.errors)))
            self.check_line(
                end.errors[0],
                program,
                [text.replace('@port@', port) for text in self.texts],
            )


class TestWaiting(failing_start.StartTestCase):
    """Lines that name the service, the place and the time of a wait."""

    def check_waits(self, program, what, where, **variables):
        end = self.run_it(program, '--log-file', 'log', **variables)
        self.assertEqual((FAILED, 2), (end.status, len(end.errors)), str(end))
        waiting, failure = end.errors
        self.check_line(
            waiting, program, (f'Waiting for {what}, up to ', where)
        )
        self.check_line(failure, program, (where,))

    def test_for_a_database(self):
        where = f'127.0.0.1:{ports.free_port()}'
        self.check_waits(
            'nova-ext-conductor',
            'the database',
            where,
            OS_DATABASE__CONNECTION=f'mysql+pymysql://u:{PASSWORD}@{where}/x',
            OS_DATABASE__MAX_RETRIES='5',
            OS_DATABASE__RETRY_INTERVAL='1',
        )

    def test_for_a_broker(self):
        where = f'127.0.0.1:{ports.free_port()}'
        for program in failing_start.SERVICES:
            self.check_waits(
                program,
                'the message broker',
                where,
                OS_DEFAULT__TRANSPORT_URL=f'rabbit://u:{PASSWORD}@{where}/',
                OS_DEFAULT__START_TIMEOUT='5',
            )

    def test_for_a_conductor(self):
        self.check_waits(
            'nova-ext-compute',
            'a conductor',
            'No conductor answers',
            OS_DEFAULT__START_TIMEOUT='5',
        )

    def test_until_told_to_end(self):
        where = f'127.0.0.1:{ports.free_port()}'
        program = self.useFixture(
            process.Process(
                'nova_ext.cmd.conductor',
                ['--log-file', f'{self.directory}/log'],
                self.directory,
                {
                    **self.variables,
                    'OS_DATABASE__CONNECTION': (
                        f'sqlite:///{self.directory}/ext.sqlite'
                    ),
                    'OS_DEFAULT__TRANSPORT_URL': f'rabbit://{where}/',
                    'OS_DEFAULT__START_TIMEOUT': '600',
                },
            )
        )
        polling.wait_until(
            lambda: 'Waiting for' in program.output.read_text(), 'the wait'
        )
        program.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, program.process.wait(15))
