# SPDX-License-Identifier: Apache-2.0
"""What reports make of a step: counted once, whatever their order.

A step counts subjects. One that has failed is failed for good; a success of
it, be it reported before or after, is kept but not counted. The report that
fills the step ends it, and nothing counts from then on.
"""

import dataclasses

#: What a report says of its subject: who, and whether it succeeded.
Claim = tuple[str, bool]


@dataclasses.dataclass
class StepCounters:
    """The counters of a step while reports are added.

    :param known: whether it counts, for each claim the subjects at hand made
        before
    """

    completed: int
    failed: int
    total: int | None
    successful: bool | None
    has_ended: bool
    known: dict[Claim, bool]

    def add(self, claim: Claim) -> bool:
        """Take a claim that is not known; return whether it is counted."""
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
