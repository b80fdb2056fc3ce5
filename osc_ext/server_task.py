# SPDX-License-Identifier: Apache-2.0
"""The commands that list and show tasks."""

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, Final

from openstack import exceptions
from openstackclient.common import pagination
from osc_lib.command import command

from osc_ext import cells
from osc_ext import exit_status
from osc_ext import names
from osc_ext import services
from osc_ext import tags
from osc_ext import times

#: A task that has ended like this has failed.
ERROR: Final = 'error'
STATES: Final = ('pending', 'running', 'success', ERROR)
COLUMNS: Final = {
    'ID': 'id',
    'Task': 'task',
    'State': 'state',
    'Server': 'server_id',
    'Tag': 'tag',
    'Started At': 'start_time',
    'Message': 'message',
}
_LONG: Final = {
    'Updated At': 'last_updated',
    'Request ID': 'request_id',
    'User ID': 'user_id',
    'Project ID': 'project_id',
    'Code': 'code',
    'Servers': 'servers',
}
_LIST_EXAMPLES: Final = """\
The tasks of the project that failed, those with a tag, and those of a server
that failed::

    openstack server task list --state error
    openstack server task list --tag order-4711
    openstack server task list --server web1 --state error --long
"""
_SHOW_EXAMPLES: Final = """\
The newest task with a tag, and a task by the ID that a list shows::

    openstack server task show order-4711
    openstack server task show 5cdd43ec-91df-4ba5-8b9a-7fd1e1bf4f68
"""


class ListServerTask(exit_status.StatusMixin, command.Lister):
    """List the tasks of the project, a server or a tag, newest first.

    A task is the record of a request that changes a server. Those of deleted
    servers are found by the server's ID.
    """

    examples = _LIST_EXAMPLES

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--server',
            metavar='<server>',
            help='List only the tasks of this server (name or ID)',
        )
        parser.add_argument(
            '--tag',
            metavar='<tag>',
            help='List only the tasks of requests with this tag',
        )
        parser.add_argument(
            '--state',
            metavar='<state>',
            choices=STATES,
            help='List only tasks in this state: pending, running, success '
            'or error',
        )
        parser.add_argument(
            '--since',
            metavar='<time>',
            help='List only tasks that have changed since this time (ISO '
            '8601, for example 2026-01-31T12:00:00Z; UTC without a zone)',
        )
        parser.add_argument(
            '--all-projects',
            action='store_true',
            help="Include other projects' tasks (admin only)",
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
        compute = services.compute(self.app.client_manager)
        query = _query(parsed_args)
        keys = {}
        if parsed_args.server is not None:
            keys['server'] = names.find_server(
                compute, parsed_args.server, parsed_args.all_projects
            )
        if parsed_args.tag is not None:
            keys['tag'] = parsed_args.tag
        if len(keys) == 1:
            # A server or tag that is not known is an error there.
            tasks = compute.server_tasks(*keys.values(), **query)
        else:
            tasks = compute.project_tasks(**keys, **query)
        columns = {**COLUMNS, **(_LONG if parsed_args.long else {})}
        return tuple(columns), rows(tasks, columns, parsed_args)


class ShowServerTask(exit_status.StatusMixin, command.ShowOne):
    """Show a task of a server or with a tag, or by its ID alone."""

    examples = _SHOW_EXAMPLES

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the arguments."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'key',
            metavar='<server-or-tag>',
            help='Server (name or ID) or tag; or, alone, the ID of a task',
        )
        parser.add_argument(
            'task',
            metavar='<task>',
            nargs='?',
            help='Task to show (ID); the newest by default',
        )
        parser.add_argument(
            '--all-projects',
            action='store_true',
            help="Show another project's task (admin only)",
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        """Return columns and values."""
        compute = services.compute(self.app.client_manager)
        task = _find(compute, parsed_args)
        names = [*COLUMNS.values(), *_LONG.values()]
        return names, cells.of(task, names, parsed_args)


def _find(compute: Any, parsed_args: argparse.Namespace) -> Any:
    """Return the task that a command line names.

    :raises Ended: when there is none
    """
    key, wanted = parsed_args.key, parsed_args.task
    try:
        found = names.find_server_or_tag(
            compute, key, parsed_args.all_projects
        )
        query = {'all_projects': True} if parsed_args.all_projects else {}
        for task in compute.server_tasks(found, **query):
            if wanted in (None, task.id):
                return task
    except exceptions.NotFoundException:
        if wanted is not None or not names.is_uuid(key):
            raise
        return compute.get_project_task(key, parsed_args.all_projects)
    raise exit_status.Ended(
        f'No task {wanted or "of " + key} was found.', exit_status.NOT_FOUND
    )


def rows(
    tasks: Iterable[Any],
    columns: dict[str, str],
    parsed_args: argparse.Namespace,
) -> Iterable[Sequence[Any]]:
    """Return a row for each task.

    :param columns: attributes by titles
    """
    return (cells.of(task, columns.values(), parsed_args) for task in tasks)


def _query(parsed_args: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters of the request.

    :raises Ended: when one of them is not valid
    """
    tag = parsed_args.tag
    if tag is not None and not tags.is_tag(tag):
        raise exit_status.Ended(
            f'Invalid tag {tag!r}. {tags.RULE}', exit_status.UNUSABLE
        )
    query = services.page(parsed_args)
    if parsed_args.state:
        query['state'] = parsed_args.state
    if parsed_args.since:
        times.parse(parsed_args.since)
        query['changes_since'] = parsed_args.since
    if parsed_args.all_projects:
        query['all_projects'] = True
    return query
