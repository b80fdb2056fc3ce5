# SPDX-License-Identifier: Apache-2.0
"""The command that shows how far the work on a cluster is."""

import argparse
from collections.abc import Iterable, Sequence
import importlib
import math
import sys
from typing import Any, Final

from osc_lib.command import command

from osc_ext import exit_status
from osc_ext import services
from osc_ext import times

#: The format that stands for bars and lines.
_VIEW: Final = 'table'
_COLUMNS: Final = (
    'Step', 'Type', 'State', 'Completed', 'Failed', 'Total', 'Elapsed',
    'Rate', 'Left',
)  # fmt: skip
_EPILOG: Final = """\
Exit status: 0 when the cluster is Active, and without --follow while it is
worked on; 1 when the work has failed, 2 when the time limit has passed, 3 when
there is no such cluster, or no longer::

    openstack dataprocessing cluster progress one --follow
    openstack dataprocessing cluster progress one -f json
"""


class ShowClusterProgress(exit_status.StatusMixin, command.Lister):
    """Show how far the work on a cluster is, step by step.

    Bars on a terminal, lines elsewhere. With a format other than "table" the
    steps are listed in it, after the end with --follow.
    """

    examples = _EPILOG

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'cluster', metavar='<cluster>', help='Cluster (name or ID)'
        )
        parser.add_argument(
            '--follow',
            action='store_true',
            help='Continue until the cluster is Active, in Error or gone',
        )
        parser.add_argument(
            '--timeout',
            metavar='<seconds>',
            type=times.seconds,
            default=math.inf,
            help='Time limit of --follow (default: none)',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """Show the progress; return columns and rows."""
        proxy = services.data_processing(self.app.client_manager)
        cluster = proxy.find_cluster(parsed_args.cluster, ignore_missing=False)
        # When it is needed, see :mod:`osc_ext.services`.
        watch = importlib.import_module('osc_ext.cluster_watch')
        is_view = parsed_args.formatter == _VIEW
        progress = cluster
        if parsed_args.follow:
            progress = watch.follow(
                proxy,
                cluster,
                parsed_args.timeout,
                sys.stdout if is_view else sys.stderr,
            )
        elif is_view:
            watch.show(proxy, cluster, sys.stdout)
        if watch.has_failed(progress):
            self.status = exit_status.ERROR
        return _COLUMNS, watch.rows(progress)

    def produce_output(
        self, parsed_args: argparse.Namespace, *columns_and_rows: Any
    ) -> int:
        """Print the steps, unless a view has done so."""
        if parsed_args.formatter == _VIEW:
            return exit_status.SUCCESS
        return super().produce_output(parsed_args, *columns_and_rows)
