# SPDX-License-Identifier: Apache-2.0
"""Accepted operations that no task state belongs to any more."""

import datetime

from oslo_utils import timeutils

from ext_lib import context
from nova_ext.conductor.redelivery import Redelivery
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.tests import base
from nova_ext.tests.unit.wire import Wire

CONTROLLER = 'controller'
LOST = ('controller', 'Error')


class NotBegunTestCase(base.DatabaseTestCase):
    def setUp(self):
        super().setUp()
        self.admin = context.get_admin_context()
        self.instance = Instance(
            self.context, project_id=base.PROJECT, user_id=base.USER
        )
        self.instance.create()

    def accept(self, action, seconds_ago=0):
        """Record an action that does not begin; return its number."""
        asker = context.RequestContext(
            user_id=base.USER,
            project_id=base.PROJECT,
            timestamp=timeutils.utcnow()
            - datetime.timedelta(seconds=seconds_ago),
            overwrite=False,
        )
        return InstanceAction.action_start(
            asker, self.instance.uuid, action
        ).id

    def steps(self, action):
        return [
            (step.host, step.result)
            for step in InstanceActionEventList.get_by_action(
                self.admin, action
            )
        ]

    def end(self, lost_after=0):
        wire = Wire()
        Redelivery(
            CONTROLLER,
            wire,  # type: ignore[arg-type]
            wire,  # type: ignore[arg-type]
        ).end_superseded(self.admin, lost_after)

    def test_of_a_deleted_server(self):
        create, delete = self.accept('create'), self.accept('delete')
        self.instance.destroy()
        self.end()
        self.assertEqual([LOST], self.steps(create))
        self.assertEqual([], self.steps(delete))

    def test_of_a_server_at_rest(self):
        action = self.accept('live_migration_cancel')
        self.end()
        self.end()
        self.assertEqual([LOST], self.steps(action))

    def test_a_task_may_still_be_begun(self):
        action = self.accept('stop')
        self.instance.task_state = 'powering-off'
        self.instance.save()
        self.end()
        self.assertEqual([], self.steps(action))

    def test_a_confirmation_is_sent_again_by_others(self):
        action = self.accept('confirmResize')
        self.end()
        self.assertEqual([], self.steps(action))

    def test_messages_take_their_time(self):
        recent, old = self.accept('stop'), self.accept('stop', 61)
        self.end(lost_after=60)
        self.assertEqual([], self.steps(recent))
        self.assertEqual([LOST], self.steps(old))
