# SPDX-License-Identifier: Apache-2.0
"""Requests that are sent again until their outcome is known."""

from collections.abc import Callable
from typing import Any
import urllib.parse

import requests

from osc_ext.exceptions import TaskFailed
from osc_ext.sdk import changes
from osc_ext.sdk import lost_answers
from osc_ext.sdk import pauses
from osc_ext.sdk.task import ERROR
from osc_ext.sdk.task import PENDING
from osc_ext.sdk.task import Task

#: Statuses of what stands before the API, and of an API without its store.
_PROXY_ERRORS = frozenset({429, 502, 503, 504})
#: How often the API itself may fail with 500 before that is the answer.
_MOST_FAULTS = 3
_REPEAT = 'Task-repeat'
_RETRY_AFTER = 'Retry-After'


class RepeatedRead:
    """A request that is sent until its answer has come.

    :param pause: between two of them
    """

    def __init__(self, pause: pauses.Pauses) -> None:
        self._pause = pause

    def run(self, send: Callable[[], requests.Response]) -> requests.Response:
        """Return the answer.

        :raises openstack.exceptions.ResourceTimeout: when time has passed
        """
        while True:
            try:
                response = send()
                answer = self._answer(response)
            except pauses.FAILURES as error:
                if not pauses.is_passing(error):
                    raise
                at_least, failure = pauses.retry_after_of(error), str(error)
            else:
                if answer is not None:
                    return answer
                at_least = pauses.retry_after(response.headers)
                failure = f'{response.status_code} {response.reason}'
            self._pause.wait(at_least, failure=failure)

    def _answer(self, response: requests.Response) -> Any:
        """Return the answer to the call, None if it is to be sent again."""
        return None if response.status_code in _PROXY_ERRORS else response


class RepeatedChange(RepeatedRead):
    """A request with a tag, that is sent until its outcome is known.

    :param read: reads from the compute API
    """

    def __init__(
        self,
        pause: pauses.Pauses,
        tag: str,
        change: changes.Change,
        read: lost_answers.Read,
    ) -> None:
        super().__init__(pause)
        self._tasks = f'/servers/{urllib.parse.quote(tag, safe="")}/tasks'
        self._change = change
        self._read = read
        self._faults = 0
        self._suspect: str | None = None

    def _answer(self, response: requests.Response) -> Any:
        if response.status_code == 409 and _REPEAT in response.headers:
            return self._answer_to_first(response)
        if response.status_code == 409 and _RETRY_AFTER in response.headers:
            # It is being carried out under another name of the same request.
            return None
        if response.status_code == 500:
            # A failure of the API itself; the next one may be the same.
            self._faults += 1
            return response if self._faults == _MOST_FAULTS else None
        return super()._answer(response)

    def _answer_to_first(self, response: requests.Response) -> Any:
        """Return the answer that an earlier request had, None if unknown.

        :param response: that to a repeat
        :raises TaskFailed: when the earlier one was accepted and failed
        """
        task_id = response.headers.get('Task-id')
        found = self._read(f'{self._tasks}/{task_id}')
        if found is None:
            return None
        task = Task.existing(**found['task'])
        if task.state == ERROR:
            self._check_failed(task)
            return None
        is_create = self._change.kind == changes.CREATE
        if not _is_accepted(task) or (is_create and not task.server_id):
            return None
        return lost_answers.remake(self._change, task, self._read, response)

    def _check_failed(self, task: Task) -> None:
        """Check whether a task has failed, or was never carried out.

        Then its tag is free, so that the request that is sent next is
        carried out, and otherwise names the same task again.

        :raises TaskFailed: when it has failed
        """
        was_accepted = task.code is not None and task.code < 400
        if was_accepted or self._suspect == task.id:
            raise TaskFailed(task)
        self._suspect = task.id


def _is_accepted(task: Task) -> bool:
    """Return whether the request of a task has had an effect."""
    if task.state == PENDING:
        return task.code is not None and task.code < 400
    return True
