# SPDX-License-Identifier: Apache-2.0
"""Filters, order and pages of all lists."""

from collections.abc import Callable
from typing import Any

from ext_lib import exception
from ext_lib.wsgi import request
from sahara_ext.api import microversions

Shown = dict[str, Any]

#: Takes context, page, filters and order; returns items with markers.
GetPage = Callable[..., Any]


class NoSuchMarker(exception.NotFound):
    """A page is to begin after something that is not there."""

    msg_fmt = "Object with {'id': '%(marker)s'} not found"


def page(
    req: request.Request,
    key: str,
    get_page: GetPage,
    show: Callable[..., Shown],
) -> Shown:
    """Return the requested part of a list.

    :param key: what the list is called
    :param get_page: returns items that know the pages before and after
    :param show: takes the request and an item
    :raises NoSuchMarker: when it is to begin after nothing
    """
    filters = {
        microversions.NEW_NAMES.get(name, name): value
        for name, value in req.filters.items()
    }
    try:
        items = get_page(req.context, req.page, filters, _sort(req))
    except exception.MarkerNotFound:
        raise NoSuchMarker(marker=req.page.marker) from None
    body: Shown = {key: [show(req, item) for item in items]}
    markers = {'prev': items.previous_marker, 'next': items.next_marker}
    if 'marker' in req.query or any(markers.values()):
        body['markers'] = markers
    return body


def _sort(req: request.Request) -> tuple[str, str] | None:
    wanted = req.query.get('sort_by')
    if wanted is None:
        return None
    direction = 'desc' if wanted.startswith('-') else 'asc'
    name = wanted.removeprefix('-')
    return microversions.NEW_NAMES.get(name, name), direction
