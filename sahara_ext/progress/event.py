# SPDX-License-Identifier: Apache-2.0
"""A piece of work that succeeds or fails, for an instance or as such."""

import types
from typing import Protocol

from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.progress.failure import is_failure
from sahara_ext.progress.failure import logged


class _Reporter(Protocol):
    def succeed(
        self,
        instance: ClusterInstance | None = None,
        *,
        info: str | None = None,
        subject: str | None = None,
    ) -> bool | None: ...

    def fail(
        self,
        instance: ClusterInstance | None = None,
        *,
        error: BaseException | str,
        subject: str | None = None,
    ) -> str: ...


class Event:
    """A context manager that reports how its block was left.

    An exception that the block raises is recorded and raised further.
    """

    def __init__(
        self,
        step: _Reporter,
        instance: ClusterInstance | None,
        info: str | None,
        subject: str | None,
    ) -> None:
        self._step = step
        self._instance = instance
        #: A text for users about its success; the block may set it.
        self.info = info
        self._subject = subject

    def __enter__(self) -> 'Event':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        if error is None:
            self._step.succeed(
                self._instance, info=self.info, subject=self._subject
            )
        elif is_failure(error):
            with logged('The failure before could not be recorded'):
                self._step.fail(
                    self._instance, error=error, subject=self._subject
                )
