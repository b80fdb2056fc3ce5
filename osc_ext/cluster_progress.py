# SPDX-License-Identifier: Apache-2.0
"""The command that shows how far the work on a cluster is."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
import math
import sys
from typing import Any, Final

from osc_lib.command import command

from osc_ext import cluster_event
from osc_ext import cluster_name
from osc_ext import cluster_steps
from osc_ext import exit_status
from osc_ext import progress_views
from osc_ext import services
from osc_ext import terminal
from osc_ext.sdk import cluster as sdk_cluster
from osc_ext.sdk import pauses

#: The format that stands for bars and lines.
_VIEW: Final = 'table'
#: Seconds of the longest pause between two requests.
_LONGEST_PAUSE: Final = 3.0
_COLUMNS: Final = (
    'Step', 'Type', 'State', 'Completed', 'Failed', 'Total', 'Elapsed',
    'Rate', 'Left',
)  # fmt: skip
_EPILOG: Final = """\
Exit status: 0 when the cluster is Active, and without --follow while it is
worked on; 1 when the work has failed, 2 when the time limit has passed, 3 when
there is no such cluster, or no longer.

  openstack dataprocessing cluster progress one --follow
  openstack dataprocessing cluster progress one -f json
"""


class ShowClusterProgress(exit_status.StatusMixin, command.Lister):
    """Show how far the work on a cluster is, step by step.

    Bars on a terminal, lines elsewhere. With a format other than "table" the
    steps are listed in it, after the end with --follow.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the arguments."""
        parser = super().get_parser(prog_name)
        parser.epilog = _EPILOG
        parser.add_argument(
            'cluster', metavar='<cluster>', help='Cluster (name or ID)'
        )
        parser.add_argument(
            '--follow',
            action='store_true',
            help='Go on until the cluster is Active, in Error or gone',
        )
        parser.add_argument(
            '--timeout',
            metavar='<seconds>',
            type=terminal.seconds,
            default=math.inf,
            help='Time limit of --follow (default: none)',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """Show the progress; return columns and rows."""
        proxy = services.data_processing(self.app.client_manager)
        cluster = cluster_name.find(proxy, parsed_args.cluster)
        self._failures = _Failures(proxy, cluster)
        is_view = parsed_args.formatter == _VIEW
        stream = sys.stdout if is_view else sys.stderr
        progress = cluster
        if parsed_args.follow:
            with progress_views.view(stream) as view:
                for progress in _follow(proxy, cluster, parsed_args.timeout):
                    view.show(progress, self._failures.of(progress))
                view.end(_end(progress))
        elif is_view:
            view = progress_views.view(stream)
            with view:
                view.show(progress, self._failures.of(progress))
            view.end(_end(progress))
        self.status = _status(progress)
        return _COLUMNS, [_row(step) for step in progress.steps or ()]

    def produce_output(
        self, parsed_args: argparse.Namespace, *columns_and_rows: Any
    ) -> int:
        """Print the steps, unless a view has done so."""
        if parsed_args.formatter == _VIEW:
            return exit_status.SUCCESS
        status: int = super().produce_output(parsed_args, *columns_and_rows)
        return status


class _Failures:
    """The instances of a cluster that failed, as lines for users.

    They are read only when a step has more than it had.
    """

    def __init__(self, proxy: Any, cluster: Any) -> None:
        self._proxy = proxy
        self._cluster = cluster
        self._read: dict[str, tuple[int, list[str]]] = {}

    def of(self, progress: Any) -> list[str]:
        """Return a line for each instance, the first steps' first."""
        for step in progress.steps or ():
            known, _ = self._read.get(step.id, (0, []))
            if (step.failed or 0) > known:
                self._read[step.id] = (step.failed, self._lines(step))
        return [line for _, lines in self._read.values() for line in lines]

    def _lines(self, step: Any) -> list[str]:
        most = progress_views.MOST_FAILURES
        events = self._proxy.cluster_events(
            self._cluster, step, successful=False, max_items=most
        )
        lines = [
            f'{event.instance_name or "All instances"} failed in '
            f'"{step.name}": {cluster_event.reason(event)}'
            for event in events
        ]
        if step.failed > most:
            lines.append(f'... and {step.failed - most} more')
        return lines


def _follow(proxy: Any, cluster: Any, timeout: float) -> Iterator[Any]:
    """Yield the progress until the work has ended.

    :raises NotFoundException: when the cluster is gone
    :raises ResourceTimeout: when time has passed
    """
    yield cluster
    if cluster.has_ended:
        return
    pause = pauses.Pauses(
        timeout,
        f'the work on cluster {cluster.name} to end',
        longest=_LONGEST_PAUSE,
    )
    for progress in pause.poll(lambda: proxy.get_cluster_progress(cluster)):
        yield progress
        if progress.has_ended:
            return


def _status(progress: Any) -> int:
    return exit_status.ERROR if _has_failed(progress) else exit_status.SUCCESS


def _has_failed(progress: Any) -> bool:
    """Return whether the last work on a cluster has failed.

    After a scaling that failed it is Active, and says why.
    """
    if progress.status == sdk_cluster.ACTIVE:
        return (progress.percentage or 0) < 100 and bool(
            progress.status_description
        )
    return bool(progress.status == sdk_cluster.ERROR)


def _end(progress: Any) -> str:
    why = ' '.join((progress.status_description or '').split())
    text = f'{progress.name} is {progress.status}, {progress.percentage} %'
    return f'{text}: {why}' if why else text


def _row(step: Any) -> tuple[Any, ...]:
    found = cluster_steps.figures(step)
    return (
        found.name, found.step_type, found.state, found.completed,
        found.failed, found.total, found.elapsed,
        found.rate and round(found.rate, 2),
        found.left and round(found.left, 1),
    )  # fmt: skip
