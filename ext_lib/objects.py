# SPDX-License-Identifier: Apache-2.0
"""Bases of the versioned objects of both services."""

from collections.abc import Callable, Iterable, Mapping, Sequence
import datetime
import operator
from typing import Any, ClassVar, NamedTuple, TypeVar

from oslo_utils import timeutils
from oslo_utils import versionutils
from oslo_versionedobjects import base
from oslo_versionedobjects import fields as ovo_fields

_Object = TypeVar('_Object', bound='VersionedObject')
_List = TypeVar('_List', bound='ObjectList[Any]')
_Item = TypeVar('_Item', bound='VersionedObject')


class NaiveDateTime(ovo_fields.DateTime):
    """A moment in UTC without a time zone, as databases keep it."""

    def __init__(self) -> None:
        super().__init__(tzinfo_aware=False)

    def coerce(
        self, obj: base.VersionedObject | None, attr: str, value: Any
    ) -> datetime.datetime:
        """Return ``value`` as naive UTC, whatever zone it names."""
        if isinstance(value, str):
            value = timeutils.parse_isotime(value)
        if not isinstance(value, datetime.datetime):
            return super().coerce(obj, attr, value)
        return timeutils.normalize_time(value)

    def to_primitive(
        self, obj: base.VersionedObject, attr: str, value: datetime.datetime
    ) -> str:
        """Return ISO 8601 text; microseconds are not lost on the way."""
        return value.isoformat() + 'Z'

    def from_primitive(
        self, obj: base.VersionedObject, attr: str, value: Any
    ) -> datetime.datetime:
        """Return the moment that :meth:`to_primitive` or a peer wrote."""
        return self.coerce(obj, attr, value)


class DateTimeField(ovo_fields.AutoTypedField[datetime.datetime]):
    """A naive UTC datetime."""

    AUTO_TYPE = NaiveDateTime()


#: What columns of these fields yield needs no conversion; those of moments
#: have no time zone.
_COLUMN_TYPES: Mapping[type[ovo_fields.Field[Any]], type] = {
    ovo_fields.StringField: str,
    ovo_fields.UUIDField: str,
    ovo_fields.IntegerField: int,
    ovo_fields.BooleanField: bool,
    DateTimeField: datetime.datetime,
}


class VersionedObject(base.VersionedObject):
    """An object that knows since when it has each of its fields.

    ``SINCE`` names the version that brought a field; a peer that asks for an
    older one gets the object without it. ``NOT_COLUMNS`` names the fields
    that a row does not hold under the same name; :meth:`_load_rest` sets
    them.
    """

    SINCE: ClassVar[Mapping[str, str]] = {}
    NOT_COLUMNS: ClassVar[frozenset[str]] = frozenset()

    def obj_make_compatible(
        self, primitive: dict[str, Any], target_version: str
    ) -> None:
        """Drop what ``target_version`` did not know yet."""
        super().obj_make_compatible(primitive, target_version)
        target = versionutils.convert_version_to_tuple(target_version)
        for name, version in self.SINCE.items():
            if target < versionutils.convert_version_to_tuple(version):
                primitive.pop(name, None)

    def obj_attr_is_set(self, attrname: str) -> bool:
        """Return whether ``attrname`` holds a value.

        :raises AttributeError: when there is no such field
        """
        # The inherited one builds a list of all names for each question,
        # which dominates the time a long list takes to cross the wire.
        if attrname in self.fields:
            return f'_obj_{attrname}' in self.__dict__
        return super().obj_attr_is_set(attrname)

    @classmethod
    def from_row(cls: type[_Object], context: Any, row: Any) -> _Object:
        """Return the object that ``row`` of the database holds."""
        self = cls(context)
        self.load_row(row)
        return self

    def load_row(self, row: Any) -> None:
        """Take every field over from ``row``; nothing counts as changed."""
        values = self.__dict__
        loaded = vars(row)
        # For long lists: no attribute access that goes through the mapper,
        # and no setter, since what comes out of a typed column is what the
        # field wants already.
        for name, attribute, kind, field in _columns(type(self)):
            value = loaded[name] if name in loaded else getattr(row, name)
            if value.__class__ is not kind:
                value = field.coerce(self, name, value)
            values[attribute] = value
        self._load_rest(row)
        self.obj_reset_changes()

    def _load_rest(self, row: Any) -> None:
        """Set the fields of ``NOT_COLUMNS`` from ``row``."""


class TimestampedObject(VersionedObject):
    """An object with the columns every soft-deletable row has."""

    fields = {
        'created_at': DateTimeField(nullable=True),
        'updated_at': DateTimeField(nullable=True),
        'deleted_at': DateTimeField(nullable=True),
        'deleted': ovo_fields.BooleanField(default=False),
    }


class ObjectList(base.ObjectListBase[_Item], VersionedObject):
    """A list of objects of one class."""

    @classmethod
    def from_rows(
        cls: type[_List],
        context: Any,
        item: type[_Item],
        rows: Iterable[Any],
    ) -> _List:
        """Return the list of what ``rows`` of the database hold."""
        return cls._holding(context, [item.from_row(context, r) for r in rows])

    @classmethod
    def from_tuples(
        cls: type[_List],
        context: Any,
        item: type[_Item],
        names: tuple[str, ...],
        rows: Iterable[Sequence[Any]],
    ) -> _List:
        """Return the list of objects that have the fields ``names`` only.

        :param rows: values of the columns of that name, in the same order
        """
        make = loader(item, names)
        return cls._holding(context, [make(context, row) for row in rows])

    @classmethod
    def _holding(
        cls: type[_List], context: Any, objects: list[_Item]
    ) -> _List:
        self = cls(context)
        # As load_row() does: they are what the field wants.
        self.__dict__['_obj_objects'] = objects
        return self


def loader(
    cls: type[_Object], names: tuple[str, ...]
) -> Callable[[Any, Sequence[Any]], _Object]:
    """Return a function that makes objects with the fields ``names`` only.

    It takes a context, and the values of the columns of that name, in the
    same order: as much as a column of that type can hold is trusted.
    """
    if (cls, names) not in _loaders:
        _loaders[cls, names] = _loader(cls, names)
    found: Callable[[Any, Sequence[Any]], _Object] = _loaders[cls, names]
    return found


_loaders: dict[tuple[type[VersionedObject], tuple[str, ...]], Any] = {}


def _loader(
    cls: type[_Object], names: tuple[str, ...]
) -> Callable[[Any, Sequence[Any]], _Object]:
    columns = {column.name: column for column in _columns(cls)}
    wanted = [columns[name] for name in names]
    attributes = [column.attribute for column in wanted]
    doubtful = [
        (*column, getattr(column.field, 'valid_values', ()))
        for column in wanted
        if column.kind is _Never or not column.field.nullable
    ]

    def make(context: Any, row: Sequence[Any]) -> _Object:
        self = cls(context)
        values = self.__dict__
        values.update(zip(attributes, row, strict=False))
        for name, attribute, kind, field, known in doubtful:
            value = values[attribute]
            if value.__class__ is not kind and value not in known:
                values[attribute] = field.coerce(self, name, value)
        return self

    return make


class Values:
    """Several fields of an object at once, as a dict by their names.

    :param names: of at least two fields
    """

    def __init__(self, *names: str) -> None:
        self._names = names
        self._get = operator.itemgetter(*(f'_obj_{name}' for name in names))

    def __call__(self, source: base.VersionedObject) -> dict[str, Any]:
        """Return the values in the order of the names."""
        try:
            values = self._get(source.__dict__)
        except KeyError:
            # What is not loaded yet.
            values = [getattr(source, name) for name in self._names]
        return dict(zip(self._names, values, strict=True))


class _Column(NamedTuple):
    name: str
    attribute: str
    #: The exact class that needs no conversion.
    kind: type
    field: ovo_fields.Field[Any]


class _Never:
    """The class no value has, so that the field converts."""


_known: dict[type[VersionedObject], tuple[_Column, ...]] = {}


def _columns(cls: type[VersionedObject]) -> tuple[_Column, ...]:
    if cls not in _known:
        _known[cls] = tuple(
            _Column(
                name,
                f'_obj_{name}',
                _COLUMN_TYPES.get(type(field), _Never),
                field,
            )
            for name, field in cls.fields.items()
            if name not in cls.NOT_COLUMNS
        )
    return _known[cls]
