# SPDX-License-Identifier: Apache-2.0
"""Objects take rows over, and know since when they have their fields."""

import datetime
import types

from oslo_versionedobjects import base
from oslo_versionedobjects import fields
from oslo_versionedobjects import fixture as ovo_fixture
from oslotest import base as test_base

from ext_lib import objects

WHEN = datetime.datetime.fromisoformat('2024-02-29T23:59:58.123456')


@base.VersionedObjectRegistry.objectify
class Thing(objects.TimestampedObject):
    VERSION = '1.2'
    SINCE = {'size': '1.1', 'place': '1.2'}
    NOT_COLUMNS = frozenset({'labels'})

    fields = {
        'id': fields.IntegerField(),
        'name': fields.StringField(nullable=True),
        'is_big': fields.BooleanField(default=False),
        'size': fields.IntegerField(nullable=True),
        'place': fields.StringField(nullable=True),
        'labels': fields.ListOfStringsField(),
    }

    def _load_rest(self, row):
        self.labels = row.text.split()


class ThingList(objects.ObjectList[Thing]):
    VERSION = '1.0'
    fields = {'objects': fields.ListOfObjectsField('Thing')}


def row(**values):
    defaults = {
        'created_at': WHEN,
        'updated_at': None,
        'deleted_at': None,
        'deleted': 0,
        'id': 1,
        'name': 'one',
        'is_big': True,
        'size': None,
        'place': None,
        'text': 'a b',
    }
    return types.SimpleNamespace(**(defaults | values))


class ObjectsTestCase(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        base.VersionedObjectRegistry()  # the fixture wants one to copy
        registry = self.useFixture(
            ovo_fixture.VersionedObjectRegistryFixture()
        )
        registry.register(Thing)
        registry.register(ThingList)


class TestFromRow(ObjectsTestCase):
    def test_it_has_the_values_of_the_row(self):
        thing = Thing.from_row('context', row())
        self.assertEqual(1, thing.id)
        self.assertEqual('one', thing.name)
        self.assertIs(True, thing.is_big)
        self.assertIsNone(thing.size)
        self.assertEqual(WHEN, thing.created_at)
        self.assertEqual('context', thing.obj_context)

    def test_what_is_not_a_column_is_loaded_too(self):
        self.assertEqual(['a', 'b'], Thing.from_row(None, row()).labels)

    def test_nothing_has_changed(self):
        self.assertEqual(set(), Thing.from_row(None, row()).obj_what_changed())

    def test_the_id_of_a_deleted_row_means_deleted(self):
        self.assertIs(True, Thing.from_row(None, row(deleted=7)).deleted)
        self.assertIs(False, Thing.from_row(None, row(deleted=0)).deleted)

    def test_null_takes_the_default_of_a_field_that_has_one(self):
        self.assertIs(False, Thing.from_row(None, row(is_big=None)).is_big)

    def test_null_is_refused_without_a_default(self):
        self.assertRaises(ValueError, Thing.from_row, None, row(id=None))

    def test_a_column_of_another_type_is_converted(self):
        thing = Thing.from_row(None, row(id='12', is_big=1, name=5))
        self.assertEqual((12, True, '5'), (thing.id, thing.is_big, thing.name))

    def test_a_second_row_replaces_the_first(self):
        thing = Thing.from_row(None, row())
        thing.name = 'changed'
        thing.load_row(row(name='two'))
        self.assertEqual('two', thing.name)
        self.assertEqual(set(), thing.obj_what_changed())

    def test_a_list_has_an_object_per_row(self):
        rows = [row(id=1), row(id=2)]
        things = ThingList.from_rows('context', Thing, rows)
        self.assertEqual([1, 2], [thing.id for thing in things])
        self.assertEqual('context', things[1].obj_context)
        self.assertEqual(set(), things.obj_what_changed())


class TestSince(ObjectsTestCase):
    def backport(self, version):
        primitive = Thing.from_row(None, row()).obj_to_primitive(version)
        return set(primitive['versioned_object.data'])

    def test_an_older_version_lacks_what_came_later(self):
        all_of_it = set(Thing.fields)
        self.assertEqual(all_of_it, self.backport('1.2'))
        self.assertEqual(all_of_it - {'place'}, self.backport('1.1'))
        self.assertEqual(all_of_it - {'place', 'size'}, self.backport('1.0'))

    def test_a_field_that_is_not_set_is_no_obstacle(self):
        primitive = Thing(id=1).obj_to_primitive('1.0')
        self.assertEqual({'id': 1}, primitive['versioned_object.data'])

    def test_items_of_a_list_follow_the_manifest(self):
        things = ThingList.from_rows(None, Thing, [row()])
        primitive = things.obj_to_primitive(
            '1.0', {'ThingList': '1.0', 'Thing': '1.1'}
        )
        item = primitive['versioned_object.data']['objects'][0]
        self.assertEqual('1.1', item['versioned_object.version'])
        self.assertNotIn('place', item['versioned_object.data'])


class TestIsSet(ObjectsTestCase):
    def test_a_field_with_a_value_is_set(self):
        self.assertTrue(Thing(id=1).obj_attr_is_set('id'))

    def test_a_field_without_is_not(self):
        self.assertFalse(Thing(id=1).obj_attr_is_set('name'))

    def test_another_name_is_an_error(self):
        self.assertRaises(AttributeError, Thing().obj_attr_is_set, 'nonsense')


class TestNaiveDateTime(ObjectsTestCase):
    def test_another_zone_becomes_utc(self):
        zone = datetime.timezone(datetime.timedelta(hours=2))
        there = datetime.datetime(2024, 3, 1, 1, 59, 58, 123456, tzinfo=zone)
        self.assertEqual(WHEN, Thing(created_at=there).created_at)

    def test_text_becomes_utc(self):
        thing = Thing(created_at='2024-03-01T01:59:58.123456+02:00')
        self.assertEqual(WHEN, thing.created_at)

    def test_microseconds_survive_the_wire(self):
        primitive = Thing(created_at=WHEN).obj_to_primitive()
        again = Thing.obj_from_primitive(primitive)
        self.assertEqual(WHEN, again.created_at)
        self.assertIsNone(again.created_at.tzinfo)

    def test_whole_seconds_of_a_peer_are_read(self):
        primitive = Thing(created_at=WHEN).obj_to_primitive()
        data = primitive['versioned_object.data']
        data['created_at'] = '2024-02-29T23:59:58Z'
        again = Thing.obj_from_primitive(primitive)
        self.assertEqual(WHEN.replace(microsecond=0), again.created_at)

    def test_something_else_is_refused(self):
        self.assertRaises(ValueError, Thing, created_at=12)


class TestRegistration(ObjectsTestCase):
    def test_the_class_is_known_by_its_name(self):
        found = base.VersionedObject.obj_class_from_name('Thing', '1.0')
        self.assertIs(Thing, found)
