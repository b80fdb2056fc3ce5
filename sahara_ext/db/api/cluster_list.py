# SPDX-License-Identifier: Apache-2.0
"""Lists of clusters."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ext_lib import paging
from ext_lib.context import RequestContext
from sahara_ext.db import models
from sahara_ext.db.api import cluster
from sahara_ext.db.api import shared_list
from sahara_ext.db.facade import facade

_Cluster = models.Cluster

#: What clusters can be sorted by; none is ever null.
ORDERS = (
    'created_at', 'name', 'status', 'plugin_name', 'plugin_version', 'id',
)  # fmt: skip

#: What they can be filtered by.
FILTERS = (
    'id', 'name', 'description', 'status', 'plugin_name', 'plugin_version',
    'user_id', 'default_image_id', 'cluster_template_id', 'user_keypair_id',
    'neutron_management_network', 'is_public', 'is_protected', 'is_transient',
    'use_autoconfig',
)  # fmt: skip


class ClusterPage(NamedTuple):
    """A page, and the markers of those before and after."""

    rows: Sequence[models.Cluster]
    previous_marker: str | None = None
    next_marker: str | None = None


@facade.reader
def cluster_get_page(
    context: RequestContext,
    page: paging.Page,
    filters: Mapping[str, Any],
    sort: shared_list.Sort | None = None,
) -> ClusterPage:
    """Return clusters of the caller's project and public ones.

    :param page: its marker is an id
    :param filters: any of FILTERS, each with a value or a list of which any
        will do
    :param sort: one of ORDERS, and ``asc`` or ``desc``; newest first
        otherwise
    :raises MarkerNotFound: when the caller sees no cluster of that id
    :raises Invalid: when a filter or ``sort`` makes no sense
    """
    shared_list.check_filters(filters, FILTERS)
    order = shared_list.Order.of(_Cluster, sort, ORDERS)
    if page.limit == 0:
        return ClusterPage([])
    listed = shared_list.SharedList(context, order, page, filters)
    return _page(context, listed, order, page.limit)


def _page(
    context: RequestContext,
    listed: shared_list.SharedList,
    order: shared_list.Order,
    limit: int | None,
) -> ClusterPage:
    ids = listed.ids().subquery()
    statement = (
        cluster.whole()
        .add_columns(listed.previous_marker())
        .join(ids, ids.c.id == _Cluster.id)
    )
    found = context.session.execute(
        order.sort(statement, _Cluster, models.NodeGroup.position)
    ).all()
    if not found:
        return ClusterPage([], listed.before_nothing())
    rows, has_more = cluster.assemble(found, limit)
    cluster.load_instances(context, rows)
    return ClusterPage(rows, found[0][2], rows[-1].id if has_more else None)
