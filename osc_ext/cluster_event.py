# SPDX-License-Identifier: Apache-2.0
"""The commands that list and show events of clusters."""

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, Final

from openstackclient.common import pagination
from osc_lib.command import command

from osc_ext import cells
from osc_ext import exit_status
from osc_ext import names
from osc_ext import services

_COLUMNS: Final = ('ID', 'Time', 'Step', 'Instance', 'Result', 'Reason')
_LONG: Final = ('Instance ID', 'Node Group ID', 'Error ID')
_LIST_EXAMPLES: Final = """\
The instances that failed, and why::

    openstack dataprocessing cluster event list one --failed
"""
_SHOW_EXAMPLES: Final = """\
The traceback alone::

    openstack dataprocessing cluster event show one $EVENT \\
        -f value -c event_info
"""
_SUCCESS: Final = 'Success'
_ERROR: Final = 'Error'


class ListClusterEvent(exit_status.StatusMixin, command.Lister):
    """List events of a step of a cluster, oldest first.

    An event is an instance that got through the step, or failed in it.
    """

    examples = _LIST_EXAMPLES

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the arguments."""
        parser = super().get_parser(prog_name)
        _add_cluster(parser)
        parser.add_argument(
            '--step',
            metavar='<step>',
            help='List events of this step (name or ID); by default that '
            'which runs, else that which failed, else the last',
        )
        parser.add_argument(
            '--failed',
            action='store_true',
            help='List only instances that failed',
        )
        parser.add_argument(
            '--long',
            action='store_true',
            help='List additional fields in output',
        )
        pagination.add_marker_pagination_option_to_parser(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """Return columns and rows."""
        proxy = services.data_processing(self.app.client_manager)
        cluster = proxy.find_cluster(parsed_args.cluster, ignore_missing=False)
        steps = {step.id: step.name for step in cluster.steps or ()}
        events = proxy.cluster_events(
            cluster,
            parsed_args.step and names.find_step(cluster, parsed_args.step),
            successful=False if parsed_args.failed else None,
            **services.page(parsed_args),
        )
        columns = (*_COLUMNS, *(_LONG if parsed_args.long else ()))
        return columns, (_row(event, steps, parsed_args) for event in events)


class ShowClusterEvent(exit_status.StatusMixin, command.ShowOne):
    """Show an event of a cluster, with the reason of a failure.

    Administrators see its traceback. The error ID is in the log of the
    engine, too.
    """

    examples = _SHOW_EXAMPLES

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the arguments."""
        parser = super().get_parser(prog_name)
        _add_cluster(parser)
        parser.add_argument(
            'event', metavar='<event>', help='Event to show (ID)'
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        """Return columns and values."""
        proxy = services.data_processing(self.app.client_manager)
        cluster = proxy.find_cluster(parsed_args.cluster, ignore_missing=False)
        event = proxy.get_cluster_event(parsed_args.event, cluster)
        steps = {step.id: step.name for step in cluster.steps or ()}
        shown = {
            'id': event.id,
            'cluster_id': cluster.id,
            'step_id': event.step_id,
            'step_name': steps.get(event.step_id),
            'created_at': event.created_at,
            'result': _result(event),
            'instance_name': event.instance_name,
            'instance_id': event.instance_id,
            'node_group_id': event.node_group_id,
            'error_id': event.error_id,
            'event_info': event.event_info,
        }
        return tuple(shown), cells.row(shown.values(), parsed_args)


def reason(event: Any) -> str | None:
    """Return why an instance failed, in one line; None of a success."""
    if event.successful or not event.event_info:
        return None
    lines = str(event.event_info).strip().splitlines()
    return lines[0] if lines else None


def _add_cluster(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'cluster', metavar='<cluster>', help='Cluster (name or ID)'
    )


def _row(
    event: Any, steps: dict[str, str], parsed_args: argparse.Namespace
) -> tuple[Any, ...]:
    more = (event.instance_id, event.node_group_id, event.error_id)
    return cells.row(
        (
            event.id,
            event.created_at,
            steps.get(event.step_id),
            event.instance_name,
            _result(event),
            reason(event),
            *(more if parsed_args.long else ()),
        ),
        parsed_args,
    )


def _result(event: Any) -> str:
    return _SUCCESS if event.successful else _ERROR
