# SPDX-License-Identifier: Apache-2.0
"""The key and the addresses of a server, in its system metadata.

A value of these has at most 255 characters, so that a public key takes
several, as nova stores passwords.
"""

from collections.abc import Mapping, Sequence
import json

from nova_ext.db.api import instance_network

#: Keys of a server, in any order.
Metadata = Mapping[str, str | None]

_KEY_DATA = 'key_data_'
_NETWORK_INFO = instance_network.KEY
_LENGTH = 255


def key_data(metadata: Metadata) -> str:
    """Return the public key of a server; empty when it has none."""
    count = sum(name.startswith(_KEY_DATA) for name in metadata)
    return ''.join(metadata[f'{_KEY_DATA}{i}'] or '' for i in range(count))


def with_key_data(
    metadata: Metadata, public_key: str | None
) -> dict[str, str | None]:
    """Return the metadata with another public key, or without one."""
    others = {k: v for k, v in metadata.items() if not k.startswith(_KEY_DATA)}
    text = public_key or ''
    parts = [text[i : i + _LENGTH] for i in range(0, len(text), _LENGTH)]
    return others | {f'{_KEY_DATA}{i}': part for i, part in enumerate(parts)}


def network_info(metadata: Metadata) -> list[tuple[str, str, str]]:
    """Return the addresses of a server: network, address, hardware address.

    A server that is being built has none.
    """
    text = metadata.get(_NETWORK_INFO)
    return [(n, a, m) for n, a, m in json.loads(text)] if text else []


def with_network_info(
    metadata: Metadata, addresses: Sequence[tuple[str, str, str]]
) -> dict[str, str | None]:
    """Return the metadata with other addresses."""
    text = json.dumps([list(address) for address in addresses])
    return {**metadata, _NETWORK_INFO: text}
