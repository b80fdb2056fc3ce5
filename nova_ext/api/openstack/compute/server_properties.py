# SPDX-License-Identifier: Apache-2.0
"""Properties of servers that are stored as clients write them.

Addresses are the exception: IPv6 has many spellings of one address, and only
the shortest is stored, as PostgreSQL does by itself.
"""

import ipaddress
import socket
from typing import Any

_COLUMNS = {
    'name': 'display_name',
    'description': 'display_description',
    'accessIPv4': 'access_ip_v4',
    'accessIPv6': 'access_ip_v6',
}


def of(server: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of ``server`` under the names of their columns.

    :param server: a validated request
    """
    found = {c: server[k] for k, c in _COLUMNS.items() if k in server}
    if 'display_name' in found:
        # Clients without microversions may have spaces around it.
        found['display_name'] = found['display_name'].strip()
    if 'access_ip_v6' in found:
        found['access_ip_v6'] = _shortest(found['access_ip_v6'])
    if 'OS-DCF:diskConfig' in server:
        found['auto_disk_config'] = server['OS-DCF:diskConfig'] == 'AUTO'
    return found


def _shortest(address: str) -> str:
    """Return the canonical spelling of an IPv6 address (RFC 5952).

    Python writes an embedded IPv4 address in hexadecimal before 3.13; the C
    library writes it as nova and PostgreSQL do, in decimal.
    """
    packed = ipaddress.IPv6Address(address).packed
    return socket.inet_ntop(socket.AF_INET6, packed)
