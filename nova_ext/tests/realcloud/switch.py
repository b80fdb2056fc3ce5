# SPDX-License-Identifier: Apache-2.0
"""The tasks filter with switches, for tests inside a real nova-api.

A request with ``X-Without-Tasks`` goes past the filter. One with
``X-Kill-At`` ends the process at that step: one of tasks.CRASH_POINTS, or
``cast``, when nova has stored what it was asked and tells another service.
"""

from collections.abc import Callable
import os
import signal
import threading
from typing import Any

import oslo_messaging

from nova_ext.middleware import tasks

CAST = 'cast'

_request = threading.local()


def filter_factory(
    global_conf: dict[str, str], **local_conf: str
) -> Callable[[Any], Any]:
    """Return the filter for paste."""
    make = tasks.filter_factory(global_conf, **local_conf)
    tasks.crash_observers.append(_die_at)
    _watch_casts()
    return lambda application: _Switch(application, make(application))


class _Switch:
    def __init__(self, application: Any, filtered: Any) -> None:
        self.application = application
        self.filtered = filtered

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if 'HTTP_X_WITHOUT_TASKS' in environ:
            return self.application(environ, start_response)
        _request.kill_at = environ.get('HTTP_X_KILL_AT')
        return self.filtered(environ, start_response)


def _die_at(step: str) -> None:
    if getattr(_request, 'kill_at', None) == step:
        os.kill(os.getpid(), signal.SIGKILL)


def _watch_casts() -> None:
    base = oslo_messaging.rpc.client._BaseCallContext
    cast = base.cast

    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        _die_at(CAST)
        return cast(self, *args, **kwargs)

    base.cast = watched
