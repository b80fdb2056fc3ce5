# SPDX-License-Identifier: Apache-2.0
"""Libraries that processes do not import, as they have no use for them."""

import os
import pathlib
import subprocess
import sys

import fixtures
from oslotest import base

#: Of a resolver of names, of keystone, of brokers, and of the migration of
#: databases.
_NEEDLESS = (
    'alembic',
    'dns',
    'keystoneclient',
    'keystonemiddleware',
    'kombu',
    'mako',
    'migrate',
    'oslo_cache',
)
#: Of databases that are not configured, and of objects that no answer of the
#: audit shows.
_OF_OTHERS = (
    'nova_ext.objects.service',
    'nova_ext.objects.task',
    'sqlalchemy.dialects.postgresql',
)
#: Begins the list of modules, behind all other output.
_MARK = 'imported: '
_SHOW = f'import sys\nprint({_MARK!r} + " ".join(sys.modules))\n'
_ANSWER = """
import importlib
from oslo_config import cfg
for name in {names!r}:
    for argument in ('--help', '--version'):
        try:
            importlib.import_module(name).main([argument], cfg.ConfigOpts())
        except SystemExit as error:
            assert not error.code, (name, error)
"""
_THRESHOLD = """
import gc
assert gc.get_threshold() == usual, gc.get_threshold()
assert gc.get_freeze_count() > 100_000, gc.get_freeze_count()
"""


class TestLibraries(base.BaseTestCase):
    def imported(self, code):
        """Return the modules that a process imports which runs ``code``."""
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        path = directory / 'service.conf'
        path.write_text(
            f'[database]\nconnection = sqlite:///{directory}/database\n'
            '[api]\nauth_strategy = noauth\n'
            '[DEFAULT]\ntransport_url = fake://\n'
        )
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', code + _SHOW],
            env={
                **os.environ,
                'OS_NOVA_EXT_CONFIG_FILES': str(path),
                'OS_SAHARA_EXT_CONFIG_FILES': str(path),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.assertEqual(0, done.returncode, done.stdout)
        said = done.stdout.rpartition(_MARK)[2]
        return set(said.split())

    def check(self, code):
        imported = self.imported(code)
        self.assertIn('oslo_config', imported)
        self.assertEqual(set(), imported.intersection(_NEEDLESS))
        return imported

    def test_compute_api(self):
        self.check('import nova_ext.wsgi.api\n')

    def test_audit(self):
        imported = self.check('import nova_ext.wsgi.audit\n')
        self.assertEqual(set(), imported.intersection(_OF_OTHERS))

    def test_data_processing_api(self):
        self.check('import sahara_ext.wsgi.api\n')

    def test_programs_of_servers(self):
        names = ('allinone', 'compute', 'conductor', 'manage', 'status')
        self.check(_answers('nova_ext', names))

    def test_programs_of_clusters(self):
        self.check(_answers('sahara_ext', ('engine', 'manage', 'status')))

    def test_search_for_garbage_is_as_usual_but_not_in_what_was_loaded(self):
        self.imported(
            'import gc\nusual = gc.get_threshold()\n'
            f'import nova_ext.wsgi.audit\n{_THRESHOLD}'
        )


def _answers(package, programs):
    names = [f'{package}.cmd.{program}' for program in programs]
    return _ANSWER.format(names=names)
