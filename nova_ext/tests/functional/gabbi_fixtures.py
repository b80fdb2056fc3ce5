# SPDX-License-Identifier: Apache-2.0
"""What gabbi files name as their fixtures: a cloud, with things in it.

A file finds the tokens of several callers, and the ids of what there is, in
the environment.
"""

from collections.abc import Iterable
from typing import Any

import fixtures
from gabbi import fixture as gabbi
from gabbi.handlers import base as handlers

from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows

_CALLERS = {
    'ADMIN': base.ADMIN,
    'MANAGER': base.MANAGER,
    'MEMBER': base.MEMBER,
    'READER': base.READER,
    'OTHER': base.OTHER,
    'OTHER_ADMIN': base.OTHER_ADMIN,
    'PROJECT': tests_base.PROJECT,
}
#: The application of the file whose tests are running: gabbi wants one long
#: before it starts the fixture.
_running: list[Any] = []


def application() -> Any:
    """Return an application that asks the one of the running fixture."""
    return _ask_running


def _ask_running(
    environ: dict[str, Any], start_response: Any
) -> Iterable[bytes]:
    answer: Iterable[bytes] = _running[-1](environ, start_response)
    return answer


class AbsentStringsHandler(handlers.ResponseHandler):
    """``response_absent_strings``: what the answer must not contain."""

    test_key_suffix = 'absent_strings'
    test_key_value: list[str] = []

    def action(self, test: Any, item: str, value: Any = None) -> None:
        """Look for one string."""
        wanted = test.replace_template(item)
        test.assertNotIn(wanted, test.output)


class _Case(base.OperationsTestCase):
    """No test, but it has all that one has."""

    def runTest(self) -> None:
        """Do nothing."""


class CloudFixture(gabbi.GabbiFixture):
    """A cloud without servers."""

    def start_fixture(self) -> None:
        """Begin before the first test of a file."""
        self.case = _Case()
        self.case.setUp()
        _running.append(self.case.app)
        self.tell(**_CALLERS)
        self.prepare(self.case)

    def stop_fixture(self) -> None:
        """End after the last test of a file."""
        _running.pop()
        self.case.doCleanups()

    def tell(self, **variables: str) -> None:
        """Set variables of the environment for the tests of the file."""
        for name, value in variables.items():
            self.case.useFixture(fixtures.EnvironmentVariable(name, value))

    def prepare(self, case: base.OperationsTestCase) -> None:
        """Put into the cloud what a file needs."""


class ServerFixture(CloudFixture):
    """One server that was stopped and started, and one that is deleted."""

    def prepare(self, case: base.OperationsTestCase) -> None:
        """Create the servers."""
        server, gone = case.create_server(), case.create_server(name='gone')
        self.tell(
            SERVER=server,
            STOP=case.act(server, 'os-stop'),
            START=case.act(server, 'os-start', token=base.OTHER_ADMIN),
            GONE=gone,
            DELETE=case.delete_server(gone),
        )


class MigrationFixture(CloudFixture):
    """A live migration that runs, and cold ones by several users."""

    def prepare(self, case: base.OperationsTestCase) -> None:
        """Write what they would have left."""
        server = case.add(rows.server(task_state='migrating')).uuid
        old, live, cold = (
            rows.migration(server, 0, user_id=None, project_id=None),
            rows.live_migration(server, 2),
            rows.migration(server, 1, user_id='root', project_id='e' * 32),
        )
        for migration in (old, live, cold):
            case.add(migration)
        case.add(rows.migration(server, 3, hidden=True))
        self.tell(
            SERVER=server,
            OLD=old.uuid,
            COLD=cold.uuid,
            LIVE=live.uuid,
            COLD_ID=str(cold.id),
            LIVE_ID=str(live.id),
        )


class SlowServerFixture(CloudFixture):
    """One server that takes its time when it is migrated live."""

    def prepare(self, case: base.OperationsTestCase) -> None:
        """Create the server."""
        self.tell(SERVER=case.create_server())
        case.settings.set('fake', seconds=60.0)
