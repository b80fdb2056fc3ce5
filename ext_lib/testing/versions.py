# SPDX-License-Identifier: Apache-2.0
"""Objects change their version when they change, and older peers read them.

When test_nothing_changed_without_a_new_version fails, give the object a new
VERSION, note in a comment what came with it, put new fields into SINCE, and
only then take the fingerprint over.
"""

from collections.abc import Callable, Iterator, Mapping
import datetime
from typing import Any, ClassVar

from oslo_versionedobjects import base as ovo_base
from oslo_versionedobjects import exception
from oslo_versionedobjects import fields
from oslo_versionedobjects import fixture as ovo_fixture
import testtools

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


class VersionsTests(testtools.TestCase):
    """The tests of the objects of one service."""

    #: What they all derive from, and what carries them over the wire.
    root: ClassVar[Any]
    serializer: ClassVar[Any]
    #: By name.
    fingerprints: ClassVar[Mapping[str, str]]
    #: The oldest version a peer may have: one before the first in SINCE.
    oldest: ClassVar[Mapping[str, str]]
    #: Values for kinds of fields of the service's own.
    values: ClassVar[Mapping[Any, Any]] = {}
    register: ClassVar[Callable[[], None]]

    def setUp(self) -> None:
        super().setUp()
        type(self).register()
        known: Any = ovo_base.VersionedObjectRegistry.obj_classes()
        #: The classes of the service by name, the newest first.
        self.classes: dict[str, list[Any]] = {
            name: classes
            for name, classes in known.items()
            if issubclass(classes[0], self.root)
        }

    def value(self, field: Any) -> Any:
        """Return a value for a field."""
        if isinstance(field, fields.BaseEnumField):
            return next(iter(field.valid_values))
        if isinstance(field, fields.ListOfObjectsField):
            return [self.full(self.classes[field.objname][0])]
        if isinstance(field, fields.ObjectField):
            return self.full(self.classes[field.objname][0])
        return {**VALUES, **self.values}.get(type(field), WHEN)

    def full(self, cls: Any) -> Any:
        """Return an object with every field set and none changed."""
        made = cls(**{n: self.value(field) for n, field in cls.fields.items()})
        made.obj_reset_changes(recursive=True)
        return made

    def versions(self, cls: Any) -> Iterator[str]:
        """Yield every version from the oldest to the one of today."""
        major, newest = map(int, cls.VERSION.split('.'))
        oldest = int(self.oldest[cls.obj_name()].split('.')[1])
        for minor in range(oldest, newest + 1):
            yield f'{major}.{minor}'

    def test_nothing_changed_without_a_new_version(self):
        checker = ovo_fixture.ObjectVersionChecker(self.classes)
        expected, actual = checker.test_hashes(dict(self.fingerprints), _since)
        self.assertEqual(expected, actual)

    def test_sub_objects_have_a_history_in_order(self):
        checker = ovo_fixture.ObjectVersionChecker(self.classes)
        checker.test_relationships_in_order()

    def test_every_object_has_an_oldest_version(self):
        self.assertEqual(sorted(self.oldest), sorted(self.classes))

    def test_what_came_later_is_a_field_that_came_before_today(self):
        for name, (cls, *_) in self.classes.items():
            for field, since in cls.SINCE.items():
                self.assertIn(field, cls.fields, name)
                self.assertIn(since, list(self.versions(cls))[1:], name)

    def test_every_older_peer_reads_what_it_knows(self):
        for cls, *_ in self.classes.values():
            for version in self.versions(cls):
                self.check_backport(cls, version)

    def check_backport(self, cls, version):
        primitive = self.full(cls).obj_to_primitive(target_version=version)
        self.assertEqual(version, primitive['versioned_object.version'])
        known = {
            name
            for name in cls.fields
            if _number(cls.SINCE.get(name, '0.0')) <= _number(version)
        }
        data = primitive['versioned_object.data']
        self.assertEqual(known, set(data), f'{cls.obj_name()} {version}')
        self.check_read(primitive, data, known)

    def check_read(self, primitive, data, known):
        again = self.root.obj_from_primitive(primitive)
        for name in known:
            field = again.fields[name]
            if not isinstance(
                field, (fields.ObjectField, fields.ListOfObjectsField)
            ):
                read = field.to_primitive(again, name, getattr(again, name))
                self.assertEqual(data[name], read)

    def test_a_list_holds_what_its_reader_knows(self):
        for name, (cls, *_) in self.classes.items():
            if name.endswith('List'):
                item = self.classes[cls.fields['objects'].objname][0]
                for version in self.versions(item):
                    self.check_list(cls, item, version)

    def check_list(self, cls, item, version):
        today = {name: c[0].VERSION for name, c in self.classes.items()}
        primitive = self.full(cls).obj_to_primitive(
            target_version=cls.VERSION,
            version_manifest={**today, item.obj_name(): version},
        )
        (found,) = primitive['versioned_object.data']['objects']
        self.assertEqual(version, found['versioned_object.version'])
        alone = self.full(item).obj_to_primitive(target_version=version)
        self.assertEqual(
            set(alone['versioned_object.data']),
            set(found['versioned_object.data']),
        )

    def test_every_object_survives_the_wire(self):
        for cls, *_ in self.classes.values():
            sent = self.serializer.serialize_entity(None, self.full(cls))
            again = self.serializer.deserialize_entity(None, sent)
            self.assertIsInstance(again, cls)
            once_more = self.serializer.serialize_entity(None, again)
            self.assertEqual(sent, once_more)

    def test_another_services_object_is_refused(self):
        for cls, *_ in self.classes.values():
            primitive = self.full(cls).obj_to_primitive()
            primitive['versioned_object.namespace'] = 'other'
            self.assertRaises(
                exception.UnsupportedObjectError,
                *(self.root.obj_from_primitive, primitive),
            )


def _since(cls: Any) -> tuple[Any, ...]:
    """Return what is no field and yet must not change unnoticed."""
    return tuple(sorted(cls.SINCE.items()))


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split('.')))
