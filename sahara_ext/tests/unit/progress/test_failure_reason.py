# SPDX-License-Identifier: Apache-2.0
"""All users read the reason, and only administrators the traceback."""

import os
import sysconfig
import traceback

from sahara_ext.progress import failure as failures
from sahara_ext.progress.failure import Failure
from sahara_ext.tests import base


def raised(code, *names):
    """Return what a piece of code raises."""
    try:
        exec(code, {'os': os})
    except Exception as error:
        return error
    raise AssertionError(f'{code} raises nothing')


class TestMessage(base.TestCase):
    def check(self, error, message):
        self.assertEqual(message, failures.message(error))
        headline = failures.headline(error)
        self.assertTrue(headline.endswith(message), headline)
        self.assertNotIn('/', headline)

    def test_a_file_of_the_engine(self):
        error = raised('open("/etc/sahara-ext/none/secret.conf")')
        self.check(error, "[Errno 2] No such file or directory: 'secret.conf'")

    def test_two_files(self):
        error = raised('os.rename("/etc/none/one", "/etc/none/other")')
        self.check(
            error, "[Errno 2] No such file or directory: 'one' -> 'other'"
        )

    def test_in_the_words_of_another_error(self):
        code = """
try:
    open('/etc/none/key.pem')
except OSError as error:
    raise ValueError(f'No key: {error}') from error
"""
        self.check(
            raised(code),
            "No key: [Errno 2] No such file or directory: 'key.pem'",
        )

    def test_the_code(self):
        path = os.path.join(sysconfig.get_path('purelib'), 'one', 'two.py')
        self.check(
            ValueError(f'bad module {path}, line 3'),
            'bad module two.py, line 3',
        )

    def test_syntax(self):
        error = SyntaxError(
            'invalid', (f'{os.path.dirname(__file__)}/x.py', 1, 1, 'a b')
        )
        self.assertEqual('invalid', failures.message(error))
        self.assertEqual('SyntaxError: invalid', failures.headline(error))

    def test_paths_of_users_stay(self):
        for path in ('/user/hive/warehouse', '/usr/lib/hadoop/bin/hdfs', '/'):
            error = ValueError(f'cannot make {path}')
            self.assertEqual(str(error), failures.message(error))

    def test_an_error_that_is_its_own_cause(self):
        error = OSError(2, 'none', '/etc/none/file')
        error.__cause__ = error
        self.check(error, "[Errno 2] none: 'file'")


class TestWithoutTraceback(base.TestCase):
    def check(self, error, said):
        failure = Failure.of(error)
        self.assertEqual(
            f'{said}\nError ID: {failure.error_id}',
            failures.without_traceback(failure.info, failure.error_id),
        )

    def test_of_an_exception(self):
        error = raised('raise ValueError("no quorum")')
        self.assertIn('Traceback', Failure.of(error).info)
        self.check(error, 'ValueError: no quorum')

    def test_of_one_that_says_several_lines(self):
        error = raised('raise ValueError("no quorum:\\none\\n\\ntwo")')
        self.check(error, 'ValueError: no quorum:\none\n\ntwo')

    def test_of_a_message(self):
        self.check('It broke.', 'It broke.')

    def test_of_a_message_that_is_a_traceback(self):
        error = raised('raise ValueError("no quorum")')
        trace = ''.join(traceback.format_exception(error))
        self.check(f'It broke:\n{trace}', 'It broke:\nValueError: no quorum\n')

    def test_stored_without_an_id(self):
        error = raised('raise ValueError("no quorum")')
        trace = ''.join(traceback.format_exception(error))
        self.assertEqual(
            'ValueError: no quorum',
            failures.without_traceback(trace, None),
        )

    def test_cut_to_what_the_column_holds(self):
        failure = Failure.of(raised('raise ValueError("no quorum")'))
        for length in range(len(failure.info) - 1, 80, -7):
            self.assertEqual(
                f'ValueError: no quorum\nError ID: {failure.error_id}',
                failures.without_traceback(
                    failure.info[:length] + '…', failure.error_id
                ),
            )
