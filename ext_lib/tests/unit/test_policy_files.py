# SPDX-License-Identifier: Apache-2.0
"""Whatever an operator changes in the files of policies is noticed."""

import os
import pathlib
from unittest import mock

import ddt
import fixtures
from oslo_config import cfg
from oslotest import base

from ext_lib import policy

_LONG_AGO = 1_000_000_000


@ddt.ddt
class TestPolicyFiles(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.home = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.place = self.home / 'etc'
        self.place.mkdir()
        file = self.place / 'any.conf'
        file.write_text('')
        self.useFixture(fixtures.EnvironmentVariable('HOME', str(self.home)))
        self.conf = cfg.ConfigOpts()
        self.conf([], project='any', default_config_files=[str(file)])

    def watched(self, is_quiet=True):
        """Return the files, watched as they are now.

        :param is_quiet: whether their directories were changed long ago
        """
        if is_quiet:
            for path in (self.home, self.place):
                os.utime(path, (_LONG_AGO, _LONG_AGO))
        found = policy.PolicyFiles(self.conf, ['policy.yaml', 'policy.d'])
        self.assertTrue(found.are_unchanged())
        return found

    def add(self, name, text=''):
        path = self.place / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    @ddt.data(True, False)
    def test_what_was_not_there(self, is_quiet):
        for name in ('policy.yaml', 'policy.d/one.yaml'):
            files = self.watched(is_quiet)
            self.add(name)
            self.assertFalse(files.are_unchanged(), name)
            self.assertTrue(self.watched(is_quiet).are_unchanged())

    @ddt.data(True, False)
    def test_a_directory_on_the_way_that_was_not_there(self, is_quiet):
        files = self.watched(is_quiet)
        path = self.home / '.any' / 'policy.yaml'
        path.parent.mkdir()
        self.assertTrue(files.are_unchanged())
        path.write_text('')
        self.assertFalse(files.are_unchanged())

    @ddt.data('policy.yaml', 'policy.d/one.yaml')
    def test_what_was_there(self, name):
        path = self.add(name)
        files = self.watched()
        path.write_text('another text')
        self.assertFalse(files.are_unchanged())
        files = self.watched()
        path.unlink()
        self.assertFalse(files.are_unchanged())

    @ddt.data('policy.yaml', 'policy.d/one.yaml')
    def test_the_same_size_at_another_time(self, name):
        path = self.add(name)
        files = self.watched()
        os.utime(path, (_LONG_AGO, _LONG_AGO))
        self.assertFalse(files.are_unchanged())

    def test_one_more_in_a_directory(self):
        self.add('policy.d/one.yaml')
        files = self.watched()
        self.add('policy.d/two.yaml')
        self.assertFalse(files.are_unchanged())

    def test_something_else_is_no_change(self):
        files = self.watched()
        self.add('else.yaml')
        self.assertTrue(files.are_unchanged())
        self.assertTrue(files.are_unchanged())

    def test_few_are_looked_at(self):
        files = self.watched()
        with mock.patch.object(os, 'stat', wraps=os.stat) as stat:
            self.assertTrue(files.are_unchanged())
        # The directory of the configuration, that of the user, and /etc.
        self.assertGreaterEqual(4, stat.call_count)

    @ddt.data(('any', {}), ('any', {'SNAP': '/s', 'SNAP_COMMON': '/c'}))
    @ddt.unpack
    def test_places_are_those_of_the_library(self, project, variables):
        for name, value in variables.items():
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        with mock.patch('os.path.exists', return_value=False) as exists:
            self.assertIsNone(self.conf.find_file('no.yaml'))
        self.assertEqual(
            [call.args[0] for call in exists.call_args_list],
            [
                os.path.join(place, 'no.yaml')
                for place in policy.places(self.conf)
            ],
        )

    def test_places_without_a_project(self):
        conf = cfg.ConfigOpts()
        conf([], default_config_files=[])
        conf.project = None
        with mock.patch('os.path.exists', return_value=False) as exists:
            self.assertIsNone(conf.find_file('no.yaml'))
        self.assertEqual(
            [os.path.dirname(call.args[0]) for call in exists.call_args_list],
            policy.places(conf),
        )
