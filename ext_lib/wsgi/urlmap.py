# SPDX-License-Identifier: Apache-2.0
"""The outermost application: which API, or which version document."""

from collections.abc import Iterable, Mapping
import re
from typing import Any

_SLASHES = re.compile(r'/{2,}')


class URLMap:
    """Sends a request to the application of its path's prefix.

    :param applications: by path. ``/v2.1`` is that path itself, with or
        without a slash at its end; ``/v2.1/+`` is all that lies below it;
        ``/`` gets whatever no other takes.
    """

    def __init__(self, applications: Mapping[str, Any]) -> None:
        self.applications = dict(applications)
        self._mounts = [
            (key.removesuffix('+'), key.removesuffix('/+'), application)
            for key, application in applications.items()
            if key != '/'
        ]

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        path = environ['PATH_INFO'] = _SLASHES.sub(
            '/', environ.get('PATH_INFO', '')
        )
        application = self._select(environ, path)
        found: Iterable[bytes] = application(environ, start_response)
        return found

    def _select(self, environ: dict[str, Any], path: str) -> Any:
        for start, prefix, application in self._mounts:
            if path.startswith(start) and _matches(path, start, prefix):
                mounted = environ.get('SCRIPT_NAME', '')
                environ['SCRIPT_NAME'] = mounted + prefix
                environ['PATH_INFO'] = path[len(prefix) :]
                return application
        return self.applications['/']


def _matches(path: str, start: str, prefix: str) -> bool:
    """Return whether a path that begins with ``start`` is mounted there."""
    if start != prefix:
        return path != start
    return path in (prefix, f'{prefix}/')
