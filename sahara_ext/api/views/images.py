# SPDX-License-Identifier: Apache-2.0
"""Registered images as answers show them.

There is no image service behind them: of an image, all that is known is what
its registration says. The rest has the form clients are used to.
"""

from typing import Any

from ext_lib.wsgi import timestamps
from sahara_ext.objects.image_registration import ImageRegistration


def show(image: ImageRegistration) -> dict[str, Any]:
    """Return an image."""
    return {
        'OS-EXT-IMG-SIZE:size': 0,
        'metadata': _metadata(image),
        'minDisk': 0,
        'minRam': 0,
        'progress': 100,
        'status': 'ACTIVE',
        'created': timestamps.zulu(image.created_at),
        'updated': timestamps.zulu(image.updated_at or image.created_at),
        'username': image.username or '',
        'description': image.description or '',
        'tags': image.tags,
        'id': image.image_id,
        'name': image.image_id,
    }


def _metadata(image: ImageRegistration) -> dict[str, str]:
    values = {
        '_sahara_username': image.username,
        '_sahara_description': image.description,
        **{f'_sahara_tag_{tag}': 'True' for tag in image.tags},
    }
    return {name: value for name, value in values.items() if value}
