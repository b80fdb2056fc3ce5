# SPDX-License-Identifier: Apache-2.0
"""Exceptions of this package, each a kind of one of openstacksdk's."""

from typing import Any

from openstack import exceptions

from osc_ext import tags


class InvalidTag(exceptions.SDKException, ValueError):
    """A text that cannot be a tag; no request was sent.

    :param tag: the text
    """

    def __init__(self, tag: object) -> None:
        super().__init__(f'Invalid tag {tag!r}. {tags.RULE}')


class ServiceNotFound(exceptions.SDKException):
    """A connection without the service that is needed.

    The catalog does not have it, or the configuration disables it.
    """


class TasksNotSupported(exceptions.NotSupported):
    """A compute API without tasks: a tag would protect nothing."""

    def __init__(self) -> None:
        super().__init__(
            'This compute API has no tasks: it ignores tags, so that a '
            'request that is repeated is carried out again.'
        )


class AuditNotSupported(exceptions.NotSupported):
    """A compute API without an audit.

    :param reason: as the API states it; empty when it has no such URL
    """

    def __init__(self, reason: str = '') -> None:
        super().__init__(reason or 'This compute API has no audit.')


class NestedUse(exceptions.SDKException):
    """A second tag where one is in use already."""


class TaskFailed(exceptions.ResourceFailure):
    """A request that was accepted, and whose task ended in error.

    :param task: the task, an :class:`osc_ext.sdk.task.Task`
    """

    def __init__(self, task: Any) -> None:
        why = task.message or 'no reason is known'
        super().__init__(f'Task {task.id} ({task.task}) failed: {why}')
        self.task = task


class AnswerLost(exceptions.SDKException):
    """A request that was carried out, with an answer that cannot be had.

    No request for it may be sent again; what it made is found by the task.

    :param task: the task, an :class:`osc_ext.sdk.task.Task`
    """

    def __init__(self, task: Any) -> None:
        super().__init__(
            f'Request {task.request_id} ({task.task}) was carried out as '
            f'task {task.id}, but its answer is lost and cannot be '
            'reconstructed.'
        )
        self.task = task
