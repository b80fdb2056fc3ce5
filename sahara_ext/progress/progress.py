# SPDX-License-Identifier: Apache-2.0
"""The progress of one operation on a cluster."""

from collections.abc import Callable, Mapping, Sequence

from ext_lib.context import get_admin_context
from ext_lib.context import RequestContext
from sahara_ext.db.api import provision_step as provision_step_db
from sahara_ext.objects.journal import Journal
from sahara_ext.progress.null_journal import NullJournal
from sahara_ext.progress.step import Step


def _go_on() -> None:
    pass


class Progress:
    """What users see of an operation; its steps are opened in order.

    :param step_type: one of StepType
    :param enabled: whether anything is recorded
    :param checkpoint: called before each step and each event, and by whoever
        works for long; what it raises ends the work without a trace in the
        event log
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
        """Show which steps are to come, in this order.

        To plan again what is planned changes nothing. It is a part of the
        caller's transaction, if there is one.

        :param totals: how many successes or failures steps will have, as far
            as that is known
        :raises ClusterGone: when there is no such cluster
        """
        if self._enabled and names:
            totals = totals or {}
            provision_step_db.provision_steps_plan(
                self._context,
                self._identity,
                {name: totals.get(name) for name in names},
            )

    def step(self, name: str, total: int | None = None) -> Step:
        """Begin a step, or go on with it.

        :param total: how many successes or failures there will be; as
            planned, when omitted
        :raises ClusterGone: when there is no such cluster
        :raises StepFailed: when a step of the operation has failed already,
            be it this one; one that has not ended can be gone on with
        """
        self.checkpoint()
        if total is not None and total < 0:
            raise ValueError(f'{total} is not a number of events')
        if not self._enabled:
            journal = NullJournal(self._identity['cluster_id'], total)
            return Step(name, journal, self.checkpoint)
        row = provision_step_db.provision_step_begin(
            get_admin_context(), self._identity, name, total
        )
        return Step(name, Journal(row), self.checkpoint)

    @staticmethod
    def attach(context: RequestContext, step_id: str) -> Step:
        """Return a step somebody else has begun, to report to it as well.

        It does not end with the block of the one who attaches.

        :raises ProvisionStepNotFound: when there is no such step
        """
        row = provision_step_db.provision_step_get(context, step_id)
        return Step(row.step_name, Journal(row), _go_on, is_own=False)
