# SPDX-License-Identifier: Apache-2.0
"""A piece of work that succeeds or fails, for an instance or as such."""

import types
from typing import Protocol

from sahara_ext.objects.cluster_instance import ClusterInstance


class _Reporter(Protocol):
    def succeed(
        self,
        instance: ClusterInstance | None = None,
        *,
        info: str | None = None,
        subject: str | None = None,
    ) -> bool | None: ...

    def fail_by(
        self,
        error: BaseException,
        instance: ClusterInstance | None = None,
        *,
        subject: str | None = None,
    ) -> None: ...


class Event:
    """A context manager that reports how its block was left.

    What the block raises goes on after it was recorded.
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
        #: What users read when it has succeeded; the block may set it.
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
        else:
            self._step.fail_by(error, self._instance, subject=self._subject)
