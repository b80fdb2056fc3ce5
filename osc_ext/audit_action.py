# SPDX-License-Identifier: Apache-2.0
"""The command that lists actions across servers, deleted ones included."""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
import itertools
from typing import Any, Final

from cliff import columns
from osc_lib.command import command

from osc_ext import cells
from osc_ext import exit_status
from osc_ext import names
from osc_ext import services
from osc_ext import times

_RESULTS: Final = ('success', 'error', 'unfinished')
#: Actions of a page, as many as the API has at most.
_PAGE: Final = 1000
_COLUMNS: Final = {
    'ID': 'id',
    'Time': 'created_at',
    'Action': 'action',
    'Result': 'result',
    'Server ID': 'server_id',
    'Server Name': 'server_name',
    'User ID': 'user_id',
}
_LONG: Final = {
    'Project ID': 'project_id',
    'Server Project ID': 'server_project_id',
    'Request ID': 'request_id',
    'Updated At': 'updated_at',
    'Message': 'message',
}
_EVENTS: Final = {'Events': 'events'}
#: Attributes of an event that are shown, by their names in the API.
_EVENT: Final = {
    'event': 'event',
    'host': 'host',
    'hostId': 'host_id',
    'result': 'result',
    'start_time': 'start_time',
    'finish_time': 'finish_time',
    'details': 'details',
    'traceback': 'traceback',
}
_FILTERS: Final = {
    'user': 'of this user (name or ID)',
    'project': 'on servers of this project (name or ID)',
    'server': 'on this server (ID)',
    'server-name': 'on servers that had this name then',
    'host': 'of which a step ran on this host; --result and the times are '
    'those of the step then',
    'action': 'of this name: create, delete, stop, reboot, migrate and so on',
    'request-id': 'of this request',
}
_FORM: Final = (
    '(ISO 8601, for example 2026-01-31T12:00:00+01:00; UTC without a zone)'
)
_EXAMPLES: Final = """\
Who deleted my server? What did this user do on Tuesday? What failed on this
host between two and three::

    openstack audit action list --server-name web-3 --action delete
    openstack audit action list --user alice \\
        --since 2026-12-01 --before 2026-12-02
    openstack audit action list --host compute17 --result error --events \\
        --since 2026-12-01T14:00 --before 2026-12-01T15:00
"""


class ListAuditAction(exit_status.StatusMixin, command.Lister):
    """List the actions on all servers, newest first.

    Those of deleted servers are among them. They are the project's own, for
    administrators and auditors those of all projects.
    """

    examples = _EXAMPLES

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the arguments."""
        parser = super().get_parser(prog_name)
        _add_filters(parser)
        _add_times(parser)
        parser.add_argument(
            '--events',
            action='store_true',
            help='List the events of each action, too',
        )
        parser.add_argument(
            '--long',
            action='store_true',
            help='List additional fields in output',
        )
        parser.add_argument(
            '--limit',
            metavar='<limit>',
            type=int,
            help='List at most this many actions, the newest; all by default',
        )
        parser.add_argument(
            '--marker',
            metavar='<marker>',
            help='List only actions before this one (ID)',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """Return columns and rows."""
        query = _query(parsed_args)
        manager = self.app.client_manager
        if parsed_args.user is not None:
            query['user'] = names.find_user(manager, parsed_args.user)
        if parsed_args.project is not None:
            query['project'] = names.find_project(manager, parsed_args.project)
        actions = services.compute(manager).audit_actions(**query)
        shown = {
            **_COLUMNS,
            **(_LONG if parsed_args.long else {}),
            **(_EVENTS if parsed_args.events else {}),
        }
        found = itertools.islice(actions, parsed_args.limit)
        return tuple(shown), _rows(found, shown, parsed_args)


class _EventsColumn(columns.FormattableColumn):  # type: ignore[type-arg]
    """The events of an action: a line each, or all that is known of them."""

    def human_readable(self) -> str:
        """Return a line for each event, the oldest first."""
        return '\n'.join(map(_line, reversed(self._value)))

    def machine_readable(self) -> list[dict[str, Any]]:
        """Return the events as the API lists them."""
        return [
            {name: getattr(event, field) for name, field in _EVENT.items()}
            for event in self._value
        ]


def _line(event: Any) -> str:
    parts = (event.event, event.host, event.result, event.details)
    return ' '.join(filter(None, parts))


def _rows(
    actions: Iterable[Any],
    shown: Mapping[str, str],
    parsed_args: argparse.Namespace,
) -> Iterator[Sequence[Any]]:
    for action in actions:
        row = cells.of(action, shown.values(), parsed_args)
        if parsed_args.events:
            row = (*row[:-1], _EventsColumn(action.events or []))
        yield row


def _add_filters(parser: argparse.ArgumentParser) -> None:
    for name, text in _FILTERS.items():
        parser.add_argument(
            f'--{name}', metavar=f'<{name}>', help=f'List only actions {text}'
        )
    parser.add_argument(
        '--result',
        metavar='<result>',
        choices=_RESULTS,
        help='List only actions with this result: success, error or '
        'unfinished',
    )


def _add_times(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--since',
        metavar='<time>',
        help=f'List only actions from this time on {_FORM}',
    )
    parser.add_argument(
        '--before',
        metavar='<time>',
        help=f'List only actions before this time {_FORM}',
    )


def _query(parsed_args: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters of the request but users and projects.

    :raises Ended: when one of them is not valid
    """
    for name in (*_FILTERS, 'marker'):
        if getattr(parsed_args, name.replace('-', '_')) == '':
            raise _invalid(f'--{name} must not be empty.')
    names = ('server_name', 'host', 'action', 'result', 'request_id', 'marker')
    query = {name: getattr(parsed_args, name) for name in names}
    query['server'] = _server(parsed_args.server)
    query.update(_times(parsed_args))
    if parsed_args.events:
        query['events'] = 1
    if parsed_args.limit is not None:
        if parsed_args.limit < 1:
            raise _invalid('--limit must be 1 or more.')
        query['limit'] = min(parsed_args.limit, _PAGE)
    return {name: value for name, value in query.items() if value is not None}


def _server(text: str | None) -> str | None:
    if text and not names.is_uuid(text):
        raise _invalid(
            f'Invalid server ID {text!r}: for its name there is --server-name.'
        )
    return text


def _times(parsed_args: argparse.Namespace) -> dict[str, str]:
    """Return the span of time, with zones."""
    given = {
        name: times.parse(getattr(parsed_args, name))
        for name in ('since', 'before')
        if getattr(parsed_args, name) is not None
    }
    if len(given) == 2 and given['since'] >= given['before']:
        raise _invalid('--since must be earlier than --before.')
    return {
        name: f'{time.replace(tzinfo=None).isoformat()}Z'
        for name, time in given.items()
    }


def _invalid(message: str) -> exit_status.Ended:
    return exit_status.Ended(message, exit_status.UNUSABLE)
