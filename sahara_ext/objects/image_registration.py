# SPDX-License-Identifier: Apache-2.0
"""Registrations of images with projects."""

from collections.abc import Callable, Collection

from oslo_db import exception as db_exception
from oslo_versionedobjects import fields

from ext_lib import objects
from ext_lib.context import RequestContext
from ext_lib.objects import DateTimeField
from sahara_ext import exception
from sahara_ext.db.api import image_registration as image_registration_db
from sahara_ext.objects import base


@base.VersionedObjectRegistry.register
class ImageRegistration(base.SaharaExtObject):
    """The registration of one image with one project."""

    # 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'project_id': fields.StringField(),
        'image_id': fields.StringField(),
        #: Whom to log in as.
        'username': fields.StringField(nullable=True),
        'description': fields.StringField(nullable=True),
        #: What it can be used for: names of plugins, and their versions.
        'tags': fields.ListOfStringsField(default=[]),
        'created_at': DateTimeField(nullable=True),
        'updated_at': DateTimeField(nullable=True),
    }

    @classmethod
    def get(
        cls, context: RequestContext, image_id: str
    ) -> 'ImageRegistration':
        """Return what the caller's project knows of an image.

        :raises ImageNotRegistered: when that is nothing
        """
        row = image_registration_db.image_registration_get(context, image_id)
        return cls.from_row(context, row)

    @classmethod
    def change(
        cls,
        context: RequestContext,
        image_id: str,
        change: Callable[['ImageRegistration'], None],
    ) -> 'ImageRegistration':
        """Change what the caller's project knows of an image; return it.

        Of several changes at once each begins with what the one before it
        left.

        :param change: takes the image as it is, perhaps unknown so far
        :raises InvalidValue: when a value does not fit
        """
        try:
            return _change(context, image_id, change)
        except db_exception.DBDuplicateEntry:
            # Another request registered it first. A row that is not there
            # cannot be locked.
            return _change(context, image_id, change)

    def save(self) -> None:
        """Store what changed as what the caller's project knows.

        :raises InvalidValue: when a value does not fit
        """
        changes = self.obj_get_changes()
        changes.pop('image_id', None)
        row = image_registration_db.image_registration_set(
            self.obj_context, self.image_id, changes
        )
        self.load_row(row)

    def destroy(self) -> None:
        """Unregister the image.

        :raises ImageNotRegistered: when it is unregistered already
        """
        image_registration_db.image_registration_destroy(
            self.obj_context, self.image_id
        )


@base.transactional
def _change(
    context: RequestContext,
    image_id: str,
    change: Callable[[ImageRegistration], None],
) -> ImageRegistration:
    try:
        row = image_registration_db.image_registration_lock(context, image_id)
    except exception.ImageNotRegistered:
        row = image_registration_db.image_registration_add(context, image_id)
    image = ImageRegistration.from_row(context, row)
    change(image)
    image.save()
    return image


@base.VersionedObjectRegistry.register
class ImageRegistrationList(
    objects.ObjectList[ImageRegistration], base.SaharaExtObject
):
    """Registrations of images with projects."""

    # 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'objects': fields.ListOfObjectsField('ImageRegistration'),
    }

    @classmethod
    def get_all(
        cls, context: RequestContext, tags: Collection[str] = ()
    ) -> 'ImageRegistrationList':
        """Return what the caller's project knows of images.

        :param tags: only of images that have all of these
        """
        rows = image_registration_db.image_registrations_get(context, tags)
        return cls.from_rows(context, ImageRegistration, rows)
