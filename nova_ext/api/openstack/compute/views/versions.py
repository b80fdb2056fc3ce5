# SPDX-License-Identifier: Apache-2.0
"""Version documents as clients expect them."""

from typing import Any

from ext_lib.wsgi import microversion
from nova_ext.api.openstack.compute import microversions

_TYPE = 'application/vnd.openstack.compute+json;version=2.1'


def index(
    root: str,
    negotiator: microversion.Negotiator = microversions.NEGOTIATOR,
) -> dict[str, Any]:
    """Return the list of APIs below the URL ``root``."""
    return {'versions': [_entry(negotiator) | {'links': [_self(root)]}]}


def choices(root: str, path: str) -> dict[str, Any]:
    """Return where the unknown ``path`` would be in each API."""
    url = f'{root.rstrip("/")}/v2.1{path}'
    choice = {
        'id': 'v2.1',
        'status': 'CURRENT',
        'links': [{'rel': 'self', 'href': url}],
        'media-types': _media_types(),
    }
    return {'choices': [choice]}


def show(
    base: str,
    negotiator: microversion.Negotiator = microversions.NEGOTIATOR,
) -> dict[str, Any]:
    """Return the document of the API whose own URL is ``base``."""
    root = base.rpartition('/v2.1')[0]
    described = {
        'rel': 'describedby',
        'type': 'text/html',
        'href': 'http://docs.openstack.org/',
    }
    document = _entry(negotiator)
    document['links'] = [_self(root), described]
    document['media-types'] = _media_types()
    return {'version': document}


def _entry(negotiator: microversion.Negotiator) -> dict[str, Any]:
    return {
        'id': 'v2.1',
        'status': 'CURRENT',
        'version': str(negotiator.maximum),
        'min_version': str(negotiator.minimum),
        'updated': '2013-07-23T11:33:21Z',
    }


def _self(root: str) -> dict[str, str]:
    return {'rel': 'self', 'href': f'{root.rstrip("/")}/v2.1/'}


def _media_types() -> list[dict[str, str]]:
    return [{'base': 'application/json', 'type': _TYPE}]
