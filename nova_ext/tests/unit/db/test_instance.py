# SPDX-License-Identifier: Apache-2.0
"""One server is stored, found, changed and deleted."""

import threading

from oslo_db import exception as db_exception
from oslo_utils import uuidutils
import sqlalchemy as sa

from ext_lib import context
from nova_ext import exception
from nova_ext.db import models
from nova_ext.db.api import instance as instance_db
from nova_ext.db.api import instance_action as instance_action_db
from nova_ext.db.api import instance_related as instance_related_db
from nova_ext.db.facade import facade
from nova_ext.tests.unit.db import base


@facade.reader
def rows(context, model):
    return list(context.session.scalars(sa.select(model).order_by(model.id)))


class TestInstanceCreate(base.TestCase):
    def test_row_has_what_the_database_added(self):
        row = self.instance()
        self.assertIsNotNone(row.id)
        self.assertEqual((0, False, 0), (row.deleted, row.hidden, row.cleaned))
        self.assertIsNone(row.updated_at)

    def test_parts_are_stored_and_returned(self):
        row = self.assertAsks(
            4,
            self.instance,
            metadata={'a': '1', 'b': '2'},
            system_metadata={'c': None},
            tags=['y', 'x', 'x'],
        )
        found = instance_db.instance_get_by_uuid(self.context, row.uuid)
        for instance in (row, found):
            self.assertEqual({'a': '1', 'b': '2'}, instance.metadata)
            self.assertEqual({'c': None}, instance.system_metadata)
            self.assertEqual(['x', 'y'], instance.tags)
            self.assertIsNone(instance.fault)

    def test_a_server_without_parts_takes_one_statement(self):
        self.assertAsks(1, self.instance)

    def test_a_uuid_is_used_once(self):
        uuid = self.instance().uuid
        self.assertRaises(
            db_exception.DBDuplicateEntry, self.instance, uuid=uuid
        )


class TestInstanceGet(base.TestCase):
    def test_two_statements_find_all(self):
        uuid = self.instance(metadata={'a': '1'}, tags=['x']).uuid
        found = self.assertAsks(
            2, instance_db.instance_get_by_uuid, self.context, uuid
        )
        self.assertEqual(
            ({'a': '1'}, {}, ['x']),
            (found.metadata, found.system_metadata, found.tags),
        )

    def test_one_finds_the_row(self):
        uuid = self.instance(metadata={'a': '1'}).uuid
        found = self.assertAsks(
            1, instance_db.instance_get_ref, self.context, uuid
        )
        self.assertEqual(uuid, found.uuid)
        self.assertNotIn('metadata', vars(found))

    def test_the_latest_fault_is_the_fault(self):
        uuid = self.instance().uuid
        for code in (400, 500):
            instance_related_db.instance_fault_create(
                self.context,
                {
                    'instance_uuid': uuid,
                    'code': code,
                    'message': f'failed {code}',
                    'details': 'x' * 70_000,
                    'host': 'host1',
                    'created_at': base.minutes(code),
                },
            )
        fault = instance_db.instance_get_by_uuid(self.context, uuid).fault
        self.assertEqual(
            (uuid, 500, 'failed 500', 70_000, 'host1', base.minutes(500)),
            (
                fault.instance_uuid,
                fault.code,
                fault.message,
                len(fault.details),
                fault.host,
                fault.created_at,
            ),
        )

    def test_what_there_is_not(self):
        for uuid in (uuidutils.generate_uuid(), 'x', '', 'a\0', 'é' * 300):
            error = self.assertRaises(
                exception.InstanceNotFound,
                instance_db.instance_get_by_uuid,
                self.context,
                uuid,
            )
            self.assertEqual({'instance_id': uuid}, error.kwargs)

    def test_another_projects_is_not_found(self):
        uuid = self.instance(project_id=base.OTHER_PROJECT).uuid
        for get in (
            instance_db.instance_get_by_uuid,
            instance_db.instance_get_ref,
        ):
            self.assertRaises(
                exception.InstanceNotFound, get, self.context, uuid
            )
            self.assertEqual(uuid, get(self.admin, uuid).uuid)

    def test_servers_without_project_are_hidden(self):
        uuid = self.instance(project_id=None).uuid
        without_project = context.RequestContext(overwrite=False)
        self.assertRaises(
            exception.InstanceNotFound,
            instance_db.instance_get_ref,
            without_project,
            uuid,
        )

    def test_any_unicode_survives(self):
        name = 'Zürich \N{SNOWMAN} \N{PILE OF POO}'
        uuid = self.instance(display_name=name, metadata={name: name}).uuid
        found = instance_db.instance_get_by_uuid(self.context, uuid)
        self.assertEqual((name, {name: name}),
                         (found.display_name, found.metadata))  # fmt: skip


class TestInstanceUpdate(base.TestCase):
    def setUp(self):
        super().setUp()
        self.uuid = self.instance(
            metadata={'a': '1', 'b': '2'}, tags=['x', 'y']
        ).uuid

    def update(self, values, **kwargs):
        return instance_db.instance_update(
            self.context, self.uuid, values, **kwargs
        )

    def get(self):
        return instance_db.instance_get_by_uuid(self.context, self.uuid)

    def test_columns(self):
        row = self.assertAsks(2, self.update, {'host': 'host1'})
        self.assertEqual('host1', row.host)
        self.assertIsNotNone(row.updated_at)
        self.assertEqual('host1', self.get().host)

    def test_metadata_is_replaced(self):
        self.update({'metadata': {'b': '3', 'c': '4'}})
        found = self.get()
        self.assertEqual({'b': '3', 'c': '4'}, found.metadata)
        self.assertEqual(['x', 'y'], found.tags)
        self.assertIsNotNone(found.updated_at)

    def test_what_stays_the_same_is_not_touched(self):
        before = rows(self.context, models.InstanceMetadata)
        self.assertAsks(3, self.update, {'metadata': {'a': '1', 'b': '2'}})
        after = rows(self.context, models.InstanceMetadata)
        self.assertEqual(base.ids(before), base.ids(after))

    def test_a_hundred_items_take_no_more_statements_than_one(self):
        many = {f'k{i}': str(i) for i in range(100)}
        self.assertAsks(5, self.update, {'metadata': many})
        self.assertEqual(many, self.get().metadata)
        self.assertAsks(4, self.update, {'metadata': {}})
        self.assertEqual({}, self.get().metadata)

    def test_tags_are_replaced(self):
        self.update({'tags': ['z']})
        self.assertEqual(['z'], self.get().tags)

    def test_there_must_be_such_a_server(self):
        self.assertRaises(
            exception.InstanceNotFound,
            instance_db.instance_update,
            self.context,
            'unknown',
            {'host': 'x'},
        )

    def test_a_deleted_server_does_not_change(self):
        instance_db.instance_destroy(self.context, self.uuid)
        self.assertRaises(
            exception.InstanceNotFound, self.update, {'host': 'x'}
        )


class TestCompareAndSwap(base.TestCase):
    def setUp(self):
        super().setUp()
        self.uuid = self.instance(task_state='spawning').uuid

    def update(self, **expected):
        return instance_db.instance_update(
            self.context, self.uuid, {'task_state': 'deleting'}, **expected
        )

    def test_an_expected_state(self):
        row = self.assertAsks(2, self.update, expected_task_state='spawning')
        self.assertEqual('deleting', row.task_state)

    def test_one_of_several(self):
        self.update(expected_task_state=[None, 'spawning'])

    def test_both_states(self):
        self.update(
            expected_task_state=['spawning'], expected_vm_state=('active',)
        )

    def test_none_is_a_state(self):
        self.assertFails(expected_task_state=None)
        self.assertFails(expected_task_state=[None])
        instance_db.instance_update(
            self.context, self.uuid, {'task_state': None}
        )
        self.assertEqual(
            'deleting', self.update(expected_task_state=None).task_state
        )

    def test_another_vm_state(self):
        error = self.assertFails(expected_vm_state=['stopped', 'error'])
        self.assertEqual({'vm_state': 'active'}, error.kwargs['actual'])
        self.assertEqual(
            {'vm_state': ['stopped', 'error']}, error.kwargs['expected']
        )

    def assertFails(self, **expected):
        error = self.assertRaises(
            exception.UnexpectedTaskStateError, self.update, **expected
        )
        row = instance_db.instance_get_ref(self.context, self.uuid)
        self.assertEqual('spawning', row.task_state)
        self.assertIsNone(row.updated_at)
        return error

    def test_metadata_does_not_change_either(self):
        self.assertRaises(
            exception.UnexpectedTaskStateError,
            instance_db.instance_update,
            self.context,
            self.uuid,
            {'metadata': {'a': '1'}},
            expected_task_state=[None],
        )
        found = instance_db.instance_get_by_uuid(self.context, self.uuid)
        self.assertEqual({}, found.metadata)

    def test_one_of_many_wins(self):
        won = []

        def race():
            caller = context.get_admin_context()
            try:
                instance_db.instance_update(
                    caller,
                    self.uuid,
                    {'task_state': 'rebooting'},
                    expected_task_state=['spawning'],
                )
            except exception.UnexpectedTaskStateError:
                return
            won.append(caller)

        threads = [threading.Thread(target=race) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(1, len(won))


class TestDestroy(base.TestCase):
    def setUp(self):
        super().setUp()
        self.row = self.instance(
            metadata={'a': '1'}, system_metadata={'b': '2'}, tags=['x']
        )
        self.uuid = self.row.uuid

    def destroy(self):
        return instance_db.instance_destroy(self.context, self.uuid)

    def test_the_row_outlives_it(self):
        row = self.destroy()
        self.assertEqual(self.row.id, row.deleted)
        self.assertIsNotNone(row.deleted_at)
        self.assertIsNotNone(row.updated_at)

    def test_it_is_found_on_request_only(self):
        self.destroy()
        for get in (
            instance_db.instance_get_by_uuid,
            instance_db.instance_get_ref,
        ):
            self.assertRaises(
                exception.InstanceNotFound, get, self.context, self.uuid
            )
            found = get(self.context, self.uuid, read_deleted=True)
            self.assertEqual(self.uuid, found.uuid)

    def test_other_projects_still_do_not_see_it(self):
        self.destroy()
        stranger = context.RequestContext(
            project_id=base.OTHER_PROJECT, overwrite=False
        )
        self.assertRaises(
            exception.InstanceNotFound,
            instance_db.instance_get_ref,
            stranger,
            self.uuid,
            read_deleted=True,
        )

    def test_system_metadata_stays_readable(self):
        self.destroy()
        found = instance_db.instance_get_by_uuid(
            self.context, self.uuid, read_deleted=True
        )
        self.assertEqual(
            ({}, {'b': '2'}, []),
            (found.metadata, found.system_metadata, found.tags),
        )

    def test_belongings_go_with_it(self):
        other = self.instance(metadata={'a': '1'})
        self.migration(self.row, updated_at=base.minutes(7))
        kept = self.migration(other)
        self.destroy()
        [gone, stays] = rows(self.context, models.Migration)
        self.assertEqual((gone.id, 0), (gone.deleted, stays.deleted))
        self.assertEqual(base.minutes(7), gone.updated_at)
        self.assertEqual(kept.id, stays.id)
        found = instance_db.instance_get_by_uuid(self.context, other.uuid)
        self.assertEqual({'a': '1'}, found.metadata)

    def test_actions_stay(self):
        action = self.action(self.row)
        self.destroy()
        found = instance_action_db.actions_get(self.context, self.uuid)
        self.assertEqual([action.id], base.ids(found))

    def test_once(self):
        self.destroy()
        self.assertRaises(exception.InstanceNotFound, self.destroy)
