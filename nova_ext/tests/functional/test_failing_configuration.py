# SPDX-License-Identifier: Apache-2.0
"""Programs say in one line what is wrong with their configuration."""

import testscenarios

from ext_lib.testing import failing_start

FAILED, MISCONFIGURED = 1, 2

load_tests = testscenarios.load_tests_apply_scenarios


class TestConfiguration(failing_start.StartTestCase):
    """Programs of either service, with each fault of a configuration."""

    text: str | None
    changes: dict[str, str | None]
    texts: tuple[str, ...]
    scenarios = [
        (name, {'text': text, 'changes': changes, 'texts': texts})
        for name, text, changes, texts in (
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

    def test_programs_name_the_fault(self):
        if self.text is not None:
            self.write('some.conf', self.text)
        for name, value in self.changes.items():
            self.variables.pop(name, None)
            if value is not None:
                self.variables[name] = value
        programs = failing_start.some(failing_start.PROGRAMS, str(self.texts))
        for program in programs:
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
    """Configuration that is no mistake."""

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
                self.assertEqual(
                    (0, '0\n'), (end.status, end.output), str(end)
                )
