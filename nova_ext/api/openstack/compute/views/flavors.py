# SPDX-License-Identifier: Apache-2.0
"""Flavors as answers show them."""

from typing import Any

from ext_lib.wsgi import links
from ext_lib.wsgi import request
from nova_ext.api.openstack.compute import microversions
from nova_ext.flavors import Flavor


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
