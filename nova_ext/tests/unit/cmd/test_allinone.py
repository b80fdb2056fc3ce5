# SPDX-License-Identifier: Apache-2.0
"""The all-in-one starts where it is safe, and nowhere else."""

import fcntl
import pathlib

import fixtures
from oslo_config import cfg

from nova_ext.cmd import allinone
from nova_ext.tests import base


class RefusalTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.state = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path, 'state'
        )
        self.err = self.useFixture(fixtures.StringStream('err')).stream
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', self.err))
        # Programs configure logging for the whole process.
        self.useFixture(
            fixtures.MonkeyPatch(
                'oslo_log.log.setup', lambda *args, **kwargs: None
            )
        )

    def run_it(self, *arguments: str) -> str:
        """Run the program, which is to refuse; return what it says."""
        conf = cfg.ConfigOpts()
        self.addCleanup(conf.reset)
        status = allinone.main(
            ['--state-dir', str(self.state), *arguments], conf
        )
        self.assertEqual(1, status)
        self.err.seek(0)
        return str(self.err.read())

    def test_address_others_can_reach(self) -> None:
        for host in ('0.0.0.0', '::', '192.0.2.1', ''):
            self.assertIn('--force-noauth', self.run_it('--host', host))

    def test_unknown_address(self) -> None:
        self.assertIn(
            'nova-ext-allinone:', self.run_it('--host', 'nowhere.invalid')
        )

    def test_directory_in_use(self) -> None:
        self.state.mkdir(mode=0o700)
        with (self.state / 'lock').open('w') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertIn('in use', self.run_it())

    def test_links_in_the_directory(self) -> None:
        self.state.mkdir()
        other = self.state.parent / 'other'
        for name in (
            'lock',
            'nova-ext.log',
            'nova_ext.sqlite',
            'nova_ext.sqlite-wal',
            'trail.sqlite',
            'clouds.yaml',
        ):
            link = self.state / name
            link.unlink(missing_ok=True)
            link.symlink_to(other)
            self.assertIn(f'{name} is a symbolic link', self.run_it())
            self.assertFalse(other.exists())
            link.unlink()

    def test_directory_that_is_a_link(self) -> None:
        other = self.state.parent / 'other'
        other.mkdir()
        self.state.symlink_to(other)
        self.assertIn('is a symbolic link', self.run_it())
        self.assertEqual([], list(other.iterdir()))

    def test_directory_of_other_files(self) -> None:
        self.state.mkdir(mode=0o755)
        self.state.chmod(0o755)
        (self.state / 'file').touch()
        self.assertIn('name a new or an empty', self.run_it())
        self.assertEqual(0o755, self.state.stat().st_mode & 0o777)

    def test_directory_that_is_a_file(self) -> None:
        self.state.touch()
        self.assertIn('nova-ext-allinone:', self.run_it())


class LoopbackTestCase(base.TestCase):
    def test_addresses(self) -> None:
        for host in ('127.0.0.1', '127.1.2.3', '::1', 'localhost'):
            self.assertTrue(allinone._is_loopback(host), host)
