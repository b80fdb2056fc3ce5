# SPDX-License-Identifier: Apache-2.0
"""Interface of a service that runs in the all-in-one program of another.

Neither imports the other: the program finds plugins by the entry points of a
group, and both import this module.
"""

import abc
import argparse
from collections.abc import Iterable, Mapping, Sequence
import dataclasses
from importlib import metadata
import pathlib
from typing import Any

from oslo_config import cfg
from oslo_db import options as db_options
import oslo_messaging as messaging
from stevedore import named

from ext_lib.service import Runnable
from ext_lib.wsgi.server import Endpoint


@dataclasses.dataclass(frozen=True)
class Place:
    """The program that plugins run in.

    :param host: address to listen on
    :param state: directory of all data
    :param argv: the part of the command line for oslo.config
    :param endpoints: those of all services, by type; they have URLs once
        their servers have started, in this order
    :param login: whom one can log in as on the servers of the compute API;
        None where they are names only
    """

    host: str
    state: pathlib.Path
    argv: Sequence[str]
    endpoints: Mapping[str, Endpoint]
    login: str | None = None


class AllInOnePlugin(abc.ABC):
    """One service, made when the program has read its command line."""

    @staticmethod
    @abc.abstractmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Add the options of this service to the command line."""

    @abc.abstractmethod
    def __init__(self, place: Place, arguments: argparse.Namespace) -> None:
        """Read the configuration; logging is set up already."""

    @abc.abstractmethod
    def endpoints(self) -> Mapping[str, Endpoint]:
        """Return the endpoints by type of service, to be started before."""

    @abc.abstractmethod
    def services(self) -> Sequence[Runnable]:
        """Return the services to be started after all endpoints."""

    @abc.abstractmethod
    def to_try(self) -> str:
        """Return commands that show what the service does."""


class AllInOnePlugins:
    """The services that run beside that of the program.

    :param entry_points: of their classes
    """

    def __init__(self, entry_points: Iterable[metadata.EntryPoint]) -> None:
        self._classes: list[type[AllInOnePlugin]] = [
            entry_point.load()
            for entry_point in sorted(entry_points, key=_name)
        ]
        self._made: list[AllInOnePlugin] = []

    @classmethod
    def of_group(cls, group: str) -> 'AllInOnePlugins':
        """Return those that are installed, by the group of entry points."""
        # stevedore has them in a file.
        manager: named.NamedExtensionManager[Any]
        manager = named.NamedExtensionManager(group, [])
        return cls(manager.list_entry_points())

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add their options to the command line."""
        for plugin in self._classes:
            plugin.add_arguments(parser)

    def configure(
        self,
        place: Place,
        arguments: argparse.Namespace,
        endpoints: dict[str, Endpoint],
    ) -> None:
        """Make the plugins; add their endpoints."""
        for plugin in self._classes:
            made = plugin(place, arguments)
            endpoints.update(made.endpoints())
            self._made.append(made)

    def services(self) -> Sequence[Runnable]:
        """Return their services beside their endpoints."""
        return [part for made in self._made for part in made.services()]

    def to_try(self) -> Sequence[str]:
        """Return commands to try, one text for each plugin."""
        return [made.to_try() for made in self._made]


def set_defaults(conf: cfg.ConfigOpts) -> None:
    """Have messages stay in the process, and no keystone, by default."""
    # Registers the options of messaging.
    messaging.TransportURL.parse(conf)
    conf.register_opts(db_options.database_opts, 'database')
    conf.set_default('transport_url', 'fake://')
    conf.set_default('auth_strategy', 'noauth', 'api')


def _name(entry_point: metadata.EntryPoint) -> str:
    return entry_point.name
