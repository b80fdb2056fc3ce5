# SPDX-License-Identifier: Apache-2.0
"""A service that the all-in-one program of another runs beside its own.

Neither imports the other: the program finds companions by the entry points
of a group, and both know what stands here.
"""

import abc
import argparse
from collections.abc import Mapping, Sequence
import dataclasses
import pathlib

from ext_lib.service import Runnable
from ext_lib.wsgi.server import Endpoint


@dataclasses.dataclass(frozen=True)
class Place:
    """Where companions run.

    :param host: address to listen on
    :param state: directory of all data
    :param argv: what of the command line is for oslo.config
    :param endpoints: those of all services, by type; they have URLs once
        their servers have started, in this order
    """

    host: str
    state: pathlib.Path
    argv: Sequence[str]
    endpoints: Mapping[str, Endpoint]


class Companion(abc.ABC):
    """One service; it is made when the program has read its command line."""

    @staticmethod
    @abc.abstractmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Add what the command line may say of this service."""

    @abc.abstractmethod
    def __init__(self, place: Place, arguments: argparse.Namespace) -> None:
        """Read the configuration; logging is set up already."""

    @abc.abstractmethod
    def endpoints(self) -> Mapping[str, Endpoint]:
        """Return the endpoints by type of service, to be started before."""

    @abc.abstractmethod
    def services(self) -> Sequence[Runnable]:
        """Return what else is to be started, after all endpoints."""

    @abc.abstractmethod
    def to_try(self) -> str:
        """Return commands that show what the service does."""
