# SPDX-License-Identifier: Apache-2.0
"""Objects change their version when they change, and older peers read them.

When test_nothing_changed_without_a_new_version fails, give the object a new
VERSION, note in a comment what came with it, put new fields into SINCE, and
only then take the fingerprint over.
"""

import datetime

from oslo_versionedobjects import base as ovo_base
from oslo_versionedobjects import exception
from oslo_versionedobjects import fields
from oslo_versionedobjects import fixture as ovo_fixture

from nova_ext import objects
from nova_ext.objects import base
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.instance_fault import InstanceFault
from nova_ext.tests import base as test_base

FINGERPRINTS = {
    'Instance': '2.4-63186fb2a1fb8ae083f795f68afe6ebc',
    'InstanceAction': '1.1-2cff80953ec8719228b487e3b4f72752',
    'InstanceActionEvent': '1.2-c5326c1ad15f2bcdf7e92c634fc50c05',
    'InstanceActionEventList': '1.1-818b6c2359c55c2d8e1fb671f6f94779',
    'InstanceActionList': '1.1-7036958999d6a45d4359b88f58b71bd9',
    'InstanceFault': '1.2-1bd3cba5770d5f5c45e6d8741974e033',
    'InstanceList': '2.2-0c74eff0ab8ceace17c3a2981106b6ed',
    'Migration': '1.7-f75866e0a4ac1ae51a601ace0e7c7c79',
    'MigrationList': '1.4-a5c2c899f6e9a45d1abf39ad823bc13c',
    'Service': '1.21-ee80d35ab72b2a50e157108c1f8b41c2',
    'ServiceList': '1.19-1acb0fa7d92c9f4001bc18dad825599a',
    'Task': '1.1-8f5569c4479bc5f059f93dcb77bb3c12',
    'TaskList': '1.1-695be60e84a3c634f6f0c053a128a47b',
}

#: The oldest version a peer may have: one before the first field in SINCE.
OLDEST = {
    'Instance': '2.4',
    'InstanceAction': '1.1',
    'InstanceActionEvent': '1.1',
    'InstanceActionEventList': '1.1',
    'InstanceActionList': '1.1',
    'InstanceFault': '1.2',
    'InstanceList': '2.2',
    'Migration': '1.1',
    'MigrationList': '1.4',
    'Service': '1.21',
    'ServiceList': '1.19',
    'Task': '1.0',
    'TaskList': '1.1',
}

WHEN = datetime.datetime.fromisoformat('2024-02-29T23:59:58.123456')

#: A value for each kind of field.
VALUES = {
    fields.StringField: 'text',
    fields.UUIDField: '2a5f9c9a-7a55-4a4e-8f0e-5b5f0e0f4f3c',
    fields.IntegerField: 1,
    fields.BooleanField: True,
    fields.DictOfStringsField: {'key': 'value'},
    fields.DictOfNullableStringsField: {'key': None},
    fields.ListOfStringsField: ['text'],
}


def ours():
    """Return the classes of nova_ext by name, the newest first."""
    known = ovo_base.VersionedObjectRegistry.obj_classes()
    return {
        name: classes
        for name, classes in known.items()
        if issubclass(classes[0], base.NovaExtObject)
    }


def value(field):
    if isinstance(field, fields.BaseEnumField):
        return MigrationType.RESIZE
    if isinstance(field, fields.ListOfObjectsField):
        return [full(ours()[field.objname][0])]
    if isinstance(field, fields.ObjectField):
        return full(InstanceFault)
    return VALUES.get(type(field), WHEN)


def full(cls):
    """Return an object with every field set and none changed."""
    made = cls(**{name: value(field) for name, field in cls.fields.items()})
    made.obj_reset_changes(recursive=True)
    return made


def since(cls):
    """Return what is no field and yet must not change unnoticed."""
    return tuple(sorted(cls.SINCE.items()))


def versions(cls):
    """Yield every version from the oldest to the one of today."""
    major, newest = map(int, cls.VERSION.split('.'))
    oldest = int(OLDEST[cls.obj_name()].split('.')[1])
    for minor in range(oldest, newest + 1):
        yield f'{major}.{minor}'


class TestVersions(test_base.TestCase):
    def setUp(self):
        super().setUp()
        objects.register_all()
        self.classes = ours()

    def test_nothing_changed_without_a_new_version(self):
        checker = ovo_fixture.ObjectVersionChecker(self.classes)
        expected, actual = checker.test_hashes(FINGERPRINTS, since)
        self.assertEqual(expected, actual)

    def test_sub_objects_have_a_history_in_order(self):
        checker = ovo_fixture.ObjectVersionChecker(self.classes)
        checker.test_relationships_in_order()

    def test_every_object_has_an_oldest_version(self):
        self.assertEqual(sorted(OLDEST), sorted(self.classes))

    def test_what_came_later_is_a_field_that_came_before_today(self):
        for name, (cls, *_) in self.classes.items():
            for field, since in cls.SINCE.items():
                self.assertIn(field, cls.fields, name)
                self.assertIn(since, list(versions(cls))[1:], name)

    def test_every_older_peer_reads_what_it_knows(self):
        for cls, *_ in self.classes.values():
            for version in versions(cls):
                self.check_backport(cls, version)

    def check_backport(self, cls, version):
        primitive = full(cls).obj_to_primitive(target_version=version)
        self.assertEqual(version, primitive['versioned_object.version'])
        known = {
            name
            for name in cls.fields
            if number(cls.SINCE.get(name, '0.0')) <= number(version)
        }
        data = primitive['versioned_object.data']
        self.assertEqual(known, set(data), f'{cls.obj_name()} {version}')
        self.check_read(primitive, data, known)

    def check_read(self, primitive, data, known):
        again = base.NovaExtObject.obj_from_primitive(primitive)
        for name in known - {'objects', 'fault'}:
            field = again.fields[name]
            read = field.to_primitive(again, name, getattr(again, name))
            self.assertEqual(data[name], read)

    def test_a_list_holds_what_its_reader_knows(self):
        for cls in (
            c
            for name, (c, *_) in self.classes.items()
            if name.endswith('List')
        ):
            item = ours()[cls.fields['objects'].objname][0]
            for version in versions(item):
                self.check_list(cls, item, version)

    def check_list(self, cls, item, version):
        manifest = {cls.obj_name(): cls.VERSION, item.obj_name(): version}
        manifest['InstanceFault'] = InstanceFault.VERSION
        primitive = full(cls).obj_to_primitive(
            target_version=cls.VERSION, version_manifest=manifest
        )
        (found,) = primitive['versioned_object.data']['objects']
        self.assertEqual(version, found['versioned_object.version'])
        alone = full(item).obj_to_primitive(target_version=version)
        self.assertEqual(
            set(alone['versioned_object.data']),
            set(found['versioned_object.data']),
        )

    def test_every_object_survives_the_wire(self):
        serializer = base.Serializer()
        for cls, *_ in self.classes.values():
            sent = serializer.serialize_entity(None, full(cls))
            again = serializer.deserialize_entity(None, sent)
            self.assertIsInstance(again, cls)
            self.assertEqual(sent, serializer.serialize_entity(None, again))

    def test_another_services_object_is_refused(self):
        primitive = full(InstanceFault).obj_to_primitive()
        primitive['versioned_object.namespace'] = 'other'
        self.assertRaises(
            exception.UnsupportedObjectError,
            *(base.NovaExtObject.obj_from_primitive, primitive),
        )


def number(version):
    return tuple(map(int, version.split('.')))
