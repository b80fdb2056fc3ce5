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

    def test_nor_after_a_factory_failed(self):
        self.assertRaises(KeyError, self.load, 'first', 'broken')
        self.assertRaises(LookupError, loading.current_conf)
