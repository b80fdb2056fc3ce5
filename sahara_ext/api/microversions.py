# SPDX-License-Identifier: Apache-2.0
"""The versions of the data processing API.

To the controllers they are microversions of one API, though a client chooses
by the path: what differs is named by ``since='2.0'`` and ``until='1.1'``.
"""

from typing import Any

import webob

from ext_lib.wsgi import microversion
from ext_lib.wsgi import request

V1 = microversion.parse('1.1')
V2 = microversion.parse('2.0')

#: Names of version 2, by those of version 1.1 that they replace.
NEW_NAMES = {'hadoop_version': 'plugin_version', 'tenant_id': 'project_id'}

_SERVICE = 'data-processing'


class Unnegotiated(microversion.Negotiator):
    """For version 1.1, which came before there was anything to ask for."""

    def requested(self, request: webob.Request) -> microversion.Version:
        """Return the only version there is, whatever is requested."""
        return self.minimum

    def stamp(
        self, response: webob.Response, version: microversion.Version
    ) -> None:
        """Leave the answer as it is."""


NEGOTIATORS: dict[microversion.Version, microversion.Negotiator] = {
    V1: Unnegotiated(_SERVICE, minimum=V1, maximum=V1),
    V2: microversion.Negotiator(_SERVICE, minimum=V2, maximum=V2),
}


def is_v2(req: request.Request) -> bool:
    """Return whether the request speaks version 2."""
    return req.version >= V2


def renamed(req: request.Request, shown: dict[str, Any]) -> dict[str, Any]:
    """Return what is shown, with the names of the version spoken."""
    if is_v2(req):
        for old, new in NEW_NAMES.items():
            if old in shown:
                shown[new] = shown.pop(old)
    return shown
