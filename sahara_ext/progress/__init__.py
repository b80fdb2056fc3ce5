# SPDX-License-Identifier: Apache-2.0
"""The progress of the work on clusters, reported for users.

Code that works on a cluster holds a :class:`Progress`, opens its steps one
after the other, and reports each instance's success or failure to the step::

    with progress.step('Starting DataNodes', len(instances)) as step:
        for instance in instances:
            with step.event(instance):
                start(instance)

Everything may be shared by threads, and several processes may report to one
step.
"""

from collections.abc import Callable, Mapping, Sequence

from ext_lib.context import get_admin_context
from ext_lib.context import RequestContext
from sahara_ext.objects.journal import Journal
from sahara_ext.objects.journal import NullJournal
from sahara_ext.objects.provision_step import ClusterProvisionStep
from sahara_ext.objects.provision_step import ClusterProvisionStepList
from sahara_ext.progress.step import Event
from sahara_ext.progress.step import Step

__all__ = ['Event', 'Progress', 'Step']


def _go_on() -> None:
    pass


class Progress:
    """The steps of an operation as users see them, opened in order.

    :param step_type: one of StepType
    :param enabled: whether anything is recorded
    :param checkpoint: called before each step and each event, and during long
        work; what it raises ends the work without a trace in the event log
    """

    def __init__(
        self,
        context: RequestContext,
        cluster_id: str,
        operation_id: str,
        step_type: str,
        enabled: bool = True,
        checkpoint: Callable[[], None] | None = None,
    ) -> None:
        self._context = context
        self._identity = {
            'cluster_id': cluster_id,
            'operation_id': operation_id,
            'step_type': step_type,
        }
        self._enabled = enabled
        #: Raises when the work is to end.
        self.checkpoint = checkpoint or _go_on

    def plan(
        self,
        names: Sequence[str],
        totals: Mapping[str, int | None] | None = None,
    ) -> None:
        """Store which steps are to come, in this order.

        It is idempotent, and a part of the caller's transaction, if there is
        one.

        :param totals: how many successes or failures steps will have, as far
            as that is known
        :raises ClusterGone: when there is no such cluster
        """
        if self._enabled and names:
            totals = totals or {}
            ClusterProvisionStepList.plan(
                self._context,
                self._identity,
                {name: totals.get(name) for name in names},
            )

    def step(self, name: str, total: int | None = None) -> Step:
        """Begin a step, or resume it.

        :param total: how many successes or failures there will be; as
            planned, when omitted
        :raises ClusterGone: when there is no such cluster
        :raises StepFailed: when a step of the operation has failed, unless it
            is this one and has not ended
        """
        self.checkpoint()
        if total is not None and total < 0:
            raise ValueError(f'{total} is not a number of events')
        if not self._enabled:
            disabled = NullJournal(self._identity['cluster_id'], total)
            return Step(name, disabled, self.checkpoint)
        step = ClusterProvisionStep.begin(
            get_admin_context(), self._identity, name, total
        )
        return Step(name, Journal(step), self.checkpoint)

    @staticmethod
    def attach(context: RequestContext, step_id: str) -> Step:
        """Return a step that another process has begun, to report to it too.

        It does not end with the block of the process that attaches.

        :raises ProvisionStepNotFound: when there is no such step
        """
        step = ClusterProvisionStep.get_by_id(context, step_id)
        return Step(step.step_name, Journal(step), _go_on, is_own=False)
