# SPDX-License-Identifier: Apache-2.0
"""flavors: sizes of servers."""

from typing import Any

from oslo_utils import strutils

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext import policies
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.schemas import types
from nova_ext.flavors import Catalogue
from nova_ext.flavors import Flavor

_MINIMA = {'minRam': 'memory_mb', 'minDisk': 'root_gb'}

_SORT_KEYS = (
    'flavorid', 'id', 'name', 'memory_mb', 'vcpus', 'root_gb', 'ephemeral_gb',
    'swap', 'rxtx_factor', 'disabled', 'is_public',
)  # fmt: skip
#: Accepted and ignored: all flavors are equal in these.
_SAME_KEYS = ('created_at', 'updated_at', 'description', 'vcpu_weight')
_SORT_KEY = {'enum': [*_SORT_KEYS, *_SAME_KEYS]}

_INDEX_QUERY = schema.Query(
    {
        'limit': Param(types.limit, multiple=True),
        'marker': Param(types.string, multiple=True),
        'is_public': Param(types.string, multiple=True),
        'minRam': Param(types.string, multiple=True),
        'minDisk': Param(types.string, multiple=True),
        'sort_key': Param(_SORT_KEY, multiple=True),
        'sort_dir': Param({'enum': ['asc', 'desc']}, multiple=True),
    },
    strict_since='2.75',
)

_DESCRIPTION = Param(types.string_or_null, since='2.55', required=True)
_REFERENCE = {
    'id': Param(types.string, required=True),
    'name': Param(types.string, required=True),
    'links': Param(types.links, required=True),
    'description': _DESCRIPTION,
}
_DETAIL = schema.Body(
    {
        **_REFERENCE,
        'ram': Param(types.integer, required=True),
        'disk': Param(types.integer, required=True),
        'swap': (
            Param(
                {'type': ['string', 'integer']}, until='2.74', required=True
            ),
            Param(types.integer, since='2.75', required=True),
        ),
        'OS-FLV-EXT-DATA:ephemeral': Param(types.integer, required=True),
        'OS-FLV-DISABLED:disabled': Param(types.boolean, required=True),
        'vcpus': Param(types.integer, required=True),
        'os-flavor-access:is_public': Param(types.boolean, required=True),
        'rxtx_factor': Param({'type': 'number'}, required=True),
        'extra_specs': Param({'type': 'object'}, since='2.61'),
    }
)


def _listed(item: schema.Body) -> schema.Body:
    return schema.Body(
        {
            'flavors': Param(schema.ListOf(item), required=True),
            'flavors_links': Param(types.links),
        }
    )


_INDEX_RESPONSE = _listed(schema.Body(_REFERENCE))
_DETAIL_RESPONSE = _listed(_DETAIL)
_SHOW_RESPONSE = schema.wrapped('flavor', _DETAIL)
_EXTRA_SPECS_RESPONSE = schema.wrapped('extra_specs', {'type': 'object'})


class FlavorMarkerNotFound(exception.Invalid):
    """A page was requested that starts after an unknown flavor."""

    msg_fmt = 'marker [%(marker)s] not found'


class InvalidFilter(exception.Invalid):
    """The value of a filter is no number, or no boolean."""

    msg_fmt = 'Invalid %(name)s filter [%(value)s]'


class FlavorsController:
    """Lists and shows flavors."""

    def __init__(self, links: links.Links, catalogue: Catalogue) -> None:
        self.links = links
        self.catalogue = catalogue

    @controller.query(_INDEX_QUERY)
    @controller.response(_INDEX_RESPONSE)
    def index(self, req: request.Request) -> dict[str, Any]:
        """List flavors."""
        flavors = self._list(req)
        shown = [reference(req, f, self.links) for f in flavors]
        return self._page(req, ('flavors',), flavors, shown)

    @controller.query(_INDEX_QUERY)
    @controller.response(_DETAIL_RESPONSE)
    def detail(self, req: request.Request) -> dict[str, Any]:
        """List flavors in full."""
        flavors = self._list(req)
        specs = _may_see_specs(req)
        shown = [show(req, f, self.links, specs) for f in flavors]
        return self._page(req, ('flavors', 'detail'), flavors, shown)

    @controller.response(_SHOW_RESPONSE)
    def show(self, req: request.Request, id: str) -> dict[str, Any]:
        """Show a flavor."""
        flavor = self.catalogue.get_by_flavorid(id)
        specs = _may_see_specs(req)
        return {'flavor': show(req, flavor, self.links, specs)}

    @controller.response(_EXTRA_SPECS_RESPONSE)
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
        if key in _SORT_KEYS:
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


def reference(
    req: request.Request, flavor: Flavor, links: links.Links
) -> dict[str, Any]:
    """Return a flavor as the short list has it."""
    shown: dict[str, Any] = {
        'id': flavor.flavorid,
        'name': flavor.name,
        'links': links.resource(req, 'flavors', flavor.flavorid),
    }
    if microversions.supports(req, microversions.FLAVOR_DESCRIPTION):
        shown['description'] = flavor.description
    return shown


def show(
    req: request.Request,
    flavor: Flavor,
    links: links.Links,
    with_specs: bool,
) -> dict[str, Any]:
    """Return a flavor in full.

    :param with_specs: whether the caller may see its extra specs
    """
    as_number = microversions.supports(req, microversions.STRICT)
    shown: dict[str, Any] = {
        'id': flavor.flavorid,
        'name': flavor.name,
        'ram': flavor.memory_mb,
        'disk': flavor.root_gb,
        'swap': flavor.swap or (0 if as_number else ''),
        'OS-FLV-EXT-DATA:ephemeral': flavor.ephemeral_gb,
        'OS-FLV-DISABLED:disabled': flavor.disabled,
        'vcpus': flavor.vcpus,
        'os-flavor-access:is_public': flavor.is_public,
        'rxtx_factor': flavor.rxtx_factor,
        'links': links.resource(req, 'flavors', flavor.flavorid),
    }
    if microversions.supports(req, microversions.FLAVOR_DESCRIPTION):
        shown['description'] = flavor.description
    if with_specs and microversions.supports(
        req, microversions.FLAVOR_EXTRA_SPECS
    ):
        shown['extra_specs'] = flavor.extra_specs
    return shown


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
