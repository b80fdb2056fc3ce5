# SPDX-License-Identifier: Apache-2.0
"""Properties of servers that are stored as clients write them."""

from typing import Any

_COLUMNS = {
    'name': 'display_name',
    'description': 'display_description',
    'accessIPv4': 'access_ip_v4',
    'accessIPv6': 'access_ip_v6',
}


def of(server: dict[str, Any]) -> dict[str, Any]:
    """Return the properties that are stored as they are given."""
    found = {c: server[k] for k, c in _COLUMNS.items() if k in server}
    if 'OS-DCF:diskConfig' in server:
        found['auto_disk_config'] = server['OS-DCF:diskConfig'] == 'AUTO'
    return found
