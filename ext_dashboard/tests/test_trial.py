# SPDX-License-Identifier: Apache-2.0
"""The parts of a trial dashboard, and errors at its start."""

import contextlib
import io
import pathlib
import socket
import stat
import tempfile
import unittest
from unittest import mock

from ext_dashboard.trial import command
from ext_dashboard.trial import horizon
from ext_dashboard.trial import place as places
from ext_dashboard.trial.children import Child
from ext_dashboard.trial.children import Children
from ext_lib.startup_errors import NotStarted


class TrialCase(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.state = pathlib.Path(directory.name, 'state')

    def place(self, host='127.0.0.1'):
        return places.make(self.state, host, places.PORTS)


class PlaceTest(TrialCase):
    def test_url(self):
        self.assertEqual(
            'http://127.0.0.1:15000/v3', self.place().url('identity')
        )
        self.assertEqual(
            'http://[::1]:18080/', self.place('::1').url('dashboard')
        )

    def test_passwords_stay_the_same(self):
        first = self.place().password('demo')
        self.assertEqual(first, self.place().password('demo'))
        self.assertNotEqual(first, self.place().password('admin'))

    def test_files_are_private(self):
        place = self.place()
        place.password('demo')
        for path in (place.state, place.state / 'secrets.json'):
            self.assertEqual(0, stat.S_IMODE(path.stat().st_mode) & 0o077)


class CommandTest(TrialCase):
    def run_command(self, *arguments):
        """Return the exit status of the program, and its complaint."""
        said = io.StringIO()
        status: object
        with contextlib.redirect_stderr(said):
            try:
                status = command.main(
                    [
                        *('--state-dir', str(self.state)),
                        *('--dashboard-port', '0', '--identity-port', '0'),
                        *('--compute-port', '0'),
                        *('--data-processing-port', '0', *arguments),
                    ]
                )
            except SystemExit as error:
                status = error.code
        return status, said.getvalue()

    def test_port_that_is_taken(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            port = taken.getsockname()[1]
            status, said = self.run_command('--identity-port', str(port))
        self.assertEqual(1, status)
        self.assertEqual(
            f'nova-ext-dashboard: 127.0.0.1:{port}: Address already in use.\n',
            said,
        )

    def test_every_address(self):
        status, said = self.run_command('--host', '0.0.0.0')
        self.assertEqual(1, status)
        self.assertIn('one address', said)

    def test_two_in_one_directory(self):
        place = self.place()
        with command.alone_in(place):
            status, said = self.run_command()
        self.assertEqual(1, status)
        self.assertEqual(
            f'nova-ext-dashboard: {place.state} is in use by another '
            'process.\n',
            said,
        )

    def test_option_that_does_not_exist(self):
        status, said = self.run_command('--nonsense')
        self.assertEqual(2, status)
        self.assertEqual(1, said.count('\n'), said)

    def test_horizon_that_is_not_installed(self):
        with mock.patch(
            'importlib.util.find_spec', autospec=True, return_value=None
        ):
            self.assertRaisesRegex(
                NotStarted, 'openstack_dashboard is not', horizon.install
            )


class ChildrenTest(TrialCase):
    def child(self, module, *arguments):
        log = self.place().log('child')
        return Child('child', module, list(arguments), log, {})

    def test_child_that_ends(self):
        child = self.child('http.server', 'no-port')
        with Children() as children:
            children.add(child)
            self.assertRaisesRegex(
                NotStarted,
                "child has ended: .*invalid int value: 'no-port' .see .*child",
                child.wait,
                'http://127.0.0.1:9/',
            )

    def test_child_that_answers_and_ends_with_the_others(self):
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        with Children() as children:
            child = children.add(
                self.child('http.server', '--bind', '127.0.0.1', str(port))
            )
            child.wait(f'http://127.0.0.1:{port}/')
            children.check()
        self.assertRaises(NotStarted, child.check)
        with socket.create_server(('127.0.0.1', port)):
            pass
