# SPDX-License-Identifier: Apache-2.0
"""flavors: sizes of servers."""

from typing import Any

from oslo_utils import strutils

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from nova_ext import policies
from nova_ext.api.openstack.compute.schemas import flavors as schema
from nova_ext.api.openstack.compute.views import flavors as view
from nova_ext.flavors import Catalogue
from nova_ext.flavors import Flavor

_MINIMA = {'minRam': 'memory_mb', 'minDisk': 'root_gb'}


class FlavorMarkerNotFound(exception.Invalid):
    """A page was asked for that starts after an unknown flavor."""

    msg_fmt = 'marker [%(marker)s] not found'


class InvalidFilter(exception.Invalid):
    """The value of a filter is no number, or no boolean."""

    msg_fmt = 'Invalid %(name)s filter [%(value)s]'


class FlavorsController:
    """Lists and shows flavors."""

    def __init__(self, links: links.Links, catalogue: Catalogue) -> None:
        self.links = links
        self.catalogue = catalogue

    @controller.query(schema.index_query)
    @controller.response(schema.index_response)
    def index(self, req: request.Request) -> dict[str, Any]:
        """List flavors."""
        flavors = self._list(req)
        shown = [view.reference(req, f, self.links) for f in flavors]
        return self._page(req, ('flavors',), flavors, shown)

    @controller.query(schema.index_query)
    @controller.response(schema.detail_response)
    def detail(self, req: request.Request) -> dict[str, Any]:
        """List flavors in full."""
        flavors = self._list(req)
        specs = _may_see_specs(req)
        shown = [view.show(req, f, self.links, specs) for f in flavors]
        return self._page(req, ('flavors', 'detail'), flavors, shown)

    @controller.response(schema.show_response)
    def show(self, req: request.Request, id: str) -> dict[str, Any]:
        """Show a flavor."""
        flavor = self.catalogue.get_by_flavorid(id)
        specs = _may_see_specs(req)
        return {'flavor': view.show(req, flavor, self.links, specs)}

    @controller.response(schema.extra_specs_response)
    def extra_specs(self, req: request.Request, id: str) -> dict[str, Any]:
        """Show the extra specs of a flavor."""
        target = {'project_id': req.context.project_id}
        req.context.can(policies.Flavors.EXTRA_SPECS_INDEX, target)
        return {'extra_specs': self.catalogue.get_by_flavorid(id).extra_specs}

    def _list(self, req: request.Request) -> list[Flavor]:
        flavors = _public(req, self.catalogue.all())
        for name, attribute in _MINIMA.items():
            if name in req.filters:
                least = _number(name, req.filters[name])
                flavors = [
                    f for f in flavors if getattr(f, attribute) >= least
                ]
        key = req.filters.get('sort_key', 'id')
        if key in schema.SORT_KEYS:
            flavors.sort(
                key=lambda flavor: getattr(flavor, key),
                reverse=req.filters.get('sort_dir') == 'desc',
            )
        start = _position(flavors, req.page.marker)
        return flavors[start:][: req.page.limit]

    def _page(
        self,
        req: request.Request,
        path: tuple[str, ...],
        flavors: list[Flavor],
        shown: list[dict[str, Any]],
    ) -> dict[str, Any]:
        body: dict[str, Any] = {'flavors': shown}
        keys = [flavor.flavorid for flavor in flavors]
        if next_page := self.links.next_page(req, path, keys):
            body['flavors_links'] = next_page
        return body


def _may_see_specs(req: request.Request) -> bool:
    target = {'project_id': req.context.project_id}
    return req.context.can(
        policies.Flavors.EXTRA_SPECS_INDEX, target, fatal=False
    )


def _public(req: request.Request, flavors: list[Flavor]) -> list[Flavor]:
    wanted = req.filters.get('is_public', 'true')
    if not req.context.is_admin or wanted.lower() == 'none':
        return flavors
    try:
        is_public = strutils.bool_from_string(wanted, strict=True)
    except ValueError:
        raise InvalidFilter(name='is_public', value=wanted) from None
    return [flavor for flavor in flavors if flavor.is_public == is_public]


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidFilter(name=name, value=text) from None


def _position(flavors: list[Flavor], marker: str | None) -> int:
    if marker is None:
        return 0
    for position, flavor in enumerate(flavors, start=1):
        if flavor.flavorid == marker:
            return position
    raise FlavorMarkerNotFound(marker=marker)
