# SPDX-License-Identifier: Apache-2.0
"""Files are private, and no links are followed to write them."""

import os
import pathlib
import stat

import ddt
import fixtures
from oslotest import base

from ext_lib import private_files


def _mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


class _FilesTestCase(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        # Whatever the shell of the user says.
        self.addCleanup(os.umask, os.umask(0))
        self.path = self.root / 'it'
        self.other = self.root / 'other'


class TestDirectory(_FilesTestCase):
    def make(self):
        private_files.make_directory(self.path, 'lock')

    def assertUnsafe(self, *words):
        before = _mode(self.path)
        error = self.assertRaises(private_files.Unsafe, self.make)
        for word in words:
            self.assertIn(word, str(error))
        self.assertEqual(before, _mode(self.path))

    def test_a_new_one(self):
        self.path = self.root / 'a' / 'b'
        self.make()
        self.assertEqual(0o700, _mode(self.path))

    def test_an_empty_one(self):
        self.path.mkdir(0o777)
        self.make()
        self.assertEqual(0o700, _mode(self.path))

    def test_that_of_an_earlier_run(self):
        self.path.mkdir(0o755)
        self.other.touch(0o644)
        for name in ('lock', 'old.log'):
            (self.path / name).touch(0o666)
        (self.path / 'link').symlink_to(self.other)
        self.make()
        self.assertEqual(0o700, _mode(self.path))
        self.assertEqual(0o600, _mode(self.path / 'lock'))
        self.assertEqual(0o600, _mode(self.path / 'old.log'))
        self.assertEqual(0o644, _mode(self.other))

    def test_others_keep_their_modes(self):
        self.path.mkdir(0o755)
        (self.path / 'file').touch(0o644)
        self.assertUnsafe('new or an empty')
        (self.path / 'lock').touch()
        self.path.chmod(0o1777)
        self.assertUnsafe('new or an empty')

    def test_a_private_one_with_other_files(self):
        self.path.mkdir(0o700)
        (self.path / 'file').touch(0o600)
        self.make()

    def test_a_link(self):
        self.other.mkdir(0o755)
        self.path.symlink_to(self.other)
        self.assertUnsafe('symbolic link')
        self.assertEqual(0o755, _mode(self.other))

    def test_a_file(self):
        self.path.touch()
        self.assertRaises(NotADirectoryError, self.make)

    def test_that_of_another_user(self):
        if os.geteuid() != 0:
            self.skipTest('Only root can make one.')
        self.path.mkdir(0o777)
        os.chown(self.path, 65534, 65534)
        self.assertUnsafe('another user')


@ddt.ddt
class TestFile(_FilesTestCase):
    def test_a_new_one(self):
        private_files.write(self.path, 'text')
        self.assertEqual('text', self.path.read_text())
        self.assertEqual(0o600, _mode(self.path))

    def test_an_old_one(self):
        self.path.write_text('a longer text')
        self.path.chmod(0o666)
        private_files.write(self.path, 'text')
        self.assertEqual('text', self.path.read_text())
        self.assertEqual(0o600, _mode(self.path))

    def assertUnsafe(self):
        for function in (
            private_files.prepare,
            private_files.prepare_database,
            lambda path: private_files.write(path, 'text'),
        ):
            self.assertRaises(private_files.Unsafe, function, self.path)

    def test_a_link(self):
        self.other.write_text('precious')
        self.other.chmod(0o644)
        self.path.symlink_to(self.other)
        self.assertUnsafe()
        self.assertEqual('precious', self.other.read_text())
        self.assertEqual(0o644, _mode(self.other))

    def test_a_link_to_nothing(self):
        self.path.symlink_to(self.other)
        self.assertUnsafe()
        self.assertFalse(self.other.exists())

    def test_a_second_name(self):
        self.other.write_text('precious')
        self.path.hardlink_to(self.other)
        self.assertUnsafe()

    def test_a_pipe(self):
        os.mkfifo(self.path)
        self.assertRaises(OSError, private_files.write, self.path, 'text')
        self.assertRaises(
            private_files.Unsafe, private_files.prepare, self.path
        )

    @ddt.data('-wal', '-shm', '-journal')
    def test_what_is_beside_a_database(self, suffix):
        beside = self.root / f'it{suffix}'
        beside.touch(0o644)
        private_files.prepare_database(self.path)
        self.assertEqual(0o600, _mode(self.path))
        self.assertEqual(0o600, _mode(beside))
        beside.unlink()
        beside.symlink_to(self.other)
        self.assertRaises(
            private_files.Unsafe, private_files.prepare_database, self.path
        )
