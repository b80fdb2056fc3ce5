# SPDX-License-Identifier: Apache-2.0
"""Guests as they are kept on the machine, one directory for each.

All compute hosts of the machine share them. A guest belongs to one host; only
that one changes it, save for the hand-over of a migration.
"""

from collections.abc import Iterator
import contextlib
import dataclasses
import fcntl
import ipaddress
import json
import os
import pathlib
import shutil

from nova_ext import exception
from nova_ext.virt.namespace.processes import Process

_LOCK = 'lock'
_GUESTS = 'servers'
_RECORD = 'guest.json'
_PREFIX = 'nova-ext-'


def mac_of(address: str) -> str:
    """Return a hardware address, a different one for each address."""
    return f'fa:16:3e:{ipaddress.IPv4Address(address).packed[1:].hex(":")}'


@dataclasses.dataclass(frozen=True)
class Guest:
    """One guest, as its file describes it.

    :param uuid: of the server
    :param address: out of the private network
    :param host: that it belongs to
    :param source: the host it came from, until its migration is confirmed
    :param is_on: whether its processes should be there
    :param is_suspended: whether they should be stopped
    :param first: its first process, as of the last start
    """

    uuid: str
    address: str
    host: str
    source: str | None = None
    is_on: bool = False
    is_suspended: bool = False
    first: Process | None = None

    @property
    def namespace(self) -> str:
        """The name of its network namespace."""
        return f'{_PREFIX}{self.uuid}'

    @property
    def link(self) -> str:
        """The name of its interface on the machine."""
        return f'nx{self.uuid.replace("-", "")[:12]}'

    @property
    def mac(self) -> str:
        """Its hardware address."""
        return mac_of(self.address)


class GuestStore:
    """The guests of a machine.

    :param path: directory of all
    :param network: that addresses are taken out of
    """

    def __init__(
        self, path: pathlib.Path, network: ipaddress.IPv4Network
    ) -> None:
        self._path = path
        self._network = network

    def prepare(self) -> None:
        """Make the directory.

        :raises OSError: when it cannot be made
        """
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._path / _GUESTS).mkdir(mode=0o700, exist_ok=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other threads and processes from what all guests share."""
        with open(self._path / _LOCK, 'a') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def directory(self, uuid: str) -> pathlib.Path:
        """Return the directory of a guest."""
        return self._path / _GUESTS / uuid

    def find(self, uuid: str) -> Guest | None:
        """Return a guest, or None when there is none."""
        try:
            text = (self.directory(uuid) / _RECORD).read_text()
        except FileNotFoundError:
            return None
        fields = json.loads(text)
        if fields['first'] is not None:
            fields['first'] = Process(**fields['first'])
        return Guest(**fields)

    def get(self, uuid: str, host: str) -> Guest:
        """Return a guest.

        :param host: that asks, for the error
        :raises GuestNotHere: when there is none
        """
        guest = self.find(uuid)
        if guest is None:
            raise exception.GuestNotHere(instance_uuid=uuid, host=host)
        return guest

    def all(self) -> list[Guest]:
        """Return the guests of all hosts of the machine."""
        found = (self.find(name) for name in self._names())
        return [guest for guest in found if guest is not None]

    def create(self, uuid: str, host: str) -> Guest:
        """Return a guest of the host, which is new unless it was there.

        :raises GuestFailed: when all addresses are taken
        """
        with self.locked():
            guest = self.find(uuid)
            if guest is None:
                guest = Guest(uuid, self._free_address(uuid), host)
            return self.change(guest, host=host)

    def change(self, guest: Guest, **changes: object) -> Guest:
        """Store changed fields of a guest and return it with them."""
        guest = dataclasses.replace(guest, **changes)  # type: ignore[arg-type]
        directory = self.directory(guest.uuid)
        directory.mkdir(mode=0o700, exist_ok=True)
        new = directory / f'{_RECORD}.new'
        new.write_text(json.dumps(dataclasses.asdict(guest)))
        os.replace(new, directory / _RECORD)
        return guest

    def remove(self, guest: Guest) -> None:
        """Remove the directory of a guest; its record is the last to go."""
        directory = self.directory(guest.uuid)
        for entry in list(directory.iterdir()):
            if entry.name == _RECORD:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        shutil.rmtree(directory)

    def is_empty(self) -> bool:
        """Return whether there is no guest."""
        return not self._names()

    def _names(self) -> list[str]:
        return sorted(os.listdir(self._path / _GUESTS))

    def _free_address(self, uuid: str) -> str:
        taken = {guest.address for guest in self.all()}
        hosts = self._network.hosts()
        next(hosts)  # The machine's.
        for address in hosts:
            if str(address) not in taken:
                return str(address)
        raise exception.GuestFailed(
            instance_uuid=uuid,
            reason=f'All addresses of {self._network} are taken.',
        )
