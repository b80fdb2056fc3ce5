# SPDX-License-Identifier: Apache-2.0
"""Commands of the client that are run with a tag."""

from collections.abc import Callable, Sequence
import logging
import sys
from typing import Any, Final

from keystoneauth1 import exceptions as keystoneauth
from openstack import exceptions
from osc_lib import shell

from osc_ext import exit_status
from osc_ext import services
from osc_ext import tagged_session
from osc_ext import tags
from osc_ext.sdk import changes

LOG = logging.getLogger(__name__)

Original = Callable[[Any, list[str]], int]

#: The attribute of a method that sends tags.
_MARK: Final = 'sends_tags'
#: The tag that stands for a new one.
_AUTO: Final = 'auto'
_HELP: Final = frozenset({'-h', '--help'})
_READING: Final = frozenset({'list', 'show'})
#: Commands on servers that change none.
_NOT_CHANGING: Final = frozenset(
    {'server ssh', 'server task wait', 'server timeline'}
)
#: Commands outside of ``server`` that delete servers.
_CLEANING: Final = frozenset({'project cleanup', 'project purge'})
#: Packages whose other commands change no server.
_KNOWN: Final = ('openstackclient.', 'osc_lib.', 'osc_ext.', 'saharaclient.')
_DELETE: Final = 'server delete'
#: Sends no request where the server is as it is to be.
_SET: Final = 'server set'


def enable() -> None:
    """Have each command of the client's shell send the tag."""
    original = shell.OpenStackShell.run_subcommand
    if hasattr(original, _MARK):
        return

    def run_subcommand(app: Any, argv: list[str]) -> int:
        return _run(app, argv, original)

    setattr(run_subcommand, _MARK, True)
    setattr(shell.OpenStackShell, original.__name__, run_subcommand)


def _run(app: Any, argv: list[str], original: Original) -> int:
    tag = app.options.task_tag
    command = _find(app, argv)
    is_given = getattr(app.options, 'task_tag_given', False)
    if command is None or not (tag or is_given):
        return original(app, argv)
    if tag != _AUTO and not tags.is_tag(tag):
        LOG.error('Invalid task tag %r. %s', tag, tags.RULE)
        return exit_status.UNUSABLE
    name, module = command
    if not may_change_servers(name, module):
        if not is_given:
            # That of the environment is for those commands that can have it.
            return original(app, argv)
        LOG.error('"%s" changes no server and cannot have a task tag.', name)
        return exit_status.UNUSABLE
    return _TaggedCommand(app, tag, name).run(argv, original, is_given)


def _find(app: Any, argv: Sequence[str]) -> tuple[str, str] | None:
    """Return name and module of a command that is to be run."""
    if not _HELP.isdisjoint(argv):
        return None
    try:
        factory, name, _ = app.command_manager.find_command(list(argv))
    except ValueError:
        return None
    return None if name in ('help', 'complete') else (name, _module(factory))


def _module(factory: Any) -> str:
    return str(getattr(factory, '__module__', ''))


def may_change_servers(name: str, module: str) -> bool:
    """Return whether a command may send requests that change a server.

    :param name: its words
    :param module: in which it is
    """
    words = name.split()
    if words[-1] in _READING or name in _NOT_CHANGING:
        return False
    if words[0] == 'server':
        return words[1:2] != ['group']
    return name in _CLEANING or not module.startswith(_KNOWN)


class _TaggedCommand:
    """One command that is run with a tag."""

    def __init__(self, app: Any, tag: str, name: str) -> None:
        self._app = app
        self._is_new = tag == _AUTO
        self._tag = tags.make() if self._is_new else tag
        self._name = name
        self._session: tagged_session.TaggedSession | None = None

    def run(self, argv: list[str], original: Original, is_given: bool) -> int:
        """Run the command; return its exit status."""
        manager = self._app.client_manager
        set_up = manager.setup_auth

        def setup_auth() -> None:
            set_up()
            if self._session is None:
                self._session = self._tagged(manager)

        manager.setup_auth = setup_auth
        try:
            status = original(self._app, argv)
            return self._checked(argv, status, is_given)
        except tagged_session.Stop as stop:
            LOG.error('%s', stop)
            return stop.status
        finally:
            del manager.setup_auth
            if self._session is not None:
                self._session.close()

    def _tagged(self, manager: Any) -> tagged_session.TaggedSession:
        def endpoint() -> str | None:
            try:
                found: str | None = manager.get_endpoint_for_service_type(
                    'compute',
                    region_name=manager.region_name,
                    interface=manager.interface,
                )
            except keystoneauth.ClientException:
                return None
            return found

        return tagged_session.TaggedSession(
            manager.session, self._tag, endpoint, _say, self._is_new
        )

    def _checked(self, argv: list[str], status: int, is_given: bool) -> int:
        """Return the exit status, with what became of first requests."""
        session = self._session
        if status and self._name == _DELETE and session is not None:
            return self._deleted(argv, status)
        if session is None or not session.sent:
            if status or not is_given:
                return status
            return self._unsent(argv)
        outcomes = map(tagged_session.status_of, session.repeated)
        return status or max(outcomes, default=exit_status.SUCCESS)

    def _deleted(self, argv: list[str], status: int) -> int:
        """Return the exit status of a deletion that found no server.

        It is that of the first one when the tag has as many deletions as
        servers are named: they do not exist, as was requested.
        """
        tasks = self._tasks(changes.DELETE)
        named = set(self._parsed(argv).server)
        if len({task.server_id for task in tasks}) != len(named):
            return status
        return _report(tasks)

    def _unsent(self, argv: list[str]) -> int:
        """Return the exit status of a command that had nothing to send.

        It is that of the first one when the tag has an update of the server.
        """
        tasks = []
        if self._name == _SET and not self._is_new:
            named = self._parsed(argv).server
            compute = self._app.client_manager.compute
            server = compute.find_server(named, ignore_missing=False).id
            found = self._tasks(changes.UPDATE)
            tasks = [task for task in found if task.server_id == server]
        if tasks:
            return _report(tasks)
        LOG.error(
            'No request that changes a server was sent, so the task tag was '
            'not used.'
        )
        return exit_status.UNUSABLE

    def _parsed(self, argv: list[str]) -> Any:
        """Return the arguments of the command."""
        factory, _, arguments = self._app.command_manager.find_command(argv)
        parser = factory(self._app, self._app.options).get_parser(self._name)
        return parser.parse_args(arguments)

    def _tasks(self, name: str) -> list[Any]:
        """Return the tag's tasks of a name; none if they cannot be read."""
        compute = services.compute(self._app.client_manager)
        try:
            found = list(compute.server_tasks(self._tag))
        except exceptions.SDKException:
            return []
        return [task for task in found if task.task == name]


def _report(tasks: Sequence[Any]) -> int:
    """Say what became of first requests; return the exit status."""
    for task in tasks:
        _say(tagged_session.describe(task))
    return max(map(tagged_session.status_of, tasks))


def _say(line: str) -> None:
    sys.stderr.write(f'{line}\n')
    sys.stderr.flush()
