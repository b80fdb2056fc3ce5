# SPDX-License-Identifier: Apache-2.0
"""The slice of a list that a request asks for."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Page:
    """A slice of a list: at most ``limit`` items that come after ``marker``.

    :param limit: number of items, None for all of them
    :param marker: the key of the last item of the page before, None to start
        at the beginning
    """

    limit: int | None = None
    marker: str | None = None

    def ignoring_empty_marker(self) -> 'Page':
        """Return the page from the beginning when the marker is empty."""
        return dataclasses.replace(self, marker=self.marker or None)


#: Everything at once, from the beginning.
ALL = Page()
