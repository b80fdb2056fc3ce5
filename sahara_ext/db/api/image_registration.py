# SPDX-License-Identifier: Apache-2.0
"""Queries of images that projects have registered."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import query
from sahara_ext import exception
from sahara_ext.db import models
from sahara_ext.db import values as values_module
from sahara_ext.db.facade import change
from sahara_ext.db.facade import facade

_Image = models.ImageRegistration


@facade.writer
def image_registration_set(
    context: RequestContext, image_id: str, values: Mapping[str, Any]
) -> models.ImageRegistration:
    """Change what the caller's project knows of an image, or begin with it.

    :raises InvalidValue: when no column can hold a value
    """
    values_module.check(_Image, {**values, 'image_id': image_id})
    key = (context.project_id, image_id)
    row = context.session.get(_Image, key)
    if row is None:
        row = _Image(project_id=context.project_id, image_id=image_id, tags=[])
        context.session.add(row)
    row.update(values)
    context.session.flush()
    return row


@facade.reader
def image_registration_get(
    context: RequestContext, image_id: str
) -> models.ImageRegistration:
    """Return what the caller's project knows of an image.

    :raises ImageNotRegistered: when that is nothing
    """
    return _first(context, image_id, sa.select(_Image))


@facade.writer
def image_registration_lock(
    context: RequestContext, image_id: str
) -> models.ImageRegistration:
    """Return what the caller's project knows of an image, locked.

    :raises ImageNotRegistered: when that is nothing
    """
    statement = sa.select(_Image).with_for_update()
    return _first(
        context, image_id, statement.execution_options(populate_existing=True)
    )


def _first(
    context: RequestContext, image_id: str, statement: Any
) -> models.ImageRegistration:
    row = context.session.scalars(
        statement.where(*_is_it(context, image_id))
    ).first()
    if row is None:
        raise exception.ImageNotRegistered(image_id=image_id)
    return row


@facade.writer
def image_registration_add(
    context: RequestContext, image_id: str
) -> models.ImageRegistration:
    """Begin to know an image.

    :raises DBDuplicateEntry: when the caller's project knows it by now
    :raises InvalidValue: when no column can hold the id
    """
    key = {'project_id': context.project_id, 'image_id': image_id}
    row = _Image(**values_module.check(_Image, key), tags=[])
    context.session.add(row)
    context.session.flush()
    return row


@facade.reader
def image_registrations_get(
    context: RequestContext, tags: Collection[str] = ()
) -> Sequence[models.ImageRegistration]:
    """Return what the caller's project knows of images, by their ids.

    :param tags: only images that have all of these
    """
    own = sa.select(_Image).where(_is_own(context))
    rows = context.session.scalars(own.order_by(_Image.image_id))
    return [row for row in rows if set(tags) <= set(row.tags)]


@facade.writer
def image_registration_destroy(context: RequestContext, image_id: str) -> None:
    """Delete the registration of an image.

    :raises ImageNotRegistered: when the project does not know it
    """
    is_it = _is_it(context, image_id)
    if not change(context, sa.delete(_Image).where(*is_it)):
        raise exception.ImageNotRegistered(image_id=image_id)


def _is_own(context: RequestContext) -> Any:
    return query.equals(_Image.project_id, context.project_id or ())


def _is_it(context: RequestContext, image_id: str) -> list[Any]:
    return [_is_own(context), query.equals(_Image.image_id, image_id)]
