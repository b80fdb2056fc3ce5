# SPDX-License-Identifier: Apache-2.0
"""Version documents as clients expect them."""

from typing import Any

from ext_lib.wsgi import microversion
from nova_ext.api.openstack.compute import microversions

_TYPE = 'application/vnd.openstack.compute+json'

#: All APIs: the one from before microversions comes first.
LEGACY = 'v2.0'
CURRENT = 'v2.1'
IDS = (LEGACY, CURRENT)

#: The last segment of the URL of each.
_SEGMENTS = {LEGACY: 'v2', CURRENT: 'v2.1'}

_STATUSES = {LEGACY: 'DEPRECATED', CURRENT: 'CURRENT'}


def index(
    root: str,
    negotiator: microversion.Negotiator = microversions.NEGOTIATOR,
) -> dict[str, Any]:
    """Return the list of APIs below the URL ``root``."""
    versions = [
        _entry(id, negotiator) | {'links': [_self(_below(root, id))]}
        for id in IDS
    ]
    return {'versions': versions}


def choices(root: str, path: str) -> dict[str, Any]:
    """Return where the unknown ``path`` would be in each API."""
    found = [
        {
            'id': id,
            'status': _STATUSES[id],
            'links': [{'rel': 'self', 'href': _below(root, id) + path}],
            'media-types': _media_types(id),
        }
        for id in IDS
    ]
    return {'choices': found}


def show(
    base: str,
    id: str = CURRENT,
    negotiator: microversion.Negotiator = microversions.NEGOTIATOR,
) -> dict[str, Any]:
    """Return the document of an API.

    :param base: the URL that the document is read below
    """
    described = {
        'rel': 'describedby',
        'type': 'text/html',
        'href': 'http://docs.openstack.org/',
    }
    document = _entry(id, negotiator)
    document['links'] = [_self(base), described]
    document['media-types'] = _media_types(id)
    return {'version': document}


def _entry(id: str, negotiator: microversion.Negotiator) -> dict[str, Any]:
    if id == LEGACY:
        return {
            'id': id,
            'status': _STATUSES[id],
            'version': '',
            'min_version': '',
            'updated': '2025-07-04T12:00:00Z',
        }
    return {
        'id': id,
        'status': _STATUSES[id],
        'version': str(negotiator.maximum),
        'min_version': str(negotiator.minimum),
        'updated': '2013-07-23T11:33:21Z',
    }


def _below(root: str, id: str) -> str:
    return f'{root.rstrip("/")}/{_SEGMENTS[id]}'


def _self(url: str) -> dict[str, str]:
    return {'rel': 'self', 'href': f'{url.rstrip("/")}/'}


def _media_types(id: str) -> list[dict[str, str]]:
    version = '2' if id == LEGACY else '2.1'
    return [{'base': 'application/json', 'type': f'{_TYPE};version={version}'}]
