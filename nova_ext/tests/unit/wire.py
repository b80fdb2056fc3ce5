# SPDX-License-Identifier: Apache-2.0
"""The sending end of a wire that leads nowhere."""

from typing import Any


class Wire:
    """Stands in for ComputeAPI or ConductorAPI; remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def send(*args: Any, **kwargs: Any) -> None:
            named = {'cast': 2, 'send': 1, 'call': 2}.get(name)
            step = name if named is None else args[named]
            self.sent.append(getattr(step, 'method', step))

        return send
