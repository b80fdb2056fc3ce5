# SPDX-License-Identifier: Apache-2.0
"""Lists of clusters."""

from collections.abc import Mapping
from typing import Any

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


@facade.reader
def cluster_get_page(
    context: RequestContext,
    page: paging.Page,
    filters: Mapping[str, Any],
    sort: shared_list.Sort | None = None,
) -> shared_list.FoundPage:
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
    listed = shared_list.SharedList(context, order, page, filters)
    found = listed.load(
        cluster.whole(), cluster.assemble, models.NodeGroup.position
    )
    if found.rows:
        cluster.load_instances(context, found.rows)
    return found
