# SPDX-License-Identifier: Apache-2.0
"""Instances, several of them worked on at the same time."""

from collections.abc import Callable, Iterable, Sequence
from concurrent import futures

from oslo_context import context as oslo_context

from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.progress import Step

Work = Callable[[ClusterInstance], object]


def for_each(
    step: Step,
    instances: Iterable[ClusterInstance],
    work: Work,
    workers: int,
) -> None:
    """Do ``work`` for each instance, and report each to ``step``.

    Instances that are done already are left out. One that fails does not
    keep the others from being worked on; what it raised is raised here in
    the end.

    :param work: a text that it returns is for users
    :param workers: how many are worked on at the same time
    """

    def report(instance: ClusterInstance) -> None:
        with step.event(instance) as event:
            said = work(instance)
            if isinstance(said, str):
                event.info = said

    left = [instance for instance in instances if not step.done(instance)]
    for error in try_each(left, report, workers).values():
        raise error


def try_each(
    instances: Sequence[ClusterInstance], work: Work, workers: int
) -> dict[str, Exception]:
    """Do ``work`` for each instance; return what went wrong, by its id.

    What is no Exception tells of more than one instance, and is raised when
    all have ended.

    :param workers: how many are worked on at the same time
    """
    pool = futures.ThreadPoolExecutor(
        _size(workers, instances), initializer=_context_setter()
    )
    with pool:
        tries = {each.id: pool.submit(work, each) for each in instances}
    failures: dict[str, Exception] = {}
    for instance_id, one in tries.items():
        error = one.exception()
        if isinstance(error, Exception):
            failures[instance_id] = error
        elif error is not None:
            raise error
    return failures


def _context_setter() -> Callable[[], None]:
    """Return what makes another thread log as this one does."""
    context = oslo_context.get_current()
    return context.update_store if context else lambda: None


def _size(workers: int, instances: Sequence[ClusterInstance]) -> int:
    return max(1, min(workers, len(instances)))
