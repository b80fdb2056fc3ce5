# SPDX-License-Identifier: Apache-2.0
"""images: which ones a project makes clusters from, and what they are for."""

from collections.abc import Callable, Collection
from typing import Any

from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi import timestamps
from ext_lib.wsgi.schema import Param
from sahara_ext import policies
from sahara_ext.api.authorization import authorize
from sahara_ext.api.schemas import types
from sahara_ext.exception import ImageNotRegistered
from sahara_ext.objects.image_registration import ImageRegistration
from sahara_ext.objects.image_registration import ImageRegistrationList

index_query = schema.Query(
    {
        'name': Param(types.string),
        'tags': Param(types.string, multiple=True),
        'username': Param(types.string, since='2.0'),
    }
)

_tag = {'type': 'string', 'format': 'valid_tag', 'maxLength': 255}

register_body = schema.Body(
    {
        'username': Param({**types.string, 'minLength': 1}, required=True),
        'description': Param({'type': 'string', 'maxLength': 65535}),
    }
)
tags_body = schema.wrapped('tags', {'type': 'array', 'items': _tag})

_shown_image = schema.Body(
    types.required(
        {
            'id': types.string,
            'name': types.string,
            'username': types.string,
            'description': {'type': 'string'},
            'tags': types.strings,
            'status': types.string,
            'created': types.any_string,
            'updated': types.any_string,
            'minDisk': types.count,
            'minRam': types.count,
            'progress': types.count,
            'OS-EXT-IMG-SIZE:size': types.count,
            'metadata': {
                'type': 'object',
                'additionalProperties': {'type': 'string'},
            },
        }
    )
)

index_response = schema.wrapped('images', schema.ListOf(_shown_image))
show_response = schema.wrapped('image', _shown_image)


def image_view(image: ImageRegistration) -> dict[str, Any]:
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


Body = dict[str, Any]


class ImagesController:
    """Registers, lists, shows, tags and unregisters images."""

    @controller.query(index_query)
    @controller.response(index_response)
    def index(self, req: request.Request) -> Body:
        """List registered images, by name, user name or tags if wanted."""
        authorize(req, policies.Images.LIST)
        images = ImageRegistrationList.get_all(
            req.context, req.query_lists().get('tags', ())
        )
        return {'images': [image_view(i) for i in images if _fits(req, i)]}

    @controller.response(show_response)
    def show(self, req: request.Request, image_id: str) -> Body:
        """Show a registered image."""
        authorize(req, policies.Images.SHOW)
        image = ImageRegistration.get(req.context, image_id)
        if image.username is None:
            raise ImageNotRegistered(image_id=image_id)
        return _shown(image)

    @controller.status(202)
    @controller.body(register_body)
    @controller.response(show_response)
    def register(
        self, req: request.Request, image_id: str, body: Body
    ) -> Body:
        """Register an image, or say anew whom to log in as."""
        authorize(req, policies.Images.REGISTER)

        def register(image: ImageRegistration) -> None:
            image.username = body['username']
            image.description = body.get('description', '')

        return _shown(
            ImageRegistration.change(req.context, image_id, register)
        )

    @controller.status(204)
    def unregister(self, req: request.Request, image_id: str) -> None:
        """Unregister an image and remove its tags."""
        authorize(req, policies.Images.UNREGISTER)
        ImageRegistration.get(req.context, image_id).destroy()

    @controller.status(202)
    @controller.body(tags_body)
    @controller.response(show_response)
    def add_tags(
        self, req: request.Request, image_id: str, body: Body
    ) -> Body:
        """Tag an image."""
        authorize(req, policies.Images.ADD_TAGS)
        added = body['tags']
        return _tagged(req, image_id, lambda tags: [*tags, *added])

    @controller.status(202)
    @controller.body(tags_body)
    @controller.response(show_response)
    def remove_tags(
        self, req: request.Request, image_id: str, body: Body
    ) -> Body:
        """Remove tags of an image; those it does not have are no matter."""
        authorize(req, policies.Images.REMOVE_TAGS)
        removed = body['tags']
        return _tagged(
            req, image_id, lambda tags: [t for t in tags if t not in removed]
        )

    def list_tags(self, req: request.Request, image_id: str) -> list[str]:
        """List the tags of an image."""
        authorize(req, policies.Images.GET_TAGS)
        return list(_image(req, image_id).tags)

    @controller.body(tags_body)
    @controller.response(show_response)
    def set_tags(
        self, req: request.Request, image_id: str, body: Body
    ) -> Body:
        """Replace the tags of an image."""
        authorize(req, policies.Images.SET_TAGS)
        return _tagged(req, image_id, lambda tags: body['tags'])

    @controller.status(204)
    def clear_tags(self, req: request.Request, image_id: str) -> None:
        """Remove all tags of an image."""
        authorize(req, policies.Images.CLEAR_TAGS)
        _tagged(req, image_id, lambda tags: [])


def _image(req: request.Request, image_id: str) -> ImageRegistration:
    """Return what is known of an image, which may be nothing."""
    try:
        return ImageRegistration.get(req.context, image_id)
    except ImageNotRegistered:
        return ImageRegistration(req.context, image_id=image_id, tags=[])


def _tagged(
    req: request.Request,
    image_id: str,
    change: Callable[[Collection[str]], Collection[str]],
) -> Body:
    def tag(image: ImageRegistration) -> None:
        image.tags = list(dict.fromkeys(change(image.tags)))

    return _shown(ImageRegistration.change(req.context, image_id, tag))


def _fits(req: request.Request, image: ImageRegistration) -> bool:
    shown = image_view(image)
    if image.username is None:
        return False
    return all(
        wanted in shown[name]
        for name, wanted in req.filters.items()
        if name != 'tags'
    )


def _shown(image: ImageRegistration) -> Body:
    return {'image': image_view(image)}
