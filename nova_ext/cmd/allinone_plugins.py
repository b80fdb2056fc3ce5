# SPDX-License-Identifier: Apache-2.0
"""Further services of the all-in-one, by what is installed."""

import argparse
from collections.abc import Iterable, Sequence
from importlib import metadata

from ext_lib.allinone_plugin import Companion
from ext_lib.allinone_plugin import Place
from ext_lib.service import Runnable
from ext_lib.wsgi.server import Endpoint

GROUP = 'nova_ext.allinone'


class Companions:
    """The services that run beside this one.

    :param entry_points: of their classes
    """

    def __init__(
        self, entry_points: Iterable[metadata.EntryPoint] | None = None
    ) -> None:
        if entry_points is None:
            entry_points = metadata.entry_points(group=GROUP)
        self._classes: list[type[Companion]] = [
            entry_point.load()
            for entry_point in sorted(entry_points, key=_name)
        ]
        self._made: list[Companion] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add what the command line may say of them."""
        for companion in self._classes:
            companion.add_arguments(parser)

    def configure(
        self,
        place: Place,
        arguments: argparse.Namespace,
        endpoints: dict[str, Endpoint],
    ) -> None:
        """Have them read their configuration; add their endpoints."""
        for companion in self._classes:
            made = companion(place, arguments)
            endpoints.update(made.endpoints())
            self._made.append(made)

    def services(self) -> Sequence[Runnable]:
        """Return what they consist of beside their endpoints."""
        return [part for made in self._made for part in made.services()]

    def to_try(self) -> Sequence[str]:
        """Return commands that show what each does."""
        return [made.to_try() for made in self._made]


def _name(entry_point: metadata.EntryPoint) -> str:
    return entry_point.name
