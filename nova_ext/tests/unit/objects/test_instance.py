# SPDX-License-Identifier: Apache-2.0
"""Servers are stored, found, changed in expected states, and deleted."""

from oslo_utils import uuidutils
from oslo_versionedobjects import exception as ovo_exception

from ext_lib import context
from nova_ext import exception
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.objects.instance_fault import InstanceFault
from nova_ext.tests import base


class InstanceTestCase(base.DatabaseTestCase):
    def create(self, **values):
        defaults = {
            'project_id': self.context.project_id,
            'user_id': self.context.user_id,
            'vm_state': VMState.ACTIVE,
            'display_name': 'web',
            'host': 'host1',
            'metadata': {'a': '1'},
            'system_metadata': {'b': '2'},
            'tags': ['blue'],
        }
        instance = Instance(self.context, **(defaults | values))
        instance.create()
        return instance

    def get(self, instance, **kwargs):
        return Instance.get_by_uuid(self.context, instance.uuid, **kwargs)


class TestInstanceCreate(InstanceTestCase):
    def test_it_has_an_identity_then(self):
        instance = self.create()
        self.assertTrue(uuidutils.is_uuid_like(instance.uuid))
        self.assertIsNotNone(instance.created_at)
        self.assertIs(False, instance.deleted)
        self.assertEqual(set(), instance.obj_what_changed())

    def test_a_uuid_that_was_given_stays(self):
        uuid = uuidutils.generate_uuid()
        self.assertEqual(uuid, self.create(uuid=uuid).uuid)

    def test_it_is_found_as_it_was_stored(self):
        found = self.get(self.create(power_state=PowerState.RUNNING))
        self.assertEqual('web', found.display_name)
        self.assertEqual(PowerState.RUNNING, found.power_state)
        self.assertEqual({'a': '1'}, found.metadata)
        self.assertEqual({'b': '2'}, found.system_metadata)
        self.assertEqual(['blue'], found.tags)
        self.assertIsNone(found.fault)

    def test_it_is_created_once(self):
        instance = self.create()
        self.assertRaises(ovo_exception.ObjectActionError, instance.create)


class TestInstanceGet(InstanceTestCase):
    def test_an_unknown_server_is_not_found(self):
        uuid = uuidutils.generate_uuid()
        for get in (Instance.get_by_uuid, Instance.get_ref):
            self.assertRaises(
                exception.InstanceNotFound, get, self.context, uuid
            )

    def test_another_projects_server_is_not_found(self):
        uuid = self.create(project_id='other').uuid
        for get in (Instance.get_by_uuid, Instance.get_ref):
            self.assertRaises(
                exception.InstanceNotFound, get, self.context, uuid
            )
            self.assertEqual(uuid, get(self.context.elevated(), uuid).uuid)

    def test_a_deleted_server_is_found_on_request(self):
        instance = self.create()
        instance.destroy()
        self.assertRaises(exception.InstanceNotFound, self.get, instance)
        self.assertIs(True, self.get(instance, read_deleted=True).deleted)

    def test_the_latest_fault_comes_along(self):
        instance = self.create()
        for message in ('first', 'second'):
            error = exception.NoValidHost(reason=message)
            InstanceFault.from_exception(
                self.context, instance.uuid, error, host='host1'
            ).create()
        self.assertIn('second', self.get(instance).fault.message)

    def test_a_whole_server_takes_three_statements_at_most(self):
        instance = self.create()
        before = len(self.statements)
        found = self.get(instance)
        _ = found.metadata, found.system_metadata, found.tags, found.fault
        self.assertLessEqual(len(self.statements) - before, 3)

    def test_a_reference_takes_one(self):
        instance = self.create()
        before = len(self.statements)
        ref = Instance.get_ref(self.context, instance.uuid)
        self.assertEqual('web', ref.display_name)
        self.assertEqual(1, len(self.statements) - before)

    def test_the_rest_of_a_reference_is_loaded_when_asked_for(self):
        ref = Instance.get_ref(self.context, self.create().uuid)
        self.assertNotIn('metadata', ref)
        self.assertEqual({'a': '1'}, ref.metadata)
        self.assertEqual(['blue'], ref.tags)
        self.assertEqual(set(), ref.obj_what_changed())

    def test_what_was_never_stored_cannot_be_loaded(self):
        instance = Instance(self.context)
        self.assertRaises(
            ovo_exception.ObjectActionError, getattr, instance, 'metadata'
        )


class TestInstanceSave(InstanceTestCase):
    def test_changes_are_stored(self):
        instance = self.create()
        instance.display_name = 'db'
        instance.metadata = {'c': '3'}
        instance.save()
        self.assertEqual(set(), instance.obj_what_changed())
        found = self.get(instance)
        self.assertEqual('db', found.display_name)
        self.assertEqual({'c': '3'}, found.metadata)
        self.assertEqual({'b': '2'}, found.system_metadata)

    def test_without_changes_nothing_is_asked(self):
        instance = self.create()
        before = len(self.statements)
        instance.save()
        self.assertEqual(before, len(self.statements))

    def test_it_learns_what_others_changed(self):
        instance = self.create()
        other = self.get(instance)
        other.vm_state = VMState.STOPPED
        other.save()
        instance.display_name = 'db'
        instance.save()
        self.assertEqual(VMState.STOPPED, instance.vm_state)
        self.assertEqual({'a': '1'}, instance.metadata)

    def test_only_one_of_two_gets_a_server_at_rest(self):
        first = self.create()
        second = self.get(first)
        first.task_state = TaskState.POWERING_OFF
        first.save(expected_task_state=[None])
        second.task_state = TaskState.REBOOTING
        self.assertRaises(
            exception.UnexpectedTaskStateError,
            second.save,
            expected_task_state=[None],
        )
        self.assertEqual(TaskState.POWERING_OFF, self.get(first).task_state)

    def test_one_of_several_states_will_do(self):
        instance = self.create(task_state=TaskState.REBOOTING)
        instance.task_state = None
        instance.save(
            expected_task_state=[TaskState.REBOOTING, None],
            expected_vm_state=VMState.ACTIVE,
        )
        self.assertIsNone(self.get(instance).task_state)

    def test_another_vm_state_is_refused(self):
        instance = self.create()
        instance.task_state = TaskState.RESUMING
        error = self.assertRaises(
            exception.UnexpectedTaskStateError,
            instance.save,
            expected_vm_state=VMState.SUSPENDED,
        )
        self.assertIn(VMState.ACTIVE, str(error))

    def test_a_deleted_server_is_not_found(self):
        instance = self.create()
        self.get(instance).destroy()
        instance.display_name = 'db'
        self.assertRaises(exception.InstanceNotFound, instance.save)


class TestDestroy(InstanceTestCase):
    def test_it_is_deleted_then(self):
        instance = self.create()
        instance.destroy()
        self.assertIs(True, instance.deleted)
        self.assertIsNotNone(instance.deleted_at)

    def test_it_is_deleted_once(self):
        instance = self.create()
        self.get(instance).destroy()
        self.assertRaises(exception.InstanceNotFound, instance.destroy)


class TestRefresh(InstanceTestCase):
    def test_it_is_as_it_is_stored(self):
        instance = self.create()
        other = self.get(instance)
        other.metadata = {'x': 'y'}
        other.save()
        instance.display_name = 'unsaved'
        instance.refresh()
        self.assertEqual('web', instance.display_name)
        self.assertEqual({'x': 'y'}, instance.metadata)
        self.assertEqual(set(), instance.obj_what_changed())


class TestInstanceList(InstanceTestCase):
    def names(self, *args, **kwargs):
        found = InstanceList.get_by_filters(self.context, *args, **kwargs)
        return [instance.display_name for instance in found]

    def setUp(self):
        super().setUp()
        self.one = self.create(display_name='one', host='host1')
        self.two = self.create(display_name='two', host='host2')
        self.create(display_name='other', project_id='other')

    def test_the_newest_is_first(self):
        self.assertEqual(['two', 'one'], self.names({}))

    def test_filters_are_heeded(self):
        self.assertEqual(['one'], self.names({'host': 'host1'}))

    def test_it_comes_in_pages(self):
        self.assertEqual(['two'], self.names({}, limit=1))
        page = self.names({}, limit=1, marker=self.two.uuid)
        self.assertEqual(['one'], page)

    def test_it_is_sorted_as_asked(self):
        order = [('display_name', 'asc')]
        self.assertEqual(['one', 'two'], self.names({}, sort=order))

    def test_any_number_takes_three_statements_at_most(self):
        before = len(self.statements)
        found = InstanceList.get_by_filters(self.context, {})
        self.assertEqual([['blue']] * 2, [i.tags for i in found])
        self.assertLessEqual(len(self.statements) - before, 3)

    def test_a_host_knows_its_servers(self):
        admin = context.get_admin_context()
        found = InstanceList.get_by_host(admin, 'host2')
        self.assertEqual([self.two.uuid], [i.uuid for i in found])
