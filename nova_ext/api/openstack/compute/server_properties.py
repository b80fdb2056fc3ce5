# SPDX-License-Identifier: Apache-2.0
"""Properties of servers in the bodies of requests.

Networks and images are not looked up, as the fake hypervisor attaches and
boots anything. Security groups that a project does not have by itself are
refused as nova refuses unknown ones.
"""

from collections.abc import Iterable, Mapping
import ipaddress
import secrets
import socket
import string
from typing import Any

from ext_lib import exception

_COLUMNS = {
    'name': 'display_name',
    'description': 'display_description',
    'accessIPv4': 'access_ip_v4',
    'accessIPv6': 'access_ip_v6',
}

#: The security group that every project has.
_DEFAULT = 'default'
#: Quotas of nova for files that are written into a new server.
_MOST_FILES = 5
_LONGEST_PATH = 255
_LONGEST_CONTENTS = 10240

#: Of random passwords.
_PASSWORD_LENGTH = 12
_PASSWORD_ALPHABET = string.ascii_letters + string.digits

Properties = Mapping[str, Any]


class InvalidNetworks(exception.Invalid):
    """The networks of a request contradict each other."""


class SecurityGroupNotFound(exception.Invalid):
    """A request names a security group that does not exist."""

    msg_fmt = 'Security group %(name)s not found.'


class FilesExceedQuota(exception.Forbidden):
    """A request has more or longer files for a server than permitted."""

    msg_fmt = 'Personality file limit exceeded'


def of(server: Properties) -> dict[str, Any]:
    """Return the properties that are stored, by column.

    Addresses of IPv6 have many spellings; the shortest is stored, as
    PostgreSQL does by itself.

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


def password_of(server: Properties) -> str:
    """Return the password that the client chose, or a random one.

    It is in the answer and is never stored.
    """
    if 'adminPass' in server:
        return str(server['adminPass'])
    return ''.join(
        secrets.choice(_PASSWORD_ALPHABET) for _ in range(_PASSWORD_LENGTH)
    )


def check_create(server: Properties, count: int) -> None:
    """Refuse a request for new servers that names unknown resources.

    :param count: how many servers it asks for at most
    :raises InvalidNetworks: for networks
    :raises SecurityGroupNotFound: for a security group
    :raises FilesExceedQuota: for files that are too many or too long
    """
    networks = server.get('networks', ())
    if not isinstance(networks, str):
        _check_networks(networks)
        if count > 1:
            _check_shareable(networks)
    for group in server.get('security_groups', ()):
        if group.get('name', _DEFAULT) != _DEFAULT:
            raise SecurityGroupNotFound(name=group['name'])
    check_files(server)


def check_files(server: Properties) -> None:
    """Refuse files that a server cannot get.

    :raises FilesExceedQuota: when they are too many or too long
    """
    _check_files(server.get('personality', ()))


def _check_networks(networks: Iterable[Properties]) -> None:
    ports = set()
    for network in networks:
        port = network.get('port')
        if port is None:
            if 'uuid' not in network:
                raise InvalidNetworks('Bad network format: missing uuid')
            continue
        if port.lower() in ports:
            raise InvalidNetworks(f'Port {port} is requested twice.')
        if network.get('fixed_ip') is not None:
            raise InvalidNetworks(
                f'Port {port} has an address, so none can be requested.'
            )
        ports.add(port.lower())


def _check_shareable(networks: Iterable[Properties]) -> None:
    """Refuse ports and addresses for several servers."""
    for network in networks:
        if network.get('port') is not None:
            raise InvalidNetworks('Several servers cannot share a port.')
        if network.get('fixed_ip') is not None:
            raise InvalidNetworks('Several servers cannot share an address.')


def _check_files(files: Iterable[Properties]) -> None:
    files = list(files)
    if len(files) > _MOST_FILES:
        raise FilesExceedQuota()
    if any(len(file['path']) > _LONGEST_PATH for file in files):
        raise FilesExceedQuota(
            f'Personality file path exceeds maximum {_LONGEST_PATH}'
        )
    if any(len(file['contents']) > _LONGEST_CONTENTS for file in files):
        raise FilesExceedQuota(
            f'Personality file content exceeds maximum {_LONGEST_CONTENTS}'
        )
