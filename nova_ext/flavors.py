# SPDX-License-Identifier: Apache-2.0
"""The catalogue of flavors, from the options."""

from collections.abc import Iterable
import dataclasses

from oslo_config import cfg

from nova_ext import exception


@dataclasses.dataclass(frozen=True)
class Flavor:
    """The size of a server.

    :param id: internal number, as ``instance_type_id`` of servers has it
    :param flavorid: the id clients use
    :param memory_mb: MiB
    :param root_gb: GiB, like ``ephemeral_gb``; ``swap`` is in MiB
    """

    id: int
    flavorid: str
    name: str
    memory_mb: int
    vcpus: int
    root_gb: int
    ephemeral_gb: int = 0
    swap: int = 0
    rxtx_factor: float = 1.0
    disabled: bool = False
    is_public: bool = True
    description: str | None = None
    extra_specs: dict[str, str] = dataclasses.field(default_factory=dict)


class Catalogue:
    """All flavors, found by either of their ids.

    :param conf: configuration with ``[api] flavor``
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._flavors = list(_parse_all(conf.api.flavor))

    def all(self) -> list[Flavor]:
        """Return the flavors in the order of their numbers."""
        return list(self._flavors)

    def get_by_flavorid(self, flavorid: str) -> Flavor:
        """Return the flavor with this id, as clients know it.

        :raises FlavorNotFound: when there is none
        """
        for flavor in self._flavors:
            if flavor.flavorid == flavorid:
                return flavor
        raise exception.FlavorNotFound(flavor_id=flavorid)

    def requested(self, flavor_ref: str | int) -> Flavor:
        """Return the flavor a server is to get.

        :raises FlavorUnavailable: when there is none; that a body names it
            and not the path makes the request invalid
        """
        try:
            return self.get_by_flavorid(str(flavor_ref))
        except exception.FlavorNotFound as error:
            raise exception.FlavorUnavailable(flavor_id=flavor_ref) from error

    def get_by_id(self, id: int | None) -> Flavor:
        """Return the flavor with this internal number.

        :raises FlavorNotFound: when there is none
        """
        for flavor in self._flavors:
            if flavor.id == id:
                return flavor
        raise exception.FlavorNotFound(flavor_id=id)


def _parse_all(lines: Iterable[str]) -> Iterable[Flavor]:
    for number, line in enumerate(lines, start=1):
        name, flavorid, memory_mb, vcpus, root_gb = line.rsplit(':', 4)
        yield Flavor(
            id=number,
            flavorid=flavorid,
            name=name,
            memory_mb=int(memory_mb),
            vcpus=int(vcpus),
            root_gb=int(root_gb),
        )
