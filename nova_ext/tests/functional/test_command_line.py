# SPDX-License-Identifier: Apache-2.0
"""Options that all programs have on the command line."""

from ext_lib.testing import failing_start

FAILED, MISCONFIGURED = 1, 2


class TestCommandLine(failing_start.StartTestCase):
    def test_unknown_arguments(self):
        for program in failing_start.PROGRAMS:
            command, _, status = failing_start.WITH_DATABASE.get(
                program, ((), FAILED, MISCONFIGURED)
            )
            arguments = (*command, '--nonsense')
            self.check(program, status, ('--nonsense', '--help'), *arguments)

    def test_the_version(self):
        for program in failing_start.PROGRAMS:
            end = self.run_it(program, '--version')
            self.assertEqual((0, []), (end.status, end.errors))
            self.assertRegex(end.output, rf'^{program} \d+\.\d+\S*\n$')

    def test_the_help(self):
        for program in failing_start.PROGRAMS:
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
