# SPDX-License-Identifier: Apache-2.0
"""The command that shows all that was done to a server, in order of time."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
import logging
from typing import Any, Final

from openstack import exceptions
from osc_lib.cli import parseractions
from osc_lib.command import command

from osc_ext import exit_status
from osc_ext import names
from osc_ext import services
from osc_ext import timeline

LOG = logging.getLogger(__name__)

_EPILOG: Final = """\
Migrations are shown to those whom the API shows them, administrators by
default, as are the hosts and tracebacks of events::

    openstack server timeline web1
    openstack server timeline 70a599e0-31e7-49b7-b260-868f441e862b --long
"""


class ListServerTimeline(exit_status.StatusMixin, command.Lister):
    """List actions, their events and migrations of a server by time.

    The oldest comes first. Those of a deleted server are found by its ID, and
    where there is a trail by its name.
    """

    examples = _EPILOG

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'server',
            metavar='<server>',
            help='Server, deleted or not (name or ID)',
        )
        parser.add_argument(
            '--long',
            action='store_true',
            help='List projects, request IDs and tracebacks, too',
        )
        parser.add_argument(
            '--limit',
            metavar='<limit>',
            type=int,
            action=parseractions.NonNegativeAction,
            help='Take the newest actions only, as many; all by default',
        )
        parser.add_argument(
            '--marker',
            metavar='<marker>',
            help='Take only actions before this one (request ID)',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """Return columns and rows."""
        compute = services.compute(self.app.client_manager)
        server = names.find_server(compute, parsed_args.server)
        entries = [
            *_of_actions(compute, server, parsed_args),
            *_of_migrations(compute, server),
        ]
        if parsed_args.limit or parsed_args.marker:
            entries = _within_actions(entries)
        return timeline.table(entries, parsed_args)


def _of_actions(
    compute: Any, server: str, parsed_args: argparse.Namespace
) -> Iterator[timeline.Entry]:
    """Yield each action with its events.

    The API shows the events of one action at a time.
    """
    query = services.page(parsed_args)
    for listed in compute.server_actions(server, **query):
        action = compute.get_server_action(listed.request_id, server)
        events = action.events or ()
        yield timeline.action_entry(action, events, action.message)
        for event in events:
            yield timeline.event_entry(event, action.request_id)


def _of_migrations(compute: Any, server: str) -> Iterator[timeline.Entry]:
    try:
        for migration in compute.migrations(server_id=server):
            yield timeline.migration_entry(migration)
    except exceptions.ForbiddenException:
        LOG.warning('Migrations are not shown: the API refuses them.')


def _within_actions(entries: Sequence[timeline.Entry]) -> list[timeline.Entry]:
    """Return the entries without migrations outside of the actions' time."""
    begun = [
        entry.time for entry in entries if entry.kind != timeline.MIGRATION
    ]
    if not begun:
        return []
    first, last = min(begun), max(begun)
    return [
        entry
        for entry in entries
        if entry.kind != timeline.MIGRATION or first <= entry.time <= last
    ]
