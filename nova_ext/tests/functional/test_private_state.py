# SPDX-License-Identifier: Apache-2.0
"""Files of the all-in-one, readable by its own user only."""

import pathlib
import stat

from nova_ext.tests.functional import test_restart

_WRITTEN = {
    'clouds.yaml', 'lock', 'nova-ext.log', 'nova_ext.sqlite',
    'nova_ext.sqlite-shm', 'nova_ext.sqlite-wal', 'sahara_ext.sqlite',
    'trail.sqlite',
}  # fmt: skip


class PrivateStateTest(test_restart.RestartTestCase):
    """One directory, before and after a restart."""

    def modes(self):
        """Return the modes of the directory and of what is in it."""
        state = pathlib.Path(self.state)
        found = {path.name: path.stat().st_mode for path in state.iterdir()}
        found['.'] = state.stat().st_mode
        return {name: stat.S_IMODE(mode) for name, mode in found.items()}

    def assertPrivate(self):
        modes = self.modes()
        self.assertEqual(set(), _WRITTEN - modes.keys())
        self.assertEqual(0o700, modes.pop('.'))
        self.assertEqual({0o600}, {modes[name] for name in _WRITTEN})
        self.assertEqual([], [n for n, mode in modes.items() if mode & 0o077])

    def test_a_new_directory_and_one_of_an_earlier_release(self):
        self.start()
        self.admin.wait_for(self.admin.create('one'), 'ACTIVE')
        self.assertIn('token: admin:demo', self.service.output)
        self.assertPrivate()
        self.service.kill()
        # As they were made once; those of a killed process are there still.
        pathlib.Path(self.state).chmod(0o755)
        for path in pathlib.Path(self.state).iterdir():
            path.chmod(0o644)
        self.start()
        self.assertPrivate()
        self.assertEqual(0, self.service.stop())

    def test_nothing_is_printed_as_a_token_that_is_none(self):
        self.start(
            OS_API__AUTH_STRATEGY='keystone',
            OS_KEYSTONE_AUTHTOKEN__AUTH_TYPE='none',
        )
        output = self.service.output
        self.assertTrue(output.endswith('ready\n'), output)
        for text in ('token', 'admin:demo', 'clouds'):
            self.assertNotIn(text, output)
        self.assertFalse(pathlib.Path(self.service.clouds).exists())
