# SPDX-License-Identifier: Apache-2.0
"""os-migrations: all moves of all servers, with their initiators."""

from typing import Any

from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from nova_ext import policies
from nova_ext.api.openstack.compute import filters
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.schemas import migrations as schema
from nova_ext.api.openstack.compute.views import migrations as view
from nova_ext.objects.migration import MigrationList


class MigrationsController:
    """Lists migrations."""

    def __init__(self, links: links.Links) -> None:
        self.links = links

    @controller.query(schema.index_query)
    @controller.response(schema.index_response)
    def index(self, req: request.Request) -> dict[str, Any]:
        """List migrations: newest first from 2.59, before in any order."""
        with_hosts = _authorize(req)
        wanted = filters.parsed(req)
        if not _sees_all_projects(req):
            wanted['marker_project_id'] = req.context.project_id
        is_paged = microversions.supports(req, microversions.MIGRATION_UUID)
        # An empty marker is refused by other lists.
        page = req.page.ignoring_empty_marker() if is_paged else None
        migrations = MigrationList.get_page(req.context, wanted, page)
        # Hidden rows count for the limit, so a page with one is short and
        # has no link to the next: clients of the real service know that.
        shown = view.show_visible(
            req, migrations.objects, with_hosts, self.links
        )
        body: dict[str, Any] = {'migrations': shown}
        keys = [migration['uuid'] for migration in shown] if is_paged else []
        if next_page := self.links.next_page(req, ('os-migrations',), keys):
            body['migrations_links'] = next_page
        return body


def _authorize(req: request.Request) -> bool:
    """Refuse users who may not list; return whether the others see hosts."""
    target = {'project_id': req.context.project_id}
    req.context.can(policies.Migrations.INDEX, target)
    if req.filters.get('project_id') != req.context.project_id:
        req.context.can(policies.Migrations.INDEX_ALL_PROJECTS, target)
    return req.context.can(policies.Migrations.INDEX_HOST, target, fatal=False)


def _sees_all_projects(req: request.Request) -> bool:
    target = {'project_id': req.context.project_id}
    return req.context.can(
        policies.Migrations.INDEX_ALL_PROJECTS, target, fatal=False
    )
