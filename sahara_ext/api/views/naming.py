# SPDX-License-Identifier: Apache-2.0
"""Names of version 2 that differ from those of version 1.1."""

from typing import Any

from ext_lib.wsgi import request
from sahara_ext.api import microversions

_NEW = {'hadoop_version': 'plugin_version', 'tenant_id': 'project_id'}


def renamed(req: request.Request, shown: dict[str, Any]) -> dict[str, Any]:
    """Return what is shown, with the names of the version spoken."""
    if microversions.is_v2(req):
        for old, new in _NEW.items():
            if old in shown:
                shown[new] = shown.pop(old)
    return shown
