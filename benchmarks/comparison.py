# SPDX-License-Identifier: Apache-2.0
"""Ratios of durations, with their confidence intervals.

Other load on the machine changes over time. So the ways to do a thing are
measured in rounds, each once a round and in random order, and only times of
one round are compared. The remaining noise shows in the interval, and in the
comparison of a way with itself.
"""

from collections.abc import Callable, Mapping, Sequence
import dataclasses
import random
import statistics

#: Level of confidence of the intervals, in percent.
CONFIDENCE = 95
_RESAMPLES = 2000

Way = Callable[[float], float]


@dataclasses.dataclass(frozen=True)
class Ratio:
    """A median of ratios, with its confidence interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f'{self.value:.3f} ({self.low:.3f} to {self.high:.3f})'


def alternate(
    ways: Mapping[str, Way], rounds: int, warm_up: int
) -> dict[str, list[float]]:
    """Return the times that each way takes, round by round.

    :param ways: by name; each does the thing once and returns the time. It
        gets a random number from 0 to 1, the same for all ways of a round
    :param warm_up: rounds before the first that counts
    """
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(warm_up + rounds):
        chance = random.random()
        for name in random.sample(list(ways), len(ways)):
            took = ways[name](chance)
            if number >= warm_up:
                times[name].append(took)
    return times


def ratio(times: Sequence[float], reference: Sequence[float]) -> Ratio:
    """Return the median ratio of times to those of the reference.

    :param times: of the same rounds as those of the reference
    """
    pairs = zip(times, reference, strict=True)
    ratios = [one / other for one, other in pairs]
    medians = sorted(
        statistics.median(random.choices(ratios, k=len(ratios)))
        for _ in range(_RESAMPLES)
    )
    outside = _RESAMPLES * (100 - CONFIDENCE) // 200
    return Ratio(
        statistics.median(ratios), medians[outside], medians[-outside - 1]
    )
