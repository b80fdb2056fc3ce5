# SPDX-License-Identifier: Apache-2.0
"""Factories named in a paste file get the configuration."""

import pathlib

import fixtures
from oslo_config import cfg
from oslotest import base as test_base
import webob

from ext_lib.wsgi import loading

_PASTE = f"""
[pipeline:main]
pipeline = shout thing

[app:thing]
paste.app_factory = {__name__}:app_factory
word = yes

[filter:shout]
paste.filter_factory = {__name__}:filter_factory

[pipeline:twice]
pipeline = part part thing

[filter:part]
paste.filter_factory = {__name__}:part_factory

[app:broken]
paste.app_factory = {__name__}:broken_factory
"""


def app_factory(global_conf, word):
    """Return an application that says ``word`` and its project's name."""
    return webob.Response(f'{word} {loading.current_conf().project}')


def filter_factory(global_conf):
    """Return a filter that adds the project's name as a header."""
    project = loading.current_conf().project

    def shout(app):
        app.headers['Project'] = project
        return app

    return shout


_parts = []


def part_factory(global_conf):
    """Return a filter that does nothing, and note the part it shares."""
    _parts.append(loading.shared(object))
    return lambda app: app


def broken_factory(global_conf):
    """Fail."""
    raise KeyError(loading.current_conf().project)


class TestLoading(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        directory = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(directory, 'api-paste.ini')
        path.write_text(_PASTE)
        self.path = str(path)

    def load(self, project, name='main'):
        conf = cfg.ConfigOpts()
        conf([], project=project, default_config_files=[])
        return loading.loadapp(conf, self.path, name)

    def test_each_application_has_its_own_configuration(self):
        first, second = self.load('first'), self.load('second')
        for app, project in ((first, 'first'), (second, 'second')):
            response = webob.Request.blank('/').get_response(app)
            self.assertEqual(f'yes {project}', response.text)
            self.assertEqual(project, response.headers['Project'])

    def test_outside_of_loading_there_is_none(self):
        self.load('first')
        self.assertRaises(LookupError, loading.current_conf)
        self.assertRaises(LookupError, loading.shared, object)

    def test_parts_are_shared_within_an_application(self):
        self.addCleanup(_parts.clear)
        for _ in range(2):
            self.load('first', 'twice')
        first, again, second, last = _parts
        self.assertIs(first, again)
        self.assertIs(second, last)
        self.assertIsNot(first, second)

    def test_nor_after_a_factory_failed(self):
        self.assertRaises(KeyError, self.load, 'first', 'broken')
        self.assertRaises(LookupError, loading.current_conf)


class TestPasteFile(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        self.conf.register_opt(cfg.StrOpt('api_paste_config'), 'wsgi')
        self.conf([], project='test', default_config_files=[])
        directory = self.useFixture(fixtures.TempDir()).path
        self.prefix = pathlib.Path(directory)
        self.useFixture(fixtures.MonkeyPatch('sys.prefix', directory))

    def find(self, name):
        self.conf.set_override('api_paste_config', name, 'wsgi')
        return loading.paste_file(self.conf, 'things')

    def test_it_is_beside_the_installed_package(self):
        path = self.prefix / 'etc' / 'things' / 'things-paste.ini'
        path.parent.mkdir(parents=True)
        path.touch()
        self.assertEqual(str(path), self.find('things-paste.ini'))

    def test_a_path_is_taken_as_it_is(self):
        path = self.prefix / 'other.ini'
        path.touch()
        self.assertEqual(str(path), self.find(str(path)))

    def test_or_it_is_nowhere(self):
        self.assertRaises(
            loading.PasteFileNotFound, self.find, 'things-paste.ini'
        )
