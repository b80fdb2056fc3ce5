# SPDX-License-Identifier: Apache-2.0
"""A host without a database works on objects through a conductor."""

import sys

from oslo_utils import uuidutils
from oslo_versionedobjects import base as ovo_base
from oslo_versionedobjects import fields

from ext_lib import indirection
from ext_lib import objects
from ext_lib import service
from ext_lib.testing import peer
from nova_ext import exception
from nova_ext.objects import base
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import EventResult
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.objects.instance_fault import InstanceFault
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList
from nova_ext.objects.service import Service
from nova_ext.tests import base as test_base

EVENT = 'compute_stop_instance'


class Conductor(service.Manager):
    def endpoints(self):
        return [indirection.ObjectServer(base.NovaExtObject)]


class RemoteTestCase(test_base.MessagingTestCase):
    def setUp(self):
        super().setUp()
        self.rpc.serve(Conductor(), self.rpc.topic)
        self.instance = Instance(
            self.context,
            project_id=self.context.project_id,
            vm_state=VMState.ACTIVE,
            metadata={'a': '1'},
        )
        self.instance.create()
        self.uuid = self.instance.uuid
        self.action = InstanceAction.action_start(
            self.context, self.uuid, ActionName.STOP
        )

    def be_elsewhere(self):
        client = self.rpc.client(self.rpc.topic)
        self.useFixture(peer.Elsewhere(base.NovaExtObject, client))


class TestRemote(RemoteTestCase):
    def setUp(self):
        super().setUp()
        self.be_elsewhere()

    def get(self):
        return Instance.get_by_uuid(self.context, self.uuid)

    def test_a_server_arrives_whole(self):
        instance = self.get()
        self.assertEqual({'a': '1'}, instance.metadata)
        self.assertIsNone(instance.created_at.tzinfo)
        self.assertIsNone(instance.fault)
        self.assertEqual(set(), instance.obj_what_changed())

    def test_a_fault_arrives_with_its_server(self):
        InstanceFault.from_exception(
            self.context, self.uuid, ValueError(), host='host1'
        ).create()
        self.assertEqual('ValueError', self.get().fault.message)

    def test_changes_are_stored(self):
        instance = self.get()
        instance.task_state = TaskState.POWERING_OFF
        instance.metadata = {'b': '2'}
        instance.save(expected_task_state=[None])
        self.assertEqual(set(), instance.obj_what_changed())
        self.assertIsNotNone(instance.updated_at)
        self.assertEqual(TaskState.POWERING_OFF, self.get().task_state)
        self.assertEqual({'b': '2'}, self.get().metadata)

    def test_a_lost_race_is_an_error_here(self):
        first, second = self.get(), self.get()
        first.task_state = TaskState.POWERING_OFF
        first.save(expected_task_state=[None])
        second.task_state = TaskState.REBOOTING
        self.assertRaises(
            exception.UnexpectedTaskStateError,
            *(second.save, [None]),
        )

    def test_what_is_not_there_is_an_error_here(self):
        uuid = uuidutils.generate_uuid()
        error = self.assertRaises(
            exception.InstanceNotFound,
            *(Instance.get_by_uuid, self.context, uuid),
        )
        self.assertEqual({'instance_id': uuid}, error.kwargs)
        self.assertRaises(
            exception.MigrationNotFound,
            *(Migration.get_by_id, self.context, 99),
        )

    def test_another_projects_server_stays_hidden(self):
        self.context.project_id = 'other'
        self.assertRaises(exception.InstanceNotFound, self.get)
        self.context = self.context.elevated()
        self.assertEqual(self.uuid, self.get().uuid)

    def test_what_was_not_loaded_is_fetched(self):
        ref = Instance.get_ref(self.context, self.uuid)
        self.assertEqual({'a': '1'}, ref.metadata)

    def test_a_server_is_deleted(self):
        instance = self.get()
        instance.destroy()
        self.assertIs(True, instance.deleted)
        self.assertRaises(exception.InstanceNotFound, instance.refresh)

    def test_a_list_arrives(self):
        found = InstanceList.get_by_filters(
            self.context, {'vm_state': [VMState.ACTIVE]}, limit=5
        )
        self.assertEqual([self.uuid], [i.uuid for i in found])

    def test_a_step_is_recorded(self):
        InstanceActionEvent.event_start(
            self.context, self.uuid, EVENT, want_result=False, host='host7'
        )
        try:
            raise ValueError('secret')
        except ValueError:
            _, error, frames = sys.exc_info()
        event = InstanceActionEvent.event_finish_with_failure(
            self.context,
            self.uuid,
            EVENT,
            exc_val=error,
            exc_tb=frames,
            host='host7',
        )
        self.assertEqual(EventResult.ERROR, event.result)
        self.assertIn('test_a_step_is_recorded', str(event.traceback))
        self.assertIsNotNone(event.details)
        (event,) = InstanceActionEventList.get_by_action(
            self.context, self.action.id
        )
        self.assertEqual('host7', event.host)

    def test_a_migration_belongs_to_the_caller(self):
        migration = Migration(
            self.context,
            instance_uuid=self.uuid,
            migration_type=MigrationType.LIVE_MIGRATION,
            status=MigrationStatus.QUEUED,
        )
        migration.create()
        self.assertEqual(self.context.user_id, migration.user_id)
        migration.status = MigrationStatus.RUNNING
        migration.save(expected_status=[MigrationStatus.QUEUED])
        (found,) = MigrationList.get_in_progress_by_instance(
            self.context, self.uuid
        )
        self.assertEqual(migration.uuid, found.uuid)
        migration.status = MigrationStatus.COMPLETED
        self.assertRaises(
            exception.InvalidMigrationState,
            *(migration.save, MigrationStatus.QUEUED),
        )

    def test_a_service_gives_signs_of_life(self):
        service = Service(
            self.context, host='host7', binary='nova-compute', report_count=0
        )
        service.create()
        service.report_count += 1
        service.save()
        found = Service.get_by_host_and_binary(
            self.context, 'host7', 'nova-compute'
        )
        self.assertEqual(1, found.report_count)


def old_event():
    """Return InstanceActionEvent as it was before it had a host."""

    class InstanceActionEvent(peer.PeerObject):
        OBJ_PROJECT_NAMESPACE = 'nova_ext'
        VERSION = '1.1'
        fields = {
            'created_at': objects.DateTimeField(nullable=True),
            'id': fields.IntegerField(),
            'event': fields.StringField(nullable=True),
            'action_id': fields.IntegerField(nullable=True),
            'start_time': objects.DateTimeField(nullable=True),
            'finish_time': objects.DateTimeField(nullable=True),
            'result': fields.StringField(nullable=True),
            'traceback': fields.StringField(nullable=True),
        }

        @classmethod
        @ovo_base.remotable
        def event_start(
            cls, context, instance_uuid, event_name, want_result=True
        ):
            raise AssertionError('ran here')

        @classmethod
        @ovo_base.remotable
        def event_finish_with_failure(
            cls,
            context,
            instance_uuid,
            event_name,
            exc_val=None,
            exc_tb=None,
            want_result=None,
        ):
            raise AssertionError('ran here')

    return InstanceActionEvent


class TestOldEvent(RemoteTestCase):
    """A compute service from before events had a host."""

    def setUp(self):
        super().setUp()
        self.old = old_event()
        self.peer = self.useFixture(
            peer.Peer(self.rpc.transport, self.rpc.topic, self.old)
        )

    def start(self, **kwargs):
        return self.old.event_start(self.context, self.uuid, EVENT, **kwargs)

    def test_it_records_a_step(self):
        started = self.start()
        self.assertIsInstance(started, self.old)
        self.assertEqual('1.1', started.VERSION)
        self.assertEqual(EVENT, started.event)
        ended = self.old.event_finish_with_failure(
            self.context, self.uuid, EVENT
        )
        self.assertEqual(started.id, ended.id)
        self.assertEqual(EventResult.SUCCESS, ended.result)

    def test_it_records_a_failure(self):
        self.start(want_result=False)
        ended = self.old.event_finish_with_failure(
            *(self.context, self.uuid, EVENT),
            exc_val='what',
            exc_tb='frames',
            want_result=True,
        )
        self.assertEqual(EventResult.ERROR, ended.result)
        self.assertEqual('frames', ended.traceback)
        (event,) = InstanceActionEventList.get_by_action(
            self.context, self.action.id
        )
        self.assertIsNone(event.details)

    def test_its_steps_have_no_host(self):
        self.start()
        (event,) = InstanceActionEventList.get_by_action(
            self.context, self.action.id
        )
        self.assertIsNone(event.host)

    def test_it_does_not_end_the_step_of_a_host(self):
        InstanceActionEvent.event_start(
            self.context, self.uuid, EVENT, host='host7'
        )
        self.assertRaises(
            exception.InstanceActionEventNotFound,
            *(self.old.event_finish_with_failure, self.context, self.uuid),
            EVENT,
        )

    def test_it_reads_a_step_of_today(self):
        sent = InstanceActionEvent.event_start(
            self.context, self.uuid, EVENT, host='host7'
        )
        received = self.peer.receive(self.context, sent)
        self.assertIsInstance(received, self.old)
        self.assertEqual(sent.id, received.id)
        self.assertEqual(sent.start_time, received.start_time)


def old_migration():
    """Return Migration as it was before it recorded who asked for it."""

    class Migration(peer.PeerObject):
        OBJ_PROJECT_NAMESPACE = 'nova_ext'
        VERSION = '1.6'
        fields = {
            'id': fields.IntegerField(),
            'uuid': fields.UUIDField(),
            'instance_uuid': fields.StringField(nullable=True),
            'status': fields.StringField(nullable=True),
            'migration_type': fields.StringField(),
        }

        @classmethod
        @ovo_base.remotable
        def get_by_id(cls, context, migration_id):
            raise AssertionError('ran here')

        @ovo_base.remotable
        def create(self):
            raise AssertionError('ran here')

        @ovo_base.remotable
        def save(self):
            raise AssertionError('ran here')

    return Migration


class TestOldMigration(RemoteTestCase):
    """A compute service from before migrations had a user."""

    def setUp(self):
        super().setUp()
        self.old = old_migration()
        self.useFixture(
            peer.Peer(self.rpc.transport, self.rpc.topic, self.old)
        )
        self.migration = Migration(
            self.context,
            instance_uuid=self.uuid,
            migration_type=MigrationType.RESIZE,
            status=MigrationStatus.MIGRATING,
        )
        self.migration.create()

    def test_it_reads_and_changes_one_of_today(self):
        migration = self.old.get_by_id(self.context, self.migration.id)
        self.assertEqual('1.6', migration.VERSION)
        migration.status = MigrationStatus.FINISHED
        migration.save()
        found = Migration.get_by_id(self.context, self.migration.id)
        self.assertEqual(MigrationStatus.FINISHED, found.status)
        self.assertEqual(self.context.user_id, found.user_id)

    def test_the_caller_of_one_it_creates_is_remembered(self):
        migration = self.old(
            self.context,
            instance_uuid=self.uuid,
            migration_type=MigrationType.RESIZE,
        )
        migration.create()
        found = Migration.get_by_id(self.context, migration.id)
        self.assertEqual(self.context.user_id, found.user_id)
        self.assertEqual(self.context.project_id, found.project_id)
