# SPDX-License-Identifier: Apache-2.0
"""The line on a terminal while a command waits."""

import argparse
import math
import sys
from typing import Any

import rich.console
import rich.status


def seconds(text: str) -> float:
    """Return a number of seconds from the command line."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f'{text!r} is no number of seconds')
    return number


class Waiting:
    """A line on standard error, replaced as things change.

    Where that is no terminal, nothing is written.
    """

    def __init__(self) -> None:
        self._status: Any = None
        if sys.stderr.isatty():
            console = rich.console.Console(stderr=True)
            self._status = rich.status.Status('', console=console)

    def __enter__(self) -> 'Waiting':
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, line: str) -> None:
        """Show what is being waited for."""
        if self._status is not None:
            self._status.update(rich.markup.escape(line))
