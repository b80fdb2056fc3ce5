# SPDX-License-Identifier: Apache-2.0
"""The rules by which a step counts: each subject once, in any order.

A subject that has failed has failed for good; its success, be it reported
before or after, is stored but not counted. The report that reaches the total
ends the step, and nothing counts from then on.
"""

import dataclasses

#: The subject of a report, and whether it succeeded.
Claim = tuple[str, bool]


@dataclasses.dataclass
class StepCounters:
    """The counters of a step while reports are added.

    :param known: whether it counts, for each earlier claim of the subjects at
        hand
    """

    completed: int
    failed: int
    total: int | None
    successful: bool | None
    has_ended: bool
    known: dict[Claim, bool]

    def add(self, claim: Claim) -> bool:
        """Add a claim that is not known; return whether it is counted."""
        subject, successful = claim
        counts = not self.has_ended
        if successful:
            counts = counts and (subject, False) not in self.known
        self.known[claim] = counts
        if counts:
            self._count(subject, successful)
        return counts

    def _count(self, subject: str, successful: bool) -> None:
        if successful:
            self.completed += 1
        else:
            self.failed += 1
            self.successful = False
            self._withdraw((subject, True))
        if self.total is not None:
            self.has_ended = self.completed + self.failed >= self.total
        if self.has_ended:
            self.successful = not self.failed

    def _withdraw(self, claim: Claim) -> None:
        if self.known.get(claim):
            self.known[claim] = False
            self.completed -= 1
