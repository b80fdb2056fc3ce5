# SPDX-License-Identifier: Apache-2.0
"""The tasks filter with a way past it, for the benchmark.

A request with ``X-Without-Tasks`` takes it. ``X-Depth`` says how many frames
deep in the stack a request is to be answered.
"""

from collections.abc import Callable
from typing import Any, Final

from nova_ext.middleware import tasks

DEPTH: Final = 'X-Depth'
#: More frames than CPython has in one piece of its stack. Where a piece ends
#: within a loop that calls, some versions take and give back memory at each
#: turn, and a request takes half as long again. A filter moves that place, as
#: everything does that stands in a pipeline; so as not to measure the luck of
#: one pipeline, chance moves it.
FRAMES: Final = 300

Application = Callable[[dict[str, Any], Any], Any]


def filter_factory(
    global_conf: dict[str, str], **local_conf: str
) -> Callable[[Any], Any]:
    """Return the filter for paste."""
    make = tasks.filter_factory(global_conf, **local_conf)
    return lambda application: _Bypass(application, make(application))


class _Bypass:
    def __init__(self, application: Any, filtered: Any) -> None:
        self.application = application
        self.filtered = filtered

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        is_past = 'HTTP_X_WITHOUT_TASKS' in environ
        application = self.application if is_past else self.filtered
        depth = int(environ.get('HTTP_X_DEPTH', 0))
        return _at_depth(depth, application, environ, start_response)


def _at_depth(
    depth: int,
    application: Application,
    environ: dict[str, Any],
    start_response: Any,
) -> Any:
    if depth:
        return _at_depth(depth - 1, application, environ, start_response)
    return application(environ, start_response)
