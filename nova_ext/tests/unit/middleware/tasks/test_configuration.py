# SPDX-License-Identifier: Apache-2.0
"""Unit tests of the filter's own file, and of the sample of it."""

import pathlib
import re

import fixtures
from oslo_config import cfg
import webob

from nova_ext.conf import opts
from nova_ext.db.facade import facade
from nova_ext.middleware import tasks
from nova_ext.middleware.tasks import configuration
from nova_ext.tests import base

_SAMPLE = (
    pathlib.Path(__file__)
    .parents[5]
    .joinpath('etc', 'nova_ext', 'nova-ext-tasks.conf.sample')
)
_DEFAULT = re.compile(r'^#(\w+) = (.*)$', re.MULTILINE)


class TestConf(base.TestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(facade.reset)

    def test_the_sample_names_options_and_their_defaults(self):
        conf = configuration.load(str(_SAMPLE))
        known = cfg.ConfigOpts()
        opts.register_opts(known)
        known([], project='x', default_config_files=[])
        found = dict(_DEFAULT.findall(_SAMPLE.read_text()))
        self.assertEqual(
            {name: str(known.tasks[name]) for name in found}, found
        )
        self.assertIn('PASSWORD', conf.database.connection)

    def test_the_environment_is_anothers(self):
        self.useFixture(
            fixtures.EnvironmentVariable('OS_TASKS__STORE_TIMEOUT', '77')
        )
        conf = configuration.load(str(_SAMPLE))
        self.assertEqual(5, conf.tasks.store_timeout)

    def test_a_file_that_makes_no_sense_is_as_good_as_none(self):
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'x')
        for text in (
            None,
            '[database\n',
            '[tasks]\nstore_timeout = soon\n',
            '[oslo_policy]\npolicy_file = missing.yaml\n',
        ):
            if text is not None:
                path.write_text(text)
            conf = configuration.load(str(path))
            self.assertEqual(5, conf.tasks.store_timeout)
            self.assertIsNone(conf.database.connection)

    def test_the_application_answers_without_a_policy_file(self):
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'x')
        path.write_text('[oslo_policy]\npolicy_file = missing.yaml\n')
        factory = tasks.filter_factory({}, config_file=str(path))
        request = webob.Request.blank('/servers', method='POST')
        answer = request.get_response(factory(webob.Response(text='nova')))
        self.assertEqual('nova', answer.text)

    def test_no_file_in_the_pipeline_of_another(self):
        conf = configuration.load(None)
        self.assertEqual(5, conf.tasks.store_timeout)
        self.assertIsNone(conf.database.connection)

    def test_a_filter_without_a_file_lets_the_other_answer(self):
        factory = tasks.filter_factory({})
        request = webob.Request.blank('/servers', method='POST')
        answer = request.get_response(factory(webob.Response(text='nova')))
        self.assertEqual('nova', answer.text)
