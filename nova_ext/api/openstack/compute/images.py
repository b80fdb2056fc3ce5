# SPDX-License-Identifier: Apache-2.0
"""images: the proxy of old, for clients that look an image up by its id.

There is no image service behind it: every id is taken for an image, for the
fake hypervisor boots anything.
"""

from typing import Any

from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from nova_ext.api.openstack.compute.schemas import images as schema


class ImagesController:
    """Shows images."""

    def __init__(self, links: links.Links) -> None:
        self.links = links

    @microversion.available('2.1', '2.35')
    @controller.response(schema.show_response)
    def show(self, req: request.Request, id: str) -> dict[str, Any]:
        """Show the image with this id."""
        return {
            'image': {
                'id': id,
                'name': id,
                'status': 'ACTIVE',
                'progress': 100,
                'minDisk': 0,
                'minRam': 0,
                'metadata': {},
                'links': self.links.resource(req, 'images', id),
            }
        }
