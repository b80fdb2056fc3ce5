# SPDX-License-Identifier: Apache-2.0
"""The sending end of a wire that leads nowhere."""

from typing import Any


class Wire:
    """Stands in for ComputeAPI or ConductorAPI; remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def send(*args: Any, **kwargs: Any) -> None:
            self.sent.append(args[2] if name == 'cast' else name)

        return send
