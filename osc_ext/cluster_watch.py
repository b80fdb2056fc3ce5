# SPDX-License-Identifier: Apache-2.0
"""The work on a cluster, shown until it has ended."""

from collections.abc import Iterator
from typing import Any, Final, TextIO

from openstack import exceptions

from osc_ext import cluster_event
from osc_ext import cluster_steps
from osc_ext import progress_views
from osc_ext.sdk import cluster as sdk_cluster
from osc_ext.sdk import pauses

#: Seconds of the longest pause between two requests.
_LONGEST_PAUSE: Final = 3.0


def follow(proxy: Any, cluster: Any, timeout: float, stream: TextIO) -> Any:
    """Show the progress until the work has ended; return it as it is then.

    :param cluster: as it is now
    :param timeout: seconds
    :raises NotFoundException: when the cluster is gone
    :raises ResourceTimeout: when time has passed
    """
    failures = Failures(proxy, cluster)
    progress = cluster
    with progress_views.view(stream) as view:
        for progress in _progress(proxy, cluster, timeout):
            view.show(progress, failures.of(progress))
        view.end(_end(progress))
    return progress


def show(proxy: Any, cluster: Any, stream: TextIO) -> None:
    """Show the progress once."""
    with progress_views.view(stream) as view:
        view.show(cluster, Failures(proxy, cluster).of(cluster))
        view.end(_end(cluster))


def has_failed(progress: Any) -> bool:
    """Return whether the last work on a cluster has failed.

    After a scaling that failed it is Active, and says why.
    """
    if progress.status == sdk_cluster.ACTIVE:
        return (progress.percentage or 0) < 100 and bool(
            progress.status_description
        )
    return bool(progress.status == sdk_cluster.ERROR)


def rows(progress: Any) -> list[tuple[Any, ...]]:
    """Return a row for each step: its figures."""
    return [_row(step) for step in progress.steps or ()]


class Failures:
    """The instances of a cluster that failed, as lines for users.

    They are read only when a step has more than it had.
    """

    def __init__(self, proxy: Any, cluster: Any) -> None:
        self._proxy = proxy
        self._cluster = cluster
        self._read: dict[str, tuple[int, list[str]]] = {}

    def of(self, progress: Any) -> list[str]:
        """Return a line for each instance, the first steps' first."""
        for step in progress.steps or ():
            known, _ = self._read.get(step.id, (0, []))
            if (step.failed or 0) > known:
                self._read[step.id] = (step.failed, self._lines(step))
        return [line for _, lines in self._read.values() for line in lines]

    def _lines(self, step: Any) -> list[str]:
        most = progress_views.MOST_FAILURES
        events = self._proxy.cluster_events(
            self._cluster, step, successful=False, max_items=most
        )
        lines = [
            f'{event.instance_name or "All instances"} failed in '
            f'"{step.name}": {cluster_event.reason(event)}'
            for event in events
        ]
        if step.failed > most:
            lines.append(f'... and {step.failed - most} more')
        return lines


def _progress(proxy: Any, cluster: Any, timeout: float) -> Iterator[Any]:
    """Yield the progress until the work has ended."""
    yield cluster
    if cluster.has_ended:
        return
    pause = pauses.Pauses(
        timeout,
        f'the work on cluster {cluster.name} to end',
        longest=_LONGEST_PAUSE,
    )
    for progress in pause.poll(lambda: _now(proxy, cluster)):
        yield progress
        if progress.has_ended:
            return


def _now(proxy: Any, cluster: Any) -> Any:
    """Return the progress as it is now.

    :raises NotFoundException: when the cluster is gone, with its name
    """
    try:
        return proxy.get_cluster_progress(cluster)
    except exceptions.NotFoundException:
        raise exceptions.NotFoundException(
            f'Cluster {cluster.name} is gone.'
        ) from None


def _end(progress: Any) -> str:
    why = ' '.join((progress.status_description or '').split())
    text = f'{progress.name} is {progress.status}, {progress.percentage} %'
    return f'{text}: {why}' if why else text


def _row(step: Any) -> tuple[Any, ...]:
    found = cluster_steps.figures(step)
    return (
        found.name, found.step_type, found.state, found.completed,
        found.failed, found.total, found.elapsed,
        found.rate and round(found.rate, 2),
        found.left and round(found.left, 1),
    )  # fmt: skip
