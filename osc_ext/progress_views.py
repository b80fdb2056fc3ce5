# SPDX-License-Identifier: Apache-2.0
"""Progress of a cluster: bars on a terminal, plain lines elsewhere.

The bars are drawn by rich: every released openstackclient brings it, through
cmd2, and it draws several bars and what stands below them at once.
"""

from collections.abc import Sequence
import time
from typing import Any, TextIO

import rich.console
import rich.live
import rich.markup
import rich.progress_bar
import rich.table
import rich.text

from osc_ext import cluster_steps

#: Columns of a bar, at most and at least, and those of what is beside it.
_WIDEST, _NARROWEST, _BESIDE = 30, 6, 72
_COLORS = {
    cluster_steps.PLANNED: 'dim',
    cluster_steps.RUNNING: '',
    cluster_steps.DONE: 'green',
    cluster_steps.FAILED: 'red',
}
#: How many failed instances are shown.
MOST_FAILURES = 20


class Lines:
    """Prints a line for each step that has changed since the last one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._printed: dict[str, str] = {}
        self._failures = 0

    def __enter__(self) -> 'Lines':
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: each line is complete."""

    def show(self, progress: Any, failures: Sequence[str]) -> None:
        """Print what is new.

        :param failures: a line for each instance that failed
        """
        for step in progress.steps or ():
            shown = cluster_steps.figures(step)
            if shown.state == cluster_steps.PLANNED:
                continue
            changed = f'{shown.state} {shown.counts}'
            if self._printed.get(step.id) != changed:
                self._printed[step.id] = changed
                text = cluster_steps.line(shown)
                self._write(f'{progress.percentage or 0:3} % {text}')
        for line in failures[self._failures :]:
            self._write(line)
        self._failures = max(self._failures, len(failures))

    def end(self, line: str) -> None:
        """Print the last line."""
        self._write(line)

    def _write(self, line: str) -> None:
        self._stream.write(f'{line}\n')
        self._stream.flush()


class Bars:
    """Draws a bar for each step, again and again in the same place."""

    def __init__(self, stream: TextIO) -> None:
        self._progress: Any = None
        self._read_at = 0.0
        self._failures: Sequence[str] = ()
        self._has_ended = False
        self._console = rich.console.Console(file=stream)
        self._live = rich.live.Live(
            get_renderable=self._draw,
            console=self._console,
            refresh_per_second=4,
        )

    def __enter__(self) -> 'Bars':
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._has_ended = True
        self._live.stop()

    def show(self, progress: Any, failures: Sequence[str]) -> None:
        """Draw the progress, as it is now.

        :param failures: a line for each instance that failed
        """
        self._progress, self._failures = progress, failures
        self._read_at = time.monotonic()
        self._live.refresh()

    def end(self, line: str) -> None:
        """Print the last line below the bars."""
        self._has_ended = True
        self._live.stop()
        self._console.print(line, markup=False, highlight=False)

    def _draw(self) -> rich.console.RenderableType:
        if self._progress is None:
            return rich.text.Text('')
        age = 0.0
        if not self._has_ended:
            age = time.monotonic() - self._read_at
        below = [rich.text.Text(line, 'red') for line in self._failures]
        return rich.console.Group(self._table(age), *below)

    def _table(self, age: float) -> rich.table.Table:
        table = rich.table.Table.grid(padding=(0, 2, 0, 0))
        for justify in ('left', 'left', 'right', 'right', 'right', 'left'):
            table.add_column(justify=justify, no_wrap=True)
        percentage = self._progress.percentage or 0
        width = max(_NARROWEST, min(_WIDEST, self._console.width - _BESIDE))
        table.add_row(
            rich.text.Text(f'{self._progress.name}', 'bold'),
            rich.progress_bar.ProgressBar(100, percentage, width),
            f'{percentage} %',
            '',
            '',
            self._progress.status or '',
        )
        for step in self._progress.steps or ():
            shown = cluster_steps.figures(step, age)
            table.add_row(*_cells(shown, width), style=_COLORS[shown.state])
        return table


def _cells(
    figures: cluster_steps.Figures, width: int
) -> list[rich.console.RenderableType]:
    bar = rich.progress_bar.ProgressBar(
        figures.total or 1,
        figures.completed,
        width,
        complete_style='red'
        if figures.state == cluster_steps.FAILED
        else 'bar.complete',
    )
    left = figures.left
    return [
        rich.text.Text(figures.name),
        '' if figures.state == cluster_steps.PLANNED else bar,
        figures.counts,
        f'{figures.rate:.1f}/s' if figures.rate else '',
        cluster_steps.time_of(figures.elapsed),
        f'{cluster_steps.time_of(left)} left'
        if left is not None
        else ('' if figures.state == cluster_steps.RUNNING else figures.state),
    ]


def view(stream: TextIO) -> Bars | Lines:
    """Return what shows progress on a stream, by its kind."""
    is_plain = (
        not stream.isatty()
        or rich.console.Console(file=stream).is_dumb_terminal
    )
    return Lines(stream) if is_plain else Bars(stream)
