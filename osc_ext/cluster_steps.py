# SPDX-License-Identifier: Apache-2.0
"""Steps of a cluster as figures: state, rate and estimate."""

import dataclasses
from typing import Any, Final

PLANNED: Final = 'planned'
RUNNING: Final = 'running'
DONE: Final = 'done'
FAILED: Final = 'failed'


@dataclasses.dataclass(frozen=True)
class Figures:
    """The figures of a step at one moment.

    :param total: None while it is not known
    :param elapsed: seconds since it began, or that it took; None before
    """

    name: str
    step_type: str
    state: str
    completed: int
    failed: int
    total: int | None
    elapsed: float | None

    @property
    def rate(self) -> float | None:
        """Instances a second; None without any."""
        if not self.elapsed or not self.completed:
            return None
        return self.completed / self.elapsed

    @property
    def left(self) -> float | None:
        """Estimated seconds to the end; None where there is no estimate."""
        if self.state != RUNNING or not self.rate or self.total is None:
            return None
        return max(0, self.total - self.completed - self.failed) / self.rate

    @property
    def counts(self) -> str:
        """The counts, as users read them."""
        if not self.total:
            return ''
        failed = f', {self.failed} failed' if self.failed else ''
        return f'{self.completed} of {self.total}{failed}'


def figures(step: Any, age: float = 0.0) -> Figures:
    """Return the figures of a step.

    :param step: a :class:`osc_ext.sdk.cluster.ClusterStep`
    :param age: seconds since it was read
    """
    state = _state(step)
    elapsed = step.duration
    if elapsed is not None and state == RUNNING:
        elapsed += age
    return Figures(
        name=step.name,
        step_type=step.step_type,
        state=state,
        completed=step.completed or 0,
        failed=step.failed or 0,
        total=step.total,
        elapsed=elapsed,
    )


def line(figures: Figures) -> str:
    """Return a step as a line of text."""
    parts = [figures.counts or figures.state]
    if figures.state == RUNNING:
        parts.append(_time(figures.elapsed))
        if figures.rate:
            parts.append(f'{figures.rate:.1f}/s')
        if figures.left is not None:
            parts.append(f'about {_time(figures.left)} left')
    elif figures.elapsed is not None:
        parts.append(f'{figures.state} after {_time(figures.elapsed)}')
    return f'{figures.name}: {", ".join(parts)}'


def time_of(seconds: float | None) -> str:
    """Return a number of seconds as users read it."""
    return '' if seconds is None else _time(seconds)


def _time(seconds: float | None) -> str:
    whole = round(seconds or 0)
    minutes, rest = divmod(whole, 60)
    if minutes < 1:
        return f'{rest} s'
    hours, minutes = divmod(minutes, 60)
    if hours < 1:
        return f'{minutes} min {rest:02} s'
    return f'{hours} h {minutes:02} min'


def _state(step: Any) -> str:
    if step.successful is False:
        return FAILED
    if step.successful:
        return DONE
    return RUNNING if step.has_begun else PLANNED
