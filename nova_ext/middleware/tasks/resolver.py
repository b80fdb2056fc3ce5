# SPDX-License-Identifier: Apache-2.0
"""Resolution of unfinished tasks, from the application's records.

Only ends are certain. Each is written once, by the first process that finds
it out.
"""

from collections.abc import Iterable
import datetime
import functools
import itertools
from typing import Any

from oslo_config import cfg
from oslo_log import log

from ext_lib import process_name
from nova_ext.middleware.tasks import upstream
from nova_ext.middleware.tasks import verdicts
from nova_ext.middleware.tasks.verdicts import Verdict
from nova_ext.objects.task import RequestState
from nova_ext.objects.task import Task
from nova_ext.objects.task import TaskList

LOG = log.getLogger(__name__)

Environ = dict[str, Any]

#: The most that clocks of the application's hosts and ours may differ.
_CLOCKS = datetime.timedelta(hours=1)
_NOT_CARRIED_OUT = 'The request was not carried out.'
_NOT_ANSWERED = (
    'The request was not answered, and no record is kept of such requests: '
    'it is not known whether it was carried out.'
)
_FIRST_SERVER_ERROR = 500


class Resolver:
    """Finds out the outcomes of tasks."""

    def __init__(
        self, conf: cfg.ConfigOpts, upstream: upstream.Upstream
    ) -> None:
        self.conf = conf
        self.upstream = upstream

    def resolve(self, environ: Environ, tasks: Iterable[Task]) -> None:
        """Store the outcomes of unfinished tasks, as far as there are any.

        :param environ: of the request in whose name to ask for them
        """
        for task in tasks:
            if task.has_ended:
                continue
            try:
                self._resolve(environ, task)
            except upstream.Unanswered as error:
                LOG.warning('Task %s is not resolved: %s', task.uuid, error)

    def shows_server(self, environ: Environ, server_id: str) -> bool:
        """Return whether the caller may see a server."""
        return self.upstream.shows_server(environ, server_id)

    def _resolve(self, environ: Environ, task: Task) -> None:
        if not _is_unknown(task):
            self._follow(environ, task)
        elif self._is_lost(task):
            self._search(environ, task)

    @property
    def _timeout(self) -> datetime.timedelta:
        return datetime.timedelta(seconds=self.conf.tasks.request_timeout)

    def _is_lost(self, task: Task) -> bool:
        """Return whether no process is going to answer the request."""
        if task.owner is None or process_name.is_dead(
            task.owner, self.conf.host
        ):
            return True
        return self._age(task) > self._timeout

    @staticmethod
    def _age(task: Task) -> datetime.timedelta:
        now: datetime.datetime = TaskList.get_clock(task.obj_context)
        return now - task.created_at

    def _follow(self, environ: Environ, task: Task) -> None:
        """Store the outcome of a request that was accepted."""
        if not task.servers:
            made = self._made_by(environ, task)
            if not made:
                return
            _give_servers(task, made)
        verdict = self._judge(environ, task)
        if verdict.timed_out:
            # Or it has finished since its action was requested.
            verdict = self._judge(environ, task)
        _store(task, verdict)

    def _judge(self, environ: Environ, task: Task) -> Verdict:
        ask = functools.partial(self.upstream.facts, environ)
        facts = [ask(uuid, task.request_id) for uuid in task.servers]
        return verdicts.judge_all(task.task, facts, self._timeout)

    def _search(self, environ: Environ, task: Task) -> None:
        """Look for the effects of a request without an answer."""
        if task.task == 'create':
            self._search_created(environ, task)
        elif self._has_begun(environ, task):
            self._follow(environ, task)
        else:
            _release(task)

    def _has_begun(self, environ: Environ, task: Task) -> bool:
        server_id = task.instance_uuid
        if not server_id:
            return False
        if self.upstream.action(environ, server_id, task.request_id):
            return True
        # A server that was to be deleted and is not there has been deleted.
        return (
            task.task == 'delete'
            and self.upstream.server(environ, server_id) is None
        )

    def _search_created(self, environ: Environ, task: Task) -> None:
        if not task.instance_uuid:
            found = self._made_by(environ, task)
            if not found:
                self._give_up_create(environ, task)
                return
            _give_servers(task, found)
        self._follow(environ, task)

    def _give_up_create(self, environ: Environ, task: Task) -> None:
        """Release a create unless a server may turn out to be its own."""
        unclaimed = self._unclaimed(environ, task)
        if not unclaimed:
            _release(task)
        elif self._age(task) > self._timeout:
            # The request that made it had the time to record that. Each
            # create has a task, so it can only be one without an answer.
            _give_servers(task, unclaimed[:1])
            _store(task, verdicts.NOT_FINISHED)

    def _made_by(self, environ: Environ, task: Task) -> list[str]:
        """Return the servers that a request has made, in their order."""
        ask = functools.partial(self.upstream.action, environ)
        return [
            server['id']
            for server in self._recent(environ, task)
            if ask(server['id'], task.request_id) is not None
        ]

    def _unclaimed(self, environ: Environ, task: Task) -> list[str]:
        """Return new servers without a record of the request that made them.

        nova shows a server some time before it records that.
        """
        found = [
            server['id']
            for server in self._recent(environ, task)
            if server['user_id'] == task.user_id
            and not self.upstream.has_actions(environ, server['id'])
        ]
        claimed = TaskList.get_claimed(task.obj_context, found)
        return [uuid for uuid in found if uuid not in claimed]

    def _recent(self, environ: Environ, task: Task) -> list[Any]:
        """Return the project's servers made since the task, oldest first."""
        since = task.created_at - _CLOCKS
        latest = (task.created_at + self._timeout + _CLOCKS).isoformat()
        earliest = since.isoformat()
        ask = functools.partial(
            self.upstream.servers, environ, project_id=task.project_id
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
    """Return whether the application may or may not have carried it out."""
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
    if verdict.state not in RequestState.UNFINISHED:
        now = TaskList.get_clock(task.obj_context)
        values['ended_at'] = min(verdict.ended_at or now, now)
        values['owner'] = None
    task.change(**values)


def _release(task: Task) -> None:
    """End the task of a request that has had no effect.

    A request of which no record is kept may have had one. Its repeat is
    idempotent then, as it sets values and does not change them relatively.
    """
    is_unknown = task.task in verdicts.ANSWERED_ONLY
    message = _NOT_ANSWERED if is_unknown else _NOT_CARRIED_OUT
    task.change(
        state=RequestState.ERROR,
        message=task.message or message,
        ended_at=TaskList.get_clock(task.obj_context),
        owner=None,
        reservation=None,
    )
