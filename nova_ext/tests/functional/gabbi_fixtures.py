# SPDX-License-Identifier: Apache-2.0
"""Fixtures of gabbi files: a cloud, with servers and records in it.

A file finds the tokens of several callers, and the ids of what there is, in
the environment.
"""

from oslo_utils import uuidutils

from ext_lib.testing import gabbi_case
from nova_ext.db import models
from nova_ext.tests import base as tests_base
from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.trail import records

_CALLERS = {
    'ADMIN': base.ADMIN,
    'MANAGER': base.MANAGER,
    'MEMBER': base.MEMBER,
    'READER': base.READER,
    'OTHER': base.OTHER,
    'OTHER_ADMIN': base.OTHER_ADMIN,
    'AUDITOR': 'auditor:elsewhere:audit_reader',
    'PROJECT': tests_base.PROJECT,
}


class _Case(base.OperationsTestCase):
    """No test, but it has all that one has."""

    def runTest(self) -> None:
        """Do nothing."""


class CloudFixture(gabbi_case.CaseFixture):
    """A cloud without servers."""

    case_class = _Case
    variables = _CALLERS


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


class TaskFixture(CloudFixture):
    """Tasks of two servers, with tags and without, and of other projects."""

    def prepare(self, case: base.OperationsTestCase) -> None:
        """Write what they would have left."""
        server, idle = (case.add(rows.server()).uuid for _ in range(2))
        gone = case.add(rows.server(deleted=9, deleted_at=rows.moment(9))).uuid
        first, second = uuidutils.generate_uuid(), uuidutils.generate_uuid()
        tasks = {
            'CREATE': rows.task(0, task='create', instance_uuid=server),
            'STOP': rows.task(1, instance_uuid=server, tag='deploy'),
            'REFUSED': rows.task(
                2,
                task='start',
                instance_uuid=server,
                tag='deploy',
                state='error',
                code=409,
                message='Too soon.',
            ),
            'DELETE': rows.task(3, task='delete', instance_uuid=gone),
            'LOCK': rows.task(4, instance_uuid=idle, tag='deploy'),
            'TWINS': rows.task(5, task='create', instance_uuid=first),
            'CAPITAL': rows.task(6, instance_uuid=server, tag='Deploy'),
            'OTHERS': rows.task(
                7, instance_uuid=server, tag='deploy', project_id='f' * 32
            ),
        }
        for task in tasks.values():
            case.add(task)
        for position, uuid in enumerate((first, second)):
            case.add(
                models.TaskInstance(
                    task_id=tasks['TWINS'].id,
                    position=position,
                    instance_uuid=uuid,
                )
            )
        self.tell(
            SERVER=server,
            SHOUTED=server.upper(),
            QUIET=case.add(rows.server()).uuid,
            GONE=gone,
            FIRST=first,
            SECOND=second,
            UNKNOWN=base.UNKNOWN,
            **{name: task.uuid for name, task in tasks.items()},
        )


class TrailCase(_Case):
    """A cloud with a trail that is empty."""

    def setUp(self) -> None:
        super().setUp()
        records.use_trail(self)


class TrailFixture(CloudFixture):
    """The trail of two servers that no database has any more."""

    case_class = TrailCase

    def prepare(self, case: base.OperationsTestCase) -> None:
        """Write what the collector would have copied."""
        copied, ids = records.of_two_servers(
            tests_base.PROJECT, tests_base.USER, 'f' * 32
        )
        copied.store()
        self.tell(UNKNOWN=base.UNKNOWN, **ids)
