# SPDX-License-Identifier: Apache-2.0
"""The command that shows the timeline of a server, deleted or not."""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
import logging
from typing import Any, Final

from osc_lib.command import command

from osc_ext import exit_status
from osc_ext import names
from osc_ext import services
from osc_ext import timeline

LOG = logging.getLogger(__name__)

_UNREACHABLE: Final = 'unreachable'
_EXAMPLES: Final = """\
The name will do, unless several servers have had it::

    openstack audit server show web-3
    openstack audit server show 70a599e0-31e7-49b7-b260-868f441e862b --long
"""


class ShowAuditServer(exit_status.StatusMixin, command.Lister):
    """Show all that was done to a server by time, the oldest first.

    These are actions, their events, migrations and, where they are recorded,
    tasks. Deleted servers are found by their names, too.
    """

    examples = _EXAMPLES

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
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """Return columns and rows."""
        compute = services.compute(self.app.client_manager)
        server = _find(compute, parsed_args.server)
        found = compute.get_audit_timeline(server)
        if found.tasks == _UNREACHABLE:
            LOG.warning('Tasks are not shown: their database is unreachable.')
        return timeline.table(_entries(list(found.entries)), parsed_args)


def _find(compute: Any, name: str) -> str:
    """Return the id of a server, of a deleted one too.

    :raises Ended: when several servers have had the name
    :raises openstack.exceptions.NotFoundException: when none has
    """
    if names.is_uuid(name):
        return name
    # It may have got the name after the last action.
    return names.find_past_server(compute, name) or names.find_present_server(
        compute, name
    )


def _entries(found: Sequence[Any]) -> Iterator[timeline.Entry]:
    """Yield the entries as they are shown, in the order of the API."""
    requests = {}
    events = defaultdict(list)
    for entry in found:
        if entry.kind == timeline.ACTION:
            requests[entry.record.id] = entry.record.request_id
        elif entry.kind == timeline.EVENT:
            events[entry.action_id].append(entry.record)
    for entry in found:
        record = entry.record
        if entry.kind == timeline.ACTION:
            made = timeline.action_entry(
                record, events[record.id], record.result
            )
        elif entry.kind == timeline.EVENT:
            request_id = requests.get(entry.action_id)
            made = timeline.event_entry(record, request_id)
        elif entry.kind == timeline.MIGRATION:
            made = timeline.migration_entry(record)
        else:
            made = timeline.task_entry(record)
        yield made._replace(time=entry.time)
