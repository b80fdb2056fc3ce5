# SPDX-License-Identifier: Apache-2.0
"""Every program that is installed has its page in the documentation."""

import configparser
import pathlib
import re

import testtools

_ROOT = pathlib.Path(__file__).parents[3]
#: Packages whose modules may be run.
_PACKAGES = ('ext_lib', 'nova_ext', 'sahara_ext')
_SETS_UP_LOG = re.compile(r'\blog(?:ging)?\.setup\(')
_PAGES = _ROOT / 'doc' / 'source' / 'cli'
#: Of a program that is another's: the page of our commands in it.
_PLUGIN = 'openstack'


def programs():
    """Return the names of the programs that are installed."""
    parser = configparser.ConfigParser()
    parser.read(_ROOT / 'setup.cfg')
    lines = parser['entry_points']['console_scripts'].split('\n')
    return sorted(line.split('=')[0].strip() for line in lines if line)


class TestPrograms(testtools.TestCase):
    def test_each_has_a_page(self):
        pages = sorted(path.stem for path in _PAGES.glob('*-*.rst'))
        self.assertEqual(programs(), pages)

    def test_each_is_listed(self):
        lines = (_PAGES / 'index.rst').read_text().splitlines()
        listed = [line.strip() for line in lines if line.startswith('   ')]
        self.assertEqual(sorted([*programs(), _PLUGIN]), sorted(listed[1:]))

    def test_each_escapes_what_it_logs(self):
        own = _ROOT / 'ext_lib' / 'log_lines.py'
        found = [
            path
            for package in _PACKAGES
            for path in (_ROOT / package).rglob('*.py')
            if 'tests' not in path.parts
            and _SETS_UP_LOG.search(path.read_text())
        ]
        self.assertEqual([own], found)
