# SPDX-License-Identifier: Apache-2.0
"""Services as answers show them."""

from typing import Any

from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from nova_ext.api.openstack.compute import microversions
from nova_ext.objects.service import COMPUTE
from nova_ext.objects.service import Service


def show(
    req: request.Request, service: Service, down_time: int
) -> dict[str, Any]:
    """Return a service.

    :param down_time: seconds of silence after which it counts as down
    """
    by_uuid = microversions.supports(req, microversions.SERVICE_UUID)
    shown = {
        'binary': service.binary,
        'host': service.host,
        'id': service.uuid if by_uuid else service.id,
        'zone': 'nova' if service.binary == COMPUTE else 'internal',
        'status': 'disabled' if service.disabled else 'enabled',
        'state': 'up' if service.is_up(down_time) else 'down',
        'updated_at': timestamps.micro(service.updated_at),
        'disabled_reason': service.disabled_reason,
    }
    if microversions.supports(req, microversions.SERVICE_FORCED_DOWN):
        shown['forced_down'] = service.forced_down
    return shown
