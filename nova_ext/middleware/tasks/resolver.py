# SPDX-License-Identifier: Apache-2.0
"""Unfinished tasks, resolved by asking the application what it knows.

Only ends are certain, and only they count: each is written once, by whoever
finds it first.
"""

from collections.abc import Iterable
import datetime
import functools
import itertools
from typing import Any

from oslo_config import cfg
from oslo_log import log

from ext_lib import process_name
from ext_lib.wsgi import request
from nova_ext.middleware.tasks import upstream
from nova_ext.middleware.tasks import verdicts
from nova_ext.middleware.tasks.verdicts import Verdict
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskList
from nova_ext.objects.task import TaskState

LOG = log.getLogger(__name__)

#: How far the clocks of the application's hosts may be off ours.
_CLOCKS = datetime.timedelta(hours=1)
_NOT_CARRIED_OUT = 'The request was not carried out.'
_FIRST_SERVER_ERROR = 500


class Settler:
    """Finds out what became of tasks."""

    def __init__(self, conf: cfg.ConfigOpts, house: upstream.House) -> None:
        self.conf = conf
        self.house = house

    def settle(self, req: request.Request, tasks: Iterable[Task]) -> None:
        """Find out what became of unfinished tasks, and store it."""
        for task in tasks:
            self.settle_one(req.environ, task)

    def shows_server(self, req: request.Request, server_id: str) -> bool:
        """Return whether the caller may see a server."""
        return self.house.shows_server(req.environ, server_id)

    def settle_one(self, environ: dict[str, Any], task: Task) -> None:
        """Find out what became of a task, if the application tells."""
        if task.has_ended:
            return
        try:
            if not _is_unknown(task):
                self._follow(environ, task)
            elif self._is_lost(task):
                self._search(environ, task)
        except upstream.Unanswered as error:
            LOG.warning('Task %s is not resolved: %s', task.uuid, error)

    def has_lapsed(self, task: Task) -> bool:
        """Return whether a task no longer protects its request."""
        if task.ended_at is None:
            return False
        lifetime = datetime.timedelta(seconds=self.conf.tasks.tag_lifetime)
        now = TaskList.get_clock(task.obj_context)
        return bool(task.ended_at + lifetime < now)

    @property
    def _patience(self) -> datetime.timedelta:
        return datetime.timedelta(seconds=self.conf.tasks.request_timeout)

    def _is_lost(self, task: Task) -> bool:
        """Return whether nobody is going to answer the request any more."""
        if task.owner is None or process_name.is_dead(
            task.owner, self.conf.host
        ):
            return True
        return self._age(task) > self._patience

    @staticmethod
    def _age(task: Task) -> datetime.timedelta:
        now: datetime.datetime = TaskList.get_clock(task.obj_context)
        return now - task.created_at

    def _follow(self, environ: dict[str, Any], task: Task) -> None:
        """Store what became of a request whose servers are known."""
        if not task.servers:
            made = self._made_by(environ, task)
            if not made:
                return
            _give_servers(task, made)
        verdict = verdicts.combine(
            [self._judge(environ, task, uuid) for uuid in task.servers]
        )
        _store(task, verdict)

    def _judge(
        self, environ: dict[str, Any], task: Task, server_id: str
    ) -> Verdict:
        verdict = self._judge_once(environ, task, server_id)
        if verdict.message == verdicts.NOT_FINISHED.message:
            # Or it has finished since the action was asked for.
            verdict = self._judge_once(environ, task, server_id)
        return verdict

    def _judge_once(
        self, environ: dict[str, Any], task: Task, server_id: str
    ) -> Verdict:
        # The action first: the server is then at least as far as it says.
        action = self.house.action(environ, server_id, task.request_id)
        server = self.house.server(environ, server_id)
        return verdicts.judge(task.task, action, server, self._patience)

    def _search(self, environ: dict[str, Any], task: Task) -> None:
        """Look for what a request did of which there is no answer."""
        if task.task == 'create':
            self._search_created(environ, task)
        elif self._has_begun(environ, task):
            self._follow(environ, task)
        else:
            _release(task)

    def _has_begun(self, environ: dict[str, Any], task: Task) -> bool:
        server_id = task.instance_uuid
        if not server_id:
            return False
        if self.house.action(environ, server_id, task.request_id):
            return True
        # What is to be deleted and is gone has been deleted.
        return (
            task.task == 'delete'
            and self.house.server(environ, server_id) is None
        )

    def _search_created(self, environ: dict[str, Any], task: Task) -> None:
        if not task.instance_uuid:
            found = self._made_by(environ, task)
            if not found:
                self._give_up_create(environ, task)
                return
            _give_servers(task, found)
        self._follow(environ, task)

    def _give_up_create(self, environ: dict[str, Any], task: Task) -> None:
        """Release a create unless a server may turn out to be its own."""
        nobodys = self._made_by_nobody(environ, task)
        if not nobodys:
            _release(task)
        elif self._age(task) > self._patience:
            # Whoever made it has had the time to say so. Each create has a
            # task, so it can only be one without an answer.
            _give_servers(task, nobodys[:1])
            _store(task, verdicts.NOT_FINISHED)

    def _made_by(self, environ: dict[str, Any], task: Task) -> list[str]:
        """Return the servers that a request has made, in their order."""
        ask = functools.partial(self.house.action, environ)
        return [
            server['id']
            for server in self._recent(environ, task)
            if ask(server['id'], task.request_id) is not None
        ]

    def _made_by_nobody(
        self, environ: dict[str, Any], task: Task
    ) -> list[str]:
        """Return new servers of which it is not recorded who made them.

        nova records that some time after it has shown them.
        """
        found = [
            server['id']
            for server in self._recent(environ, task)
            if server['user_id'] == task.user_id
            and not self.house.has_actions(environ, server['id'])
        ]
        claimed = TaskList.get_claimed(task.obj_context, found)
        return [uuid for uuid in found if uuid not in claimed]

    def _recent(self, environ: dict[str, Any], task: Task) -> list[Any]:
        """Return the project's servers made since the task, oldest first."""
        since = task.created_at - _CLOCKS
        latest = (task.created_at + self._patience + _CLOCKS).isoformat()
        earliest = since.isoformat()
        ask = functools.partial(
            self.house.servers, environ, project_id=task.project_id
        )
        living = itertools.takewhile(
            lambda server: server['created'] >= earliest, ask()
        )
        # A new server may not count as changed, and a deleted one shows
        # only among the changed.
        changed = ask(**{'changes-since': f'{earliest}Z'})
        found = {
            server['id']: server
            for server in itertools.chain(living, changed)
            if earliest <= server['created'] <= latest
        }
        return sorted(found.values(), key=lambda s: (s['created'], s['name']))


def _is_unknown(task: Task) -> bool:
    """Return whether it is open if the application did as it was asked."""
    return task.code is None or task.code >= _FIRST_SERVER_ERROR


def _give_servers(task: Task, uuids: list[str]) -> None:
    task.change(instance_uuid=uuids[0])
    task.instance_uuid = uuids[0]
    if len(uuids) > 1:
        task.set_instances(uuids)
        task.instance_uuids = uuids


def _store(task: Task, verdict: Verdict) -> None:
    if verdict.state == task.state:
        return
    values: dict[str, Any] = {
        'state': verdict.state,
        'message': verdict.message,
    }
    if verdict.state not in TaskState.UNFINISHED:
        now = TaskList.get_clock(task.obj_context)
        values['ended_at'] = min(verdict.ended_at or now, now)
        values['owner'] = None
    task.change(**values)


def _release(task: Task) -> None:
    """End a task of a request that the application knows nothing of."""
    task.change(
        state=TaskState.ERROR,
        message=task.message or _NOT_CARRIED_OUT,
        ended_at=TaskList.get_clock(task.obj_context),
        owner=None,
        reservation=None,
    )
