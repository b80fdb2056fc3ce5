# SPDX-License-Identifier: Apache-2.0
"""The caller stays the same, wherever the context goes."""

import datetime
from typing import Any

from oslo_config import cfg
from oslo_context import context as oslo_context
from oslo_policy import policy as oslo_policy
from oslotest import base

from ext_lib import context
from ext_lib import exception
from ext_lib import policy

_NOW = datetime.datetime.fromisoformat('2026-01-02T03:04:05.000060')
_RULES = (oslo_policy.RuleDefault('things:all', 'role:admin'),)


def _caller(**kwargs):
    values: dict[str, Any] = {
        'user_id': 'jo',
        'project_id': 'demo',
        'roles': ['member'],
        'overwrite': False,
    }
    return context.RequestContext(**values | kwargs)


def _enforcer():
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[])
    return policy.Enforcer(conf, _RULES)


class TestTimestamp(base.BaseTestCase):
    def test_given(self):
        self.assertEqual(_NOW, _caller(timestamp=_NOW).timestamp)

    def test_given_as_text(self):
        found = _caller(timestamp=_NOW.isoformat())
        self.assertEqual(_NOW, found.timestamp)

    def test_now(self):
        before = datetime.datetime.now(datetime.timezone.utc)
        found = _caller().timestamp
        self.assertIsNone(found.tzinfo)
        self.assertLessEqual(before.replace(tzinfo=None), found)


class TestCan(base.BaseTestCase):
    def test_refused(self):
        caller = _caller(enforcer=_enforcer())
        self.assertFalse(caller.can('things:all', {}, fatal=False))
        self.assertRaises(
            exception.PolicyNotAuthorized, caller.can, 'things:all', {}
        )

    def test_allowed(self):
        caller = _caller(enforcer=_enforcer(), roles=['admin'])
        self.assertTrue(caller.can('things:all', {}))

    def test_outside_of_the_api(self):
        self.assertRaises(RuntimeError, _caller().can, 'things:all', {})


class TestElevated(base.BaseTestCase):
    def test_more_rights_for_the_same_caller(self):
        caller = _caller(timestamp=_NOW, enforcer=_enforcer())
        elevated = caller.elevated()
        self.assertTrue(elevated.is_admin)
        self.assertTrue(elevated.can('things:all', {}))
        for name in ('user_id', 'project_id', 'request_id', 'timestamp'):
            self.assertEqual(getattr(caller, name), getattr(elevated, name))

    def test_the_original_stays_as_it_is(self):
        caller = _caller()
        caller.elevated()
        self.assertFalse(caller.is_admin)
        self.assertEqual(['member'], caller.roles)

    def test_elevated_once_is_elevated(self):
        elevated = _caller().elevated()
        self.assertIs(True, elevated.elevated().is_admin)
        self.assertEqual(['member', 'admin'], elevated.roles)


class TestTransport(base.BaseTestCase):
    def test_there_and_back(self):
        caller = _caller(
            timestamp=_NOW,
            is_admin=True,
            global_request_id='req-8c6ab0bc-09ff-4df0-8a8a-a3ebbd2bcb9c',
        )
        copy = context.RequestContext.from_dict(caller.to_dict())
        self.assertEqual(caller.to_dict(), copy.to_dict())
        self.assertEqual(_NOW, copy.timestamp)
        self.assertIs(True, copy.is_admin)
        self.assertIsNone(copy.enforcer)

    def test_what_a_newer_peer_adds_is_ignored(self):
        values = _caller().to_dict() | {'colour': 'blue'}
        found = context.RequestContext.from_dict(values)
        self.assertEqual('jo', found.user_id)

    def test_a_peer_that_does_not_know_the_timestamp(self):
        values = _caller().to_dict()
        del values['timestamp']
        found = context.RequestContext.from_dict(values)
        self.assertIsInstance(found.timestamp, datetime.datetime)


class TestAdminContext(base.BaseTestCase):
    def test_the_service_itself_has_no_name(self):
        found = context.get_admin_context()
        self.assertIs(True, found.is_admin)
        self.assertEqual(['admin'], found.roles)
        self.assertIsNone(found.user_id)
        self.assertIsNone(found.project_id)

    def test_the_current_context_is_not_replaced(self):
        caller = context.RequestContext(user_id='jo')
        context.get_admin_context()
        self.assertIs(caller, oslo_context.get_current())
