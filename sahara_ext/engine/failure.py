# SPDX-License-Identifier: Apache-2.0
"""The reason of a failed operation, for users."""

from sahara_ext import exception
from sahara_ext.engine.lease import LOST
from sahara_ext.engine.operation import Operation
from sahara_ext.objects.fields import StepType
from sahara_ext.objects.provision_step import ClusterProvisionStep
from sahara_ext.objects.provision_step import ClusterProvisionStepList
from sahara_ext.progress.failure import Failure
from sahara_ext.progress.reason import message

#: Errors that end the work of this engine, but not the operation.
NOT_FAILURES = (
    exception.OperationSuperseded,
    exception.ClusterGone,
    *LOST,
)

_VERBS = {
    StepType.CREATING: 'Creating',
    StepType.SCALING: 'Scaling',
    StepType.DELETING: 'Deleting',
}


def check(operation: Operation) -> None:
    """Make sure that no step has failed without anything having been raised.

    :raises StepFailed: otherwise
    """
    step = _failed_step(operation)
    if step is not None:
        raise exception.StepFailed(step_name=step.step_name)


def describe(operation: Operation, error: Exception) -> str:
    """Return why ``operation`` has failed.

    :param error: the first that was raised
    """
    verb = _VERBS[operation.type]
    said = message(error)
    reason = f'{verb} cluster failed for the following reason(s): {said}'
    step = _failed_step(operation)
    if step is not None and step.failed:
        reason += f' ({step.failed} of {step.total}: {step.step_name})'
    return f'{reason}\nError ID: {Failure.of(error).error_id}'


def _failed_step(operation: Operation) -> ClusterProvisionStep | None:
    cluster = operation.cluster
    steps = ClusterProvisionStepList.get_by_cluster(
        operation.context, cluster.id
    )
    return next(
        (
            step
            for step in steps
            if step.operation_id == cluster.operation_id
            and step.successful is False
        ),
        None,
    )
