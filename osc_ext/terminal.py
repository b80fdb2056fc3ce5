# SPDX-License-Identifier: Apache-2.0
"""The line on a terminal while a command waits."""

import argparse
import importlib
import math
import sys
from typing import Any


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
            # When it is needed, see :mod:`osc_ext.services`.
            console = importlib.import_module('rich.console')
            status = importlib.import_module('rich.status')
            self._text = importlib.import_module('rich.text').Text
            self._status = status.Status(
                '', console=console.Console(stderr=True)
            )

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
            self._status.update(self._text(line))
