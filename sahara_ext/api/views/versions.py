# SPDX-License-Identifier: Apache-2.0
"""The document that lists the versions of the API."""

from typing import Any

from sahara_ext.api import microversions


def index(base: str) -> dict[str, Any]:
    """Return all versions, the current one last.

    :param base: URL of the service
    """
    negotiator = microversions.NEGOTIATORS[microversions.V2]
    return {
        'versions': [
            _version('v1.0', 'SUPPORTED', base),
            _version('v1.1', 'SUPPORTED', base),
            {
                **_version('v2', 'CURRENT', base),
                'min_version': str(negotiator.minimum),
                'max_version': str(negotiator.maximum),
            },
        ]
    }


def _version(name: str, status: str, base: str) -> dict[str, Any]:
    href = f'{base.rstrip("/")}/{name}/'
    return {
        'id': name,
        'status': status,
        'links': [{'rel': 'self', 'href': href}],
    }
