# SPDX-License-Identifier: Apache-2.0
"""The files in etc fit each other, the package and the install guide."""

import configparser
from importlib import util
import pathlib
import re
import shlex

import testtools

from ext_lib.tests.unit import test_programs

_ROOT = pathlib.Path(__file__).parents[3]
_ETC = _ROOT / 'etc'
_GUIDE = _ROOT / 'doc' / 'source' / 'install' / 'source.rst'

#: uWSGI's, without which it does not do what the documentation says.
_SWITCHES = (
    'enable-threads',
    'lazy-apps',
    'need-app',
    'master',
    'die-on-term',
)


def sections(path):
    """Return what a file in the style of INI holds."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read_string(path.read_text())
    return {name: dict(parser[name]) for name in parser.sections()}


def units():
    """Return the section Service of each unit by the unit's name."""
    paths = sorted((_ETC / 'systemd').glob('*'))
    return {path.name: sections(path)['Service'] for path in paths}


def inis():
    """Return what is in each file for uWSGI by its name."""
    paths = sorted((_ETC / 'uwsgi').glob('*'))
    return {path.name: sections(path)['uwsgi'] for path in paths}


def users():
    """Return the users that are made, and their homes."""
    lines = [
        shlex.split(line, comments=True)
        for path in (_ETC / 'sysusers.d').glob('*.conf')
        for line in path.read_text().splitlines()
    ]
    return {words[1]: words[4] for words in lines if words[:1] == ['u']}


class TestUnits(testtools.TestCase):
    def test_all_are_complete(self):
        for path in sorted((_ETC / 'systemd').glob('*')):
            self.assertEqual('.service', path.suffix)
            self.assertEqual(
                ['Unit', 'Service', 'Install'], list(sections(path))
            )

    def test_each_starts_a_program_of_the_installation(self):
        programs = {}
        for name, unit in units().items():
            program, *arguments = shlex.split(unit['ExecStart'])
            path = pathlib.Path(program)
            self.assertEqual('bin', path.parent.name)
            programs[name] = path
            if path.name == 'uwsgi':
                self.assert_ini(name, arguments)
            else:
                self.assertIn(path.name, test_programs.programs())
                self.assertEqual(f'{path.name}.service', name)
        homes = {str(path.parents[1]) for path in programs.values()}
        self.assertEqual({ini['virtualenv'] for ini in inis().values()}, homes)
        self.assertIn(f'python3 -m venv {homes.pop()}\n', _GUIDE.read_text())

    def assert_ini(self, unit, arguments):
        option, ini = arguments
        self.assertEqual('--ini', option)
        directory, name = ini.rsplit('/', 1)
        self.assertEqual('/etc/uwsgi', directory)
        self.assertIn(name, inis())
        self.assertEqual(pathlib.Path(name).stem, pathlib.Path(unit).stem)

    def test_each_has_a_user_that_is_made(self):
        for name, unit in units().items():
            self.assertEqual(unit['User'], unit['Group'])
            self.assertIn(unit['User'], users())
            self.assertTrue(name.startswith(unit['User']))

    def test_each_reads_the_configuration_of_its_user(self):
        for unit in units().values():
            user = unit['User']
            self.assertIn(
                f'/etc/{user}/{user}.conf',
                f'{unit["ExecStart"]} {unit.get("Environment")}',
            )

    def test_a_state_directory_is_the_home_of_the_user(self):
        for unit in units().values():
            directory = unit.get('StateDirectory', unit['User'])
            self.assertEqual(users()[unit['User']], f'/var/lib/{directory}')


class TestUWSGI(testtools.TestCase):
    def test_each_has_a_unit(self):
        names = {pathlib.Path(name).stem for name in inis()}
        self.assertLessEqual(names, {name[:-8] for name in units()})

    def test_each_serves_an_application(self):
        for ini in inis().values():
            module, name = ini['module'].split(':')
            self.assertIsNotNone(util.find_spec(module))
            self.assertEqual('application', name)

    def test_no_two_listen_at_one_place(self):
        places = [ini['http-socket'] for ini in inis().values()]
        self.assertEqual(len(places), len(set(places)))

    def test_workers_end_what_they_are_at(self):
        for name, ini in inis().items():
            self.assertEqual(
                dict.fromkeys(_SWITCHES, 'true'),
                {switch: ini.get(switch) for switch in _SWITCHES},
            )
            self.assertEqual(
                'unix_signal:15 gracefully_kill_them_all',
                ini['hook-master-start'],
            )
            unit = units()[name.replace('.ini', '.service')]
            self.assertLess(
                int(ini['worker-reload-mercy']), int(unit['TimeoutStopSec'])
            )


class TestHAProxy(testtools.TestCase):
    """The file for HAProxy leads to where the audit listens."""

    def setUp(self):
        super().setUp()
        path = _ETC / 'haproxy' / 'nova-ext-audit.cfg'
        self.servers = re.findall(
            r'^ +server (\S+) (\S+) check( backup)?$',
            path.read_text(),
            re.MULTILINE,
        )

    def test_it_knows_the_address_of_the_audit(self):
        address = inis()['nova-ext-audit.ini']['http-socket']
        self.assertIn(('audit', address, ''), self.servers)

    def test_nova_answers_when_no_audit_does(self):
        [nova] = [address for name, address, end in self.servers if end]
        self.assertIn(('nova', nova, ''), self.servers)

    def test_the_guide_names_all_files(self):
        guide = _ROOT / 'doc' / 'source' / 'admin' / 'replica.rst'
        text = guide.read_text()
        for path in (
            'etc/haproxy/nova-ext-audit.cfg',
            'etc/uwsgi/nova-ext-audit.ini',
            'etc/systemd/nova-ext-audit.service',
        ):
            self.assertTrue((_ROOT / path).is_file())
            self.assertIn(f'literalinclude:: ../../../{path}\n', text)
            self.assertIn(f' {path}', text)
        # Of nova's metadata.
        self.assertNotIn('8775', text)
