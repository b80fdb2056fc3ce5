# SPDX-License-Identifier: Apache-2.0
"""images: which ones a project makes clusters from, and what they are for."""

from collections.abc import Callable, Collection
from typing import Any

from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from sahara_ext.api.authorization import authorize
from sahara_ext.api.schemas import images as schema
from sahara_ext.api.views import images as view
from sahara_ext.exception import ImageNotRegistered
from sahara_ext.objects.image_registration import ImageRegistration
from sahara_ext.objects.image_registration import ImageRegistrationList
from sahara_ext.policies import images as policies

Body = dict[str, Any]


class ImagesController:
    """Registers, lists, shows, tags and forgets images."""

    @controller.query(schema.index_query)
    @controller.response(schema.index_response)
    def index(self, req: request.Request) -> Body:
        """List registered images, by name, user name or tags if wanted."""
        authorize(req, policies.LIST)
        images = ImageRegistrationList.get_all(
            req.context, req.query_lists().get('tags', ())
        )
        return {'images': [view.show(i) for i in images if _fits(req, i)]}

    @controller.response(schema.show_response)
    def show(self, req: request.Request, image_id: str) -> Body:
        """Show a registered image."""
        authorize(req, policies.SHOW)
        image = ImageRegistration.get(req.context, image_id)
        if image.username is None:
            raise ImageNotRegistered(image_id=image_id)
        return _shown(image)

    @controller.status(202)
    @controller.body(schema.register)
    @controller.response(schema.show_response)
    def register(
        self, req: request.Request, image_id: str, body: Body
    ) -> Body:
        """Register an image, or say anew whom to log in as."""
        authorize(req, policies.REGISTER)

        def register(image: ImageRegistration) -> None:
            image.username = body['username']
            image.description = body.get('description', '')

        return _shown(
            ImageRegistration.change(req.context, image_id, register)
        )

    @controller.status(204)
    def unregister(self, req: request.Request, image_id: str) -> None:
        """Forget an image and its tags."""
        authorize(req, policies.UNREGISTER)
        ImageRegistration.get(req.context, image_id).destroy()

    @controller.status(202)
    @controller.body(schema.tag)
    @controller.response(schema.show_response)
    def add_tags(
        self, req: request.Request, image_id: str, body: Body
    ) -> Body:
        """Tag an image."""
        authorize(req, policies.ADD_TAGS)
        added = body['tags']
        return _tagged(req, image_id, lambda tags: [*tags, *added])

    @controller.status(202)
    @controller.body(schema.tag)
    @controller.response(schema.show_response)
    def remove_tags(
        self, req: request.Request, image_id: str, body: Body
    ) -> Body:
        """Remove tags of an image; those it does not have are no matter."""
        authorize(req, policies.REMOVE_TAGS)
        removed = body['tags']
        return _tagged(
            req, image_id, lambda tags: [t for t in tags if t not in removed]
        )

    def list_tags(self, req: request.Request, image_id: str) -> list[str]:
        """List the tags of an image."""
        authorize(req, policies.GET_TAGS)
        return list(_image(req, image_id).tags)

    @controller.body(schema.tag)
    @controller.response(schema.show_response)
    def set_tags(
        self, req: request.Request, image_id: str, body: Body
    ) -> Body:
        """Replace the tags of an image."""
        authorize(req, policies.SET_TAGS)
        return _tagged(req, image_id, lambda tags: body['tags'])

    @controller.status(204)
    def clear_tags(self, req: request.Request, image_id: str) -> None:
        """Remove all tags of an image."""
        authorize(req, policies.CLEAR_TAGS)
        _tagged(req, image_id, lambda tags: [])


def _image(req: request.Request, image_id: str) -> ImageRegistration:
    """Return what is known of an image, be it nothing."""
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
    shown = view.show(image)
    if image.username is None:
        return False
    return all(
        wanted in shown[name]
        for name, wanted in req.filters.items()
        if name != 'tags'
    )


def _shown(image: ImageRegistration) -> Body:
    return {'image': view.show(image)}
