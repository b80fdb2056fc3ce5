# SPDX-License-Identifier: Apache-2.0
"""The journal of a step while the event log is disabled."""

from collections.abc import Mapping
from typing import Any

from sahara_ext.db.api import provision_step as provision_step_db


class NullJournal:
    """Records nothing and knows of nothing.

    :param total: how many reports are to come, if that is known
    """

    step_id = ''
    has_completed = False

    def __init__(self, cluster_id: str, total: int | None) -> None:
        self.cluster_id = cluster_id
        self.state = provision_step_db.StepState(0, 0, total, None, None)

    def record(self, _values: Mapping[str, Any], _wait: bool) -> bool:
        """Do nothing; it does not count."""
        return False

    def flush(self) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def has_succeeded(self, _subject: str) -> bool:
        """Know of no success."""
        return False
