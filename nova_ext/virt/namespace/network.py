# SPDX-License-Identifier: Apache-2.0
"""The bridge of the guests and their interfaces (ip-link(8), ip-netns(8)).

The bridge has the first address of the private network. Nothing else of the
machine is changed: no route beyond the one to that network, no forwarding, no
rule of a firewall. IPv6 addresses are not generated.
"""

import ipaddress
import json
import pathlib
from typing import Any

from ext_lib.startup_errors import Misconfigured
from nova_ext.virt.namespace import command
from nova_ext.virt.namespace import processes
from nova_ext.virt.namespace.guest import Guest
from nova_ext.virt.namespace.guest import mac_of

_INTERFACES = pathlib.Path('/sys/class/net')
_INSIDE = 'eth0'
#: The longest alias of an interface (linux/if.h), less the end of the text.
_ALIAS = 255


def parse(text: str) -> ipaddress.IPv4Network:
    """Return the private network that an option names.

    :raises Misconfigured: when it is none, or has no room for a guest
    """
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError as error:
        raise Misconfigured(f'[namespace] network: {error}.') from error
    if not network.is_private or network.prefixlen > 30:
        raise Misconfigured(
            f'[namespace] network: {text} is not a private network of four '
            'addresses or more.'
        )
    return network


class Network:
    """The bridge of the guests.

    :param bridge: its name
    :param network: of the addresses
    :param owner: directory of the guests, by which the bridge is known as
        theirs
    """

    def __init__(
        self, bridge: str, network: ipaddress.IPv4Network, owner: pathlib.Path
    ) -> None:
        self._bridge = bridge
        self._network = network
        self._alias = f'nova-ext {owner}'[:_ALIAS]

    def check(self) -> None:
        """Refuse a bridge or a network that is in use by others.

        :raises Misconfigured: when it is
        """
        if self._exists(self._bridge) and not self._is_own():
            raise Misconfigured(
                f'[namespace] bridge: {self._bridge} exists and is not the '
                'bridge of these servers.'
            )
        for name, used in self._used():
            if name != self._bridge and used.overlaps(self._network):
                raise Misconfigured(
                    f'[namespace] network: {self._network} overlaps {used} '
                    f'on {name} of this machine.'
                )

    def plug(self, guest: Guest) -> None:
        """Connect a guest, unless it is connected."""
        self._make_bridge()
        if self._is_plugged(guest):
            return
        self.unplug(guest)
        inside = ('-n', guest.namespace)
        length = self._network.prefixlen
        command.run('ip', 'netns', 'add', guest.namespace)
        _ip(
            *('link', 'add', guest.link, 'type', 'veth'),
            *('peer', 'name', _INSIDE, 'address', guest.mac),
            *('netns', guest.namespace),
        )
        for place, link in ((), guest.link), (inside, _INSIDE):
            _ip(*place, 'link', 'set', link, 'addrgenmode', 'none')
        address = f'{guest.address}/{length}'
        _ip(*inside, 'address', 'add', address, 'dev', _INSIDE)
        _ip(*inside, 'link', 'set', 'lo', 'up')
        _ip(*inside, 'link', 'set', _INSIDE, 'up')
        _ip('link', 'set', guest.link, 'master', self._bridge, 'up')

    def unplug(self, guest: Guest) -> None:
        """Remove the interfaces and the namespace of a guest."""
        self._delete(guest.link)
        if (processes.NAMESPACES / guest.namespace).exists():
            command.run('ip', 'netns', 'delete', guest.namespace)

    def remove(self) -> None:
        """Remove the bridge."""
        if self._exists(self._bridge) and self._is_own():
            self._delete(self._bridge)

    def _delete(self, link: str) -> None:
        try:
            if self._exists(link):
                _ip('link', 'delete', link)
        except command.CommandFailed:
            # The kernel removes what a namespace had when that has ended.
            if self._exists(link):
                raise

    def _make_bridge(self) -> None:
        if self._exists(self._bridge):
            if self._is_own() and self._is_up():
                return
            # It was left half made.
            self.remove()
        first = str(next(self._network.hosts()))
        # Without one of its own, a bridge has that of any guest.
        mac = mac_of(first)
        _ip('link', 'add', self._bridge, 'address', mac, 'type', 'bridge')
        _ip(
            *('link', 'set', self._bridge, 'alias', self._alias),
            *('addrgenmode', 'none'),
        )
        address = f'{first}/{self._network.prefixlen}'
        _ip('address', 'add', address, 'dev', self._bridge)
        _ip('link', 'set', self._bridge, 'up')

    def _is_plugged(self, guest: Guest) -> bool:
        if not processes.is_named(guest.namespace):
            return False
        master = _INTERFACES / guest.link / 'master'
        # What is done last is there.
        return master.exists() and master.resolve().name == self._bridge

    def _exists(self, link: str) -> bool:
        return (_INTERFACES / link).exists()

    def _is_own(self) -> bool:
        alias = (_INTERFACES / self._bridge / 'ifalias').read_text().strip()
        # Without a name and down, it was left half made.
        return alias == self._alias or not (alias or self._is_up())

    def _is_up(self) -> bool:
        flags = (_INTERFACES / self._bridge / 'flags').read_text()
        return bool(int(flags, 16) & 1)

    def _used(self) -> list[tuple[str, ipaddress.IPv4Network]]:
        """Return names of interfaces with the IPv4 networks behind them."""
        routes = _json('-4', 'route', 'show', 'table', 'all')
        found = [(r.get('dev', 'a route'), str(r['dst'])) for r in routes]
        for link in _json('-4', 'address', 'show'):
            for address in link['addr_info']:
                text = f'{address["local"]}/{address["prefixlen"]}'
                found.append((link['ifname'], text))
        return [
            (name, ipaddress.IPv4Network(text, strict=False))
            for name, text in found
            if text != 'default'
        ]


def _ip(*arguments: str) -> str:
    return command.run('ip', *arguments)


def _json(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_ip('-json', *arguments) or '[]')
    # Older programs leave empty objects where there is nothing.
    return [entry for entry in found if entry]
