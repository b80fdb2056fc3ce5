# SPDX-License-Identifier: Apache-2.0
"""Memory of what was made of texts that clients send again and again."""

from collections.abc import Callable
import functools
from typing import Any, TypeVar

F = TypeVar('F', bound=Callable[..., Any])

#: How many texts a function remembers, those used last.
MOST = 512
#: The longest text that is remembered, in characters: clients choose it.
LONGEST = 256


def of_texts(function: F) -> F:
    """Have a pure function remember its results.

    What it raises is not remembered.

    :param function: its first argument is a text of a client, or None; all
        are hashable
    """
    remembering = functools.lru_cache(maxsize=MOST)(function)

    @functools.wraps(function)
    def recall(text: str | None, *others: Any) -> Any:
        if text is not None and len(text) > LONGEST:
            return function(text, *others)
        return remembering(text, *others)

    return recall  # type: ignore[return-value]
