# SPDX-License-Identifier: Apache-2.0
"""Statements on the public keys of users."""

from collections.abc import Mapping, Sequence
from typing import Any

from oslo_db import exception as db_exception
import sqlalchemy as sa

from ext_lib import exception as ext_exception
from ext_lib.context import RequestContext
from ext_lib.db import query
from ext_lib.paging import Page
from nova_ext.db import models
from nova_ext.db.facade import facade

_KeyPair = models.KeyPair


class KeypairNotFound(ext_exception.NotFound):
    """The user has no key of this name."""

    msg_fmt = 'Keypair %(name)s not found for user %(user_id)s'


class KeyPairExists(ext_exception.Conflict):
    """The user has a key of this name."""

    msg_fmt = "Key pair '%(key_name)s' already exists."


@facade.writer
def keypair_create(
    context: RequestContext, values: Mapping[str, Any]
) -> models.KeyPair:
    """Store a key.

    :raises KeyPairExists: when the user has one of this name
    """
    row = _KeyPair(**values)
    context.session.add(row)
    try:
        context.session.flush()
    except db_exception.DBDuplicateEntry as error:
        raise KeyPairExists(key_name=values['name']) from error
    return row


@facade.reader
def keypair_get(
    context: RequestContext, user_id: str, name: str
) -> models.KeyPair:
    """Return the key of a user with a name.

    :raises KeypairNotFound: when there is none
    """
    row: models.KeyPair | None = context.session.scalars(
        sa.select(_KeyPair).where(*_named(user_id, name))
    ).first()
    if row is None:
        raise KeypairNotFound(name=name, user_id=user_id)
    return row


@facade.reader
def keypair_get_all_by_user(
    context: RequestContext, user_id: str, page: Page
) -> Sequence[models.KeyPair]:
    """Return a page of the keys of a user, by name.

    :param page: its marker is a name
    :raises MarkerNotFound: when the user has no key of that name
    """
    statement = (
        sa.select(_KeyPair)
        .where(query.equals(_KeyPair.user_id, user_id))
        .order_by(_KeyPair.name)
    )
    if page.marker is not None:
        try:
            marker = keypair_get(context, user_id, page.marker)
        except KeypairNotFound as error:
            raise ext_exception.MarkerNotFound(marker=page.marker) from error
        statement = statement.where(_KeyPair.name > marker.name)
    return list(context.session.scalars(statement.limit(page.limit)))


@facade.reader
def keypair_count(context: RequestContext, user_id: str) -> int:
    """Return how many keys a user has."""
    statement = sa.select(sa.func.count(_KeyPair.id)).where(
        query.equals(_KeyPair.user_id, user_id)
    )
    return int(context.session.scalar(statement) or 0)


@facade.writer
def keypair_destroy(context: RequestContext, user_id: str, name: str) -> None:
    """Delete a key.

    :raises KeypairNotFound: when there is none
    """
    result = context.session.execute(
        sa.delete(_KeyPair).where(*_named(user_id, name)),
        execution_options={'synchronize_session': False},
    )
    if not result.rowcount:
        raise KeypairNotFound(name=name, user_id=user_id)


def _named(user_id: str, name: str) -> tuple[Any, Any]:
    return (
        query.equals(_KeyPair.user_id, user_id),
        query.equals(_KeyPair.name, name),
    )
