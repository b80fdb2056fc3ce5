# SPDX-License-Identifier: Apache-2.0
"""The fake plugin refuses faults that it could not inject."""

from ext_lib import context
from sahara_ext import exception
from sahara_ext.engine import builders
from sahara_ext.plugins.fake import FakePlugin
from sahara_ext.tests import base
from sahara_ext.tests import requested


class TestValidation(base.TestCase):
    def validate(self, **asked):
        plugin = FakePlugin(self.conf)
        caller = context.RequestContext(user_id='me', project_id='us')
        plugin.validate(
            builders.cluster(caller, requested.values(**asked), 'demo')
        )

    def check_refused(self, text, **asked):
        error = self.assertRaises(
            exception.InvalidConfiguration, self.validate, **asked
        )
        self.assertIn(text, str(error))

    def test_everything_there_is_to_ask_for(self):
        self.validate()
        self.validate(fail_step='Launching instances', seconds=0.5)
        self.validate(fail_instances=0, seconds=0)
        self.validate(fail_step='Decommissioning instances', fail_instances=3)

    def test_steps_that_are_none(self):
        self.check_refused('Launching rockets', fail_step='Launching rockets')
        # The message says which there are.
        self.check_refused('Waiting for ssh', fail_step='')

    def test_steps_of_other_clouds(self):
        self.settings.set('infra', driver='compute')
        self.validate(fail_step='Starting processes')
        self.check_refused('Waiting', fail_step='Waiting for ssh')

    def test_values_of_the_wrong_kind(self):
        for name, value in (
            ('fail_step', 3),
            ('fail_instances', '3'),
            ('fail_instances', -1),
            ('fail_instances', True),
            ('fail_instances', 1.5),
            ('seconds', '1'),
            ('seconds', -0.5),
            ('seconds', float('inf')),
            ('seconds', float('nan')),
            ('fail', 'always'),
        ):
            self.check_refused(name, **{name: value})
