# SPDX-License-Identifier: Apache-2.0
"""images: the proxy of old, for clients that look an image up by its id.

There is no image service behind it: every UUID is taken for an image, for
the fake hypervisor boots anything.
"""

from typing import Any

from oslo_utils import uuidutils

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import types

#: When images were made and changed; before any server was.
_DATE = '2010-10-21T00:00:00Z'


_SHOW_RESPONSE = schema.wrapped(
    'image',
    schema.Body(
        {
            'id': Param(types.string, required=True),
            'name': Param(types.string, required=True),
            'status': Param(types.string, required=True),
            'progress': Param(types.integer, required=True),
            'minDisk': Param(types.integer, required=True),
            'minRam': Param(types.integer, required=True),
            'metadata': Param({'type': 'object'}, required=True),
            'created': Param(types.date_time, required=True),
            'updated': Param(types.date_time, required=True),
            'OS-EXT-IMG-SIZE:size': Param(types.integer, required=True),
            'links': Param(types.links, required=True),
        }
    ),
)


class ImageNotFound(exception.NotFound):
    """No image has this id."""

    msg_fmt = 'Image %(image_id)s could not be found.'


class ImagesController:
    """Shows images."""

    def __init__(self, links: links.Links) -> None:
        self.links = links

    @microversion.available('2.1', '2.35')
    @controller.response(_SHOW_RESPONSE)
    def show(self, req: request.Request, id: str) -> dict[str, Any]:
        """Show the image with this id."""
        if not uuidutils.is_uuid_like(id):
            raise ImageNotFound(image_id=id)
        return {
            'image': {
                'id': id,
                'name': id,
                'status': 'ACTIVE',
                'progress': 100,
                'minDisk': 0,
                'minRam': 0,
                'metadata': {},
                'created': _DATE,
                'updated': _DATE,
                'OS-EXT-IMG-SIZE:size': 0,
                'links': self.links.resource(req, 'images', id),
            }
        }
