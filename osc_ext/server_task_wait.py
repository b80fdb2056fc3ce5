# SPDX-License-Identifier: Apache-2.0
"""The command that waits for tasks to end."""

import argparse
from collections.abc import Iterable, Sequence
import importlib
import sys
from typing import Any

from osc_lib.command import command

from osc_ext import exit_status
from osc_ext import names
from osc_ext import server_task
from osc_ext import services
from osc_ext import times

_EPILOG = """\
Exit status: 0 when all tasks succeeded, 1 when one ended in error, 2 when the
time limit has passed, 3 when there is no such server or tag::

    openstack --task-tag order-4711 server create ...
    openstack server task wait order-4711 --timeout 300
"""


class WaitForServerTask(exit_status.StatusMixin, command.Lister):
    """Wait until all tasks of a server or with a tag have ended.

    The tasks are listed when they have. On a terminal, standard error shows
    what is being waited for.
    """

    examples = _EPILOG

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'key',
            metavar='<server-or-tag>',
            help='Server (name or ID) or tag',
        )
        parser.add_argument(
            '--timeout',
            metavar='<seconds>',
            type=times.seconds,
            default=600,
            help='Time limit (default: 600)',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """Wait; return columns and rows."""
        compute = services.compute(self.app.client_manager)
        key = names.find_server_or_tag(compute, parsed_args.key)
        with _Waiting() as waiting:
            tasks = compute.wait_for_task(
                key,
                parsed_args.timeout,
                lambda tasks: waiting.show(_line(tasks)),
            )
        if not tasks:
            raise exit_status.Ended(
                f'{parsed_args.key} has no tasks.', exit_status.NOT_FOUND
            )
        if any(task.state == server_task.ERROR for task in tasks):
            self.status = exit_status.ERROR
        columns = server_task.COLUMNS
        return tuple(columns), server_task.rows(tasks, columns, parsed_args)


class _Waiting:
    """A line on standard error, replaced as things change.

    Where that is no terminal, nothing is written.
    """

    def __init__(self) -> None:
        self._status: Any = None
        if sys.stderr.isatty():
            # When it is needed, see :mod:`osc_ext.services`.
            console = importlib.import_module('rich.console')
            status = importlib.import_module('rich.status')
            self._text = importlib.import_module('rich.text').Text
            self._status = status.Status(
                '', console=console.Console(stderr=True)
            )

    def __enter__(self) -> '_Waiting':
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, line: str) -> None:
        """Show what is being waited for."""
        if self._status is not None:
            self._status.update(self._text(line))


def _line(tasks: Sequence[Any]) -> str:
    """Return what is being waited for, in a line."""
    return ', '.join(
        f'{task.task} of {task.server_id or task.tag}: {task.state}'
        for task in tasks
        if not task.has_ended
    )
