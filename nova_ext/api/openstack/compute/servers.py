# SPDX-License-Identifier: Apache-2.0
"""servers: their requests but actions, which have modules of their own."""

import re
from typing import Any

from oslo_config import cfg
from oslo_utils import strutils

from ext_lib import exception as ext_exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from nova_ext import exception
from nova_ext.api.openstack.compute import server_filters
from nova_ext.api.openstack.compute import server_properties
from nova_ext.api.openstack.compute import server_view
from nova_ext.api.openstack.compute.schemas import server_answers as answers
from nova_ext.api.openstack.compute.schemas import servers as schema
from nova_ext.compute.api import servers as compute
from nova_ext.flavors import Catalogue
from nova_ext.flavors import Flavor
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance import InstanceList
from nova_ext.policies import servers as policies


class MissingImage(ext_exception.Invalid):
    """A server is to be created without an image or a volume."""

    msg_fmt = 'Missing imageRef attribute'


class InvalidCount(ext_exception.Invalid):
    """More servers are required than permitted."""

    msg_fmt = 'min_count must be <= max_count'


class ServersController:
    """Creates, lists, shows, renames and deletes servers."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        links: links.Links,
        catalogue: Catalogue,
        compute_api: compute.API,
    ) -> None:
        self.links = links
        self.catalogue = catalogue
        self.compute_api = compute_api
        self.view = server_view.ServerView(conf, links, catalogue)

    @controller.query(schema.index_query)
    @controller.response(answers.index)
    def index(self, req: request.Request) -> dict[str, Any]:
        """List servers, newest first unless asked otherwise."""
        instances = self._list(req, policies.INDEX, policies.INDEX_ALL)
        shown = [self.view.reference(req, i) for i in instances]
        return self._page(req, ('servers',), instances, shown)

    @controller.query(schema.index_query)
    @controller.response(answers.detail)
    def detail(self, req: request.Request) -> dict[str, Any]:
        """List servers in full, newest first unless asked otherwise."""
        instances = self._list(req, policies.DETAIL, policies.DETAIL_ALL)
        shown = self.view.listed(req, instances)
        return self._page(req, ('servers', 'detail'), instances, shown)

    @controller.response(answers.show)
    def show(self, req: request.Request, id: str) -> dict[str, Any]:
        """Show a server."""
        instance = Instance.get_by_uuid(req.context, id)
        target = {'project_id': instance.project_id}
        req.context.can(policies.SHOW, target)
        return {'server': self.view.shown(req, instance)}

    @controller.status(202)
    @controller.body(schema.create)
    @controller.response(answers.create)
    def create(
        self, req: request.Request, body: dict[str, Any]
    ) -> controller.Reply:
        """Create one or several equal servers; the answer has the first."""
        server = body['server']
        _authorize_create(req, server)
        instances, reservation_id = self.compute_api.create(
            req.context, **self._wanted(req, server)
        )
        if strutils.bool_from_string(server.get('return_reservation_id')):
            return controller.Reply({'reservation_id': reservation_id})
        shown = self.view.created(
            req, instances[0], server_properties.password_of(server)
        )
        location = shown['links'][0]['href']
        return controller.Reply({'server': shown}, {'Location': location})

    @controller.body(schema.update)
    @controller.response(answers.update)
    def update(
        self, req: request.Request, id: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Rename a server, or describe it."""
        instance = Instance.get_by_uuid(req.context, id)
        target = {'project_id': instance.project_id}
        req.context.can(policies.UPDATE, target)
        self.compute_api.update(
            req.context, instance, **server_properties.of(body['server'])
        )
        return {'server': self.view.changed(req, instance)}

    @controller.status(204)
    def delete(self, req: request.Request, id: str) -> None:
        """Delete a server."""
        instance = Instance.get_by_uuid(req.context, id)
        target = {'project_id': instance.project_id}
        req.context.can(policies.DELETE, target)
        self.compute_api.delete(req.context, instance)

    def _list(self, req: request.Request, rule: str, all_rule: str) -> Any:
        target = {'project_id': req.context.project_id}
        req.context.can(rule, target)
        every_project = server_filters.wants_all_projects(req)
        if every_project:
            req.context.can(all_rule, target)
        sort = server_filters.sort(req)
        filters = server_filters.parsed(req, self.catalogue)
        if filters is None:
            return []
        if not every_project:
            filters['project_id'] = req.context.project_id
        # An empty marker is refused by other lists.
        page = req.page.ignoring_empty_marker()
        return InstanceList.get_page(req.context, filters, page, sort)

    def _page(
        self,
        req: request.Request,
        path: tuple[str, ...],
        instances: InstanceList,
        shown: list[dict[str, Any]],
    ) -> dict[str, Any]:
        body: dict[str, Any] = {'servers': shown}
        keys = [instance.uuid for instance in instances]
        if next_page := self.links.next_page(req, path, keys):
            body['servers_links'] = next_page
        return body

    def _wanted(
        self, req: request.Request, server: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the arguments of compute.API.create()."""
        if not server.get('imageRef') and not _boots_from_volume(server):
            raise MissingImage()
        minimum = int(server.get('min_count', 1))
        maximum = int(server.get('max_count', minimum))
        if minimum > maximum:
            raise InvalidCount()
        server_properties.check_create(server, maximum)
        return {
            'flavor': self._flavor(req, server),
            'image_ref': server.get('imageRef') or '',
            'metadata': server.get('metadata', {}),
            'tags': server.get('tags', []),
            'min_count': minimum,
            'max_count': maximum,
            'availability_zone': server.get('availability_zone'),
            'config_drive': _config_drive(server),
            'key_name': server.get('key_name'),
            'requested_host': server.get('host')
            or server.get('hypervisor_hostname'),
            **server_properties.of(server),
        }

    def _flavor(self, req: request.Request, server: dict[str, Any]) -> Flavor:
        flavor = self.catalogue.requested(_flavor_id(server['flavorRef']))
        if not flavor.root_gb and not _boots_from_volume(server):
            target = {'project_id': req.context.project_id}
            rule = policies.CREATE_ZERO_DISK_FLAVOR
            if not req.context.can(rule, target, fatal=False):
                raise exception.BootFromVolumeRequired()
        return flavor


def _authorize_create(req: request.Request, server: dict[str, Any]) -> None:
    target = {'project_id': req.context.project_id}
    req.context.can(policies.CREATE, target)
    if ':' in server.get('availability_zone', ''):
        req.context.can(policies.CREATE_FORCED_HOST, target)
    if {'host', 'hypervisor_hostname'} & server.keys():
        req.context.can(policies.CREATE_REQUESTED_HOST, target)


def _flavor_id(flavor_ref: str | int) -> str:
    """Return the id of a flavor, which may stand at the end of a URL."""
    path, *_ = re.split('[?#]', str(flavor_ref))
    return path.rpartition('/')[-1]


def _boots_from_volume(server: dict[str, Any]) -> bool:
    return bool(
        server.get('block_device_mapping')
        or server.get('block_device_mapping_v2')
    )


def _config_drive(server: dict[str, Any]) -> str:
    wanted = strutils.bool_from_string(server.get('config_drive'))
    return 'True' if wanted else ''
