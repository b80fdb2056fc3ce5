# SPDX-License-Identifier: Apache-2.0
"""Programs say why they do not start: one line, and an exit status."""

import os
import pathlib
import signal
import socket
import subprocess
import sys

import testscenarios

from ext_lib.tests import failing_start
from ext_lib.tests import polling
from ext_lib.tests import ports
from ext_lib.tests import process

PASSWORD = failing_start.PASSWORD
PROGRAMS = (
    *failing_start.WITH_DATABASE,
    'nova-ext-allinone',
    'nova-ext-compute',
)
FAILED, MISCONFIGURED = 1, 2

load_tests = testscenarios.load_tests_apply_scenarios


class TestDatabase(failing_start.StartTestCase):
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
                'MariaDB is away',
                f'mysql+pymysql://u:{PASSWORD}@127.0.0.1:@port@/x',
                False,
                ('127.0.0.1:@port@', 'does not answer', 'refused'),
            ),
            (
                'PostgreSQL is away',
                f'postgresql+psycopg2://u:{PASSWORD}@127.0.0.1:@port@/x',
                False,
                ('127.0.0.1:@port@', 'does not answer', 'refused'),
            ),
        )
    ]

    def test_all_programs_say_what_is_wrong(self):
        self.write('corrupt.sqlite', 'This is no database. ' * 99)
        port = str(ports.free_port())
        self.check_database(
            self.url.replace('@port@', port),
            [text.replace('@port@', port) for text in self.texts],
            self.is_misconfigured,
        )


class TestBroker(failing_start.StartTestCase):
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

    def test_all_services_say_what_is_wrong(self):
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
    """What is waited for, for how long and where, before a failure."""

    def check_waits(self, program, what, where, **variables):
        end = self.run_it(program, '--log-file', 'log', **variables)
        self.assertEqual((FAILED, 2), (end.status, len(end.errors)), end)
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
            OS_DATABASE__MAX_RETRIES='2',
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
                OS_DEFAULT__START_TIMEOUT='2',
            )

    def test_for_a_conductor(self):
        self.check_waits(
            'nova-ext-compute',
            'a conductor',
            'No conductor answers',
            OS_DEFAULT__START_TIMEOUT='2',
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


class TestConfiguration(failing_start.StartTestCase):
    """Each program, with each fault of its configuration."""

    scenarios = [
        (name, {'text': text, 'variables_': variables, 'texts': texts})
        for name, text, variables, texts in (
            ('missing file', None, {}, ('some.conf',)),
            ('no configuration', 'nonsense\n', {}, ('some.conf', 'parse')),
            (
                'bad value',
                '[DEFAULT]\nstart_timeout = soon\n',
                {'OS_DEFAULT__START_TIMEOUT': None},
                ('some.conf', 'start_timeout', 'soon'),
            ),
            (
                'bad value in a section',
                '[api]\nmax_limit = 0\n',
                {},
                ('some.conf', '[api] max_limit', 'greater'),
            ),
            (
                'bad value in the environment',
                '',
                {'OS_API__AUTH_STRATEGY': 'magic'},
                ('OS_API__AUTH_STRATEGY', '[api] auth_strategy', 'magic'),
            ),
            (
                'misspelt section',
                '[databse]\nconnection = sqlite://\n',
                {},
                ('some.conf', '[databse]', 'Is [database] meant?'),
            ),
            (
                'misspelt section of a library',
                '[oslo_mesaging_rabbit]\nssl = true\n',
                {},
                ('[oslo_mesaging_rabbit]', 'Is [oslo_messaging_rabbit]'),
            ),
            (
                'misspelt option',
                '[database]\nconection = sqlite://\n',
                {},
                ('[database]', 'conection', 'Is connection meant?'),
            ),
            (
                'misspelt section in the environment',
                '',
                {'OS_DATABSE__CONNECTION': 'sqlite://'},
                ('OS_DATABSE__CONNECTION', 'Is [database] meant?'),
            ),
        )
    ]

    def test_all_programs_say_what_is_wrong(self):
        if self.text is not None:
            self.write('some.conf', self.text)
        for name, value in self.variables_.items():
            self.variables.pop(name, None)
            if value is not None:
                self.variables[name] = value
        for program in PROGRAMS:
            command, _, status = failing_start.WITH_DATABASE.get(
                program, ((), FAILED, MISCONFIGURED)
            )
            self.check(
                program,
                status,
                self.texts,
                '--config-file',
                'some.conf',
                *command,
            )


class TestNames(failing_start.StartTestCase):
    """What is not taken for a mistake."""

    def test_of_other_programs_and_of_cells(self):
        self.write(
            'some.conf',
            '[DEFAULT]\nlogdir = .\nmy_ip = 192.0.2.1\n'
            '[api_database]\nconnection = sqlite://\n'
            '[cells]\ndatabases = cell\n[cell]\nconnection = sqlite://\n'
            '[placement]\nauth_url = http://192.0.2.1\n'
            '[keystone_authtoken]\nproject_domain_name = Default\n'
            'user_domain_name = Default\nusername = ext\n',
        )
        for program, (command, *_) in failing_start.WITH_DATABASE.items():
            if command == ('db', 'version'):
                end = self.run_it(
                    program, '--config-file', 'some.conf', *command
                )
                self.assertEqual((0, '0\n'), (end.status, end.output), end)


class TestCommandLine(failing_start.StartTestCase):
    def test_arguments_nobody_knows(self):
        for program in PROGRAMS:
            command, _, status = failing_start.WITH_DATABASE.get(
                program, ((), FAILED, MISCONFIGURED)
            )
            arguments = (*command, '--nonsense')
            self.check(program, status, ('--nonsense', '--help'), *arguments)

    def test_the_version(self):
        for program in PROGRAMS:
            end = self.run_it(program, '--version')
            self.assertEqual((0, []), (end.status, end.errors))
            self.assertRegex(end.output, rf'^{program} \d+\.\d+\S*\n$')

    def test_the_help(self):
        for program in PROGRAMS:
            end = self.run_it(program, '--help')
            self.assertEqual((0, []), (end.status, end.errors))
            usage, description, *_ = end.output.split('\n\n')
            self.assertTrue(usage.startswith(f'usage: {program} [OPTIONS]'))
            self.assertTrue(description.endswith('.'), description)
            ours, logs = end.output.split('log options:\n')
            self.assertIn('--version', ours)
            self.assertNotIn('--debug', ours)
            self.assertIn('--debug', logs)
            self.assertIn('--log-file', logs)
            self.assertNotIn('--nodebug', logs)
            self.assertLess(end.output.count('\n'), 50)

    def test_the_help_of_a_command(self):
        end = self.run_it('nova-ext-manage', 'db', 'sync', '--help')
        self.assertEqual((0, []), (end.status, end.errors))
        self.assertIn('usage: nova-ext-manage', end.output)
        self.assertIn('--version', end.output)


class TestAllInOne(failing_start.StartTestCase):
    PROGRAM = 'nova-ext-allinone'

    def check_it(self, status, texts, *arguments):
        free = ('--compute-port', '0', '--data-processing-port', '0')
        for name in list(self.variables):
            del self.variables[name]
        self.check(self.PROGRAM, status, texts, *free, *arguments)

    def test_a_port_in_use(self):
        listener = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(listener.close)
        port = str(listener.getsockname()[1])
        for option in ('--compute-port', '--data-processing-port'):
            self.check_it(FAILED, (port, 'in use'), option, port)

    def test_a_port_that_is_none(self):
        for option in ('--compute-port', '--data-processing-port'):
            for port in ('65536', '-1', 'http'):
                self.check_it(MISCONFIGURED, (option, port), option, port)

    def test_a_directory_that_is_not_writable(self):
        for directory in ('/proc/state', '/dev/null/state'):
            self.check_it(FAILED, (directory,), '--state-dir', directory)

    def test_corrupt_databases(self):
        for name in ('nova_ext', 'sahara_ext'):
            state = pathlib.Path(self.directory, name)
            state.mkdir()
            (state / f'{name}.sqlite').write_text('No database. ' * 99)
            self.check_it(
                FAILED,
                (f'{name}.sqlite', 'not a database'),
                '--state-dir',
                str(state),
            )


class TestEntryPoints(failing_start.StartTestCase):
    """Modules for WSGI servers do not make an application, nor a traceback."""

    MODULES = (
        'nova_ext.wsgi.api',
        'nova_ext.wsgi.audit',
        'sahara_ext.wsgi.api',
    )

    def check_all(self, texts, **variables):
        for module in self.MODULES:
            done = subprocess.run(
                [sys.executable, '-c', f'import {module}'],
                cwd=self.directory,
                env={**os.environ, **self.variables, **variables},
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            self.assertEqual(3, done.returncode, done)
            self.assertEqual(1, done.stderr.count('\n'), done.stderr)
            self.check_line(done.stderr, module, texts)

    def test_the_driver_is_not_installed(self):
        self.check_all(
            ('nova-ext[mysql]',),
            OS_DATABASE__CONNECTION=f'mysql+mysqldb://u:{PASSWORD}@h/x',
        )

    def test_no_url_of_a_database(self):
        self.check_all(
            ('[database] connection',),
            OS_DATABASE__CONNECTION=f'u:{PASSWORD}@h',
        )

    def test_a_missing_file(self):
        self.check_all(
            ('no-such.conf',),
            OS_NOVA_EXT_CONFIG_FILES='no-such.conf',
            OS_SAHARA_EXT_CONFIG_FILES='no-such.conf',
        )

    def test_a_misspelt_section(self):
        name = self.write('some.conf', '[databse]\nconnection = x\n')
        self.check_all(
            ('[databse]', 'Is [database] meant?'),
            OS_NOVA_EXT_CONFIG_FILES=name,
            OS_SAHARA_EXT_CONFIG_FILES=name,
        )


class TestNotices(failing_start.StartTestCase):
    """Programs begin without notices about eventlet."""

    def test_none_is_printed(self):
        for program, (command, *_) in failing_start.WITH_DATABASE.items():
            if command:
                end = self.run_it(program, *command)
                self.assertEqual([], end.errors)

    def test_nor_by_entry_points(self):
        for module in TestEntryPoints.MODULES:
            done = subprocess.run(
                [sys.executable, '-c', f'import {module}'],
                env={**os.environ, **self.variables},
                cwd=self.directory,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertNotIn('ventlet', done.stderr)
