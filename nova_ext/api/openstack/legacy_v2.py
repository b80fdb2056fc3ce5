# SPDX-License-Identifier: Apache-2.0
"""Filter of the API before microversions, for clients that know no others.

Below ``/v2`` the first version is served, whatever version a request asks for,
and answers name no version. Unknown properties of a body are dropped.
"""

from collections.abc import Iterable
from typing import Any

from ext_lib.wsgi import request
from nova_ext.api.openstack.compute import microversions

_VARY = 'vary'
_NAMES = frozenset(
    name.lower()
    for name in (
        'OpenStack-API-Version',
        str(microversions.NEGOTIATOR.legacy_header),
    )
)


class LegacyV2:
    """Filter that removes versions from requests and from answers.

    It stands between the filter that makes the context and the application.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""

        def start(status: str, headers: Any, *exc_info: Any) -> Any:
            return start_response(status, _without_version(headers), *exc_info)

        for name in _NAMES:
            key = 'HTTP_' + name.upper().replace('-', '_')
            environ.pop(key, None)
        environ[request.LEGACY_V2] = True
        found: Iterable[bytes] = self.application(environ, start)
        return found


def _without_version(
    headers: Iterable[tuple[str, str]],
) -> list[tuple[str, str]]:
    kept = []
    for name, value in headers:
        if name.lower() == _VARY:
            names = [part.strip() for part in value.split(',')]
            value = ', '.join(n for n in names if n.lower() not in _NAMES)
            if not value:
                continue
        if name.lower() not in _NAMES:
            kept.append((name, value))
    return kept
