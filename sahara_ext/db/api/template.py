# SPDX-License-Identifier: Apache-2.0
"""Queries of templates of node groups and of clusters.

Each function takes the model of the kind of template it is about.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from oslo_db import exception as db_exception
from oslo_utils import timeutils
import sqlalchemy as sa

from ext_lib import paging
from ext_lib.context import RequestContext
from ext_lib.db import query
from sahara_ext import exception
from sahara_ext.db import models
from sahara_ext.db import values as values_module
from sahara_ext.db.api import shared_list
from sahara_ext.db.api import template_use
from sahara_ext.db.facade import change
from sahara_ext.db.facade import facade

#: What templates can be sorted by; none is ever null.
ORDERS = ('created_at', 'name', 'plugin_name', 'plugin_version', 'id')

#: What they can be filtered by.
FILTERS = (
    'id', 'name', 'description', 'plugin_name', 'plugin_version', 'is_public',
    'is_protected', 'is_default', 'use_autoconfig',
)  # fmt: skip


@facade.writer
def template_create(
    context: RequestContext, model: Any, values: Mapping[str, Any]
) -> Any:
    """Store a template.

    :raises TemplateNameExists: when the project has one of this name
    :raises InvalidValue: when no column can hold a value
    """
    row = model(**values_module.check(model, values))
    context.session.add(row)
    try:
        context.session.flush()
    except db_exception.DBDuplicateEntry as error:
        raise exception.TemplateNameExists(name=values['name']) from error
    _note_uses(context, row.id, values)
    return row


def _note_uses(
    context: RequestContext, template_id: str, values: Mapping[str, Any]
) -> None:
    if 'node_groups' in values:
        template_use.replace(context, template_id, values['node_groups'])


@facade.reader
def template_get(context: RequestContext, model: Any, template_id: str) -> Any:
    """Return a template, if it is the caller's project's or public.

    :raises TemplateNotFound: otherwise
    """
    statement = _visible(context, model, template_id)
    return _first(context, template_id, statement)


def _visible(context: RequestContext, model: Any, template_id: str) -> Any:
    return sa.select(model).where(
        query.equals(model.id, template_id),
        shared_list.is_visible(context, model),
    )


def _first(context: RequestContext, template_id: str, statement: Any) -> Any:
    row = context.session.scalars(statement).first()
    if row is None:
        raise exception.TemplateNotFound(template_id=template_id)
    return row


@facade.writer
def template_lock(
    context: RequestContext, model: Any, template_id: str, shared: bool = False
) -> Any:
    """Return a template as :func:`template_get` does, and lock it.

    :param shared: whether others may lock it like that at the same time
    :raises TemplateNotFound: likewise
    """
    statement = (
        _visible(context, model, template_id)
        .with_for_update(read=shared)
        .execution_options(populate_existing=True)
    )
    return _first(context, template_id, statement)


@facade.writer
def template_update(
    context: RequestContext,
    model: Any,
    template_id: str,
    values: Mapping[str, Any],
) -> Any:
    """Change a template.

    :raises TemplateNotFound: when there is none
    :raises TemplateNameExists: when the project has one of this name
    :raises UserProtected: when a cluster template that would change with it
        is to stay as it is
    :raises InvalidValue: when no column can hold a value
    """
    statement = (
        sa.update(model)
        .where(model.id == template_id)
        .values(
            updated_at=timeutils.utcnow(),
            **values_module.check(model, values),
        )
    )
    try:
        change(context, statement)
    except db_exception.DBDuplicateEntry as error:
        raise exception.TemplateNameExists(name=values['name']) from error
    changed = sa.select(model).where(model.id == template_id)
    row = _first(context, template_id, changed)
    _note_uses(context, template_id, values)
    if model is models.NodeGroupTemplate:
        template_use.take_over(context, row, values)
    return row


@facade.writer
def template_destroy(
    context: RequestContext, model: Any, template_id: str
) -> None:
    """Delete a template that is neither protected nor in use.

    :raises TemplateProtected: when it is to stay
    :raises TemplateInUse: when something was made from it
    :raises TemplateNotFound: when there is none
    """
    is_it = model.id == template_id
    if not change(context, sa.delete(model).where(is_it, ~model.is_protected)):
        raise _refusal(context, model, template_id)
    users = template_use.users(context, model, template_id)
    if users:
        # With that the template is there again.
        raise exception.TemplateInUse(
            template_id=template_id, users=', '.join(users)
        )


def _refusal(
    context: RequestContext, model: Any, template_id: str
) -> Exception:
    found = sa.select(model.id).where(model.id == template_id)
    if context.session.scalars(found).first() is None:
        return exception.TemplateNotFound(template_id=template_id)
    return exception.TemplateProtected(template_id=template_id)


@facade.reader
def template_get_page(
    context: RequestContext,
    model: Any,
    page: paging.Page,
    filters: Mapping[str, Any],
    sort: shared_list.Sort | None = None,
) -> shared_list.FoundPage:
    """Return templates of the caller's project and public ones.

    :param page: its marker is an id
    :param filters: any of FILTERS, each with a value or a list of which any
        will do
    :param sort: one of ORDERS, and ``asc`` or ``desc``; newest first
        otherwise
    :raises MarkerNotFound: when the caller sees no template of that id
    :raises Invalid: when a filter or ``sort`` makes no sense
    """
    shared_list.check_filters(filters, FILTERS)
    order = shared_list.Order.of(model, sort, ORDERS)
    listed = shared_list.SharedList(context, order, page, filters)
    return listed.load(sa.select(model), _assemble)


def _assemble(
    found: Sequence[Any], limit: int | None
) -> tuple[list[Any], bool]:
    rows = [row for row, _ in found[:limit]]
    return rows, len(rows) < len(found)
