# SPDX-License-Identifier: Apache-2.0
"""Modules for WSGI servers say in one line why there is no application."""

import os
import subprocess
import sys

from ext_lib.testing import failing_start

PASSWORD = failing_start.PASSWORD


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
                timeout=240,
            )
            self.assertEqual(3, done.returncode, done.stderr)
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


class TestAuditOfCells(failing_start.StartTestCase):
    """An audit of cells starts with their databases, and with no other."""

    def load(self, connection):
        name = self.write(
            'cells.conf',
            f'[cells]\ndatabases = one\n[one]\nconnection = {connection}\n',
        )
        variables = {**os.environ, **self.variables}
        variables.pop('OS_DATABASE__CONNECTION', None)
        return subprocess.run(
            [sys.executable, '-c', 'import nova_ext.wsgi.audit'],
            cwd=self.directory,
            env={**variables, 'OS_NOVA_EXT_CONFIG_FILES': name},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def test_it_needs_no_other_database(self):
        done = self.load(f'sqlite:///{self.directory}/cell.sqlite')
        self.assertEqual(0, done.returncode, done.stderr)

    def test_a_cell_without_a_url_is_named(self):
        done = self.load(f'u:{PASSWORD}@h')
        self.assertEqual(3, done.returncode, done.stderr)
        self.check_line(
            done.stderr, 'nova_ext.wsgi.audit', ('[one] connection',)
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
                timeout=240,
            )
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertNotIn('ventlet', done.stderr)
