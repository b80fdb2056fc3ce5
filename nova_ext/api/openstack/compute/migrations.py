# SPDX-License-Identifier: Apache-2.0
"""os-migrations: all moves of all servers, with their initiators."""

from typing import Any

from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext import policies
from nova_ext.api.openstack.compute import filters
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.schemas import types
from nova_ext.api.openstack.compute.views import migrations as view
from nova_ext.objects.migration import MigrationList

_INDEX_QUERY = schema.Query(
    {
        'hidden': Param(types.string, multiple=True),
        'host': Param(types.string, multiple=True),
        'instance_uuid': Param(types.string, multiple=True),
        'source_compute': Param(types.string, multiple=True),
        'status': Param(types.string, multiple=True),
        'migration_type': Param(types.string, multiple=True),
        'limit': Param(types.limit, since='2.59'),
        'marker': Param(types.string, since='2.59'),
        'changes-since': Param(types.date_time, since='2.59'),
        'changes-before': Param(types.date_time, since='2.66'),
        'user_id': Param(types.string, since='2.80'),
        'project_id': Param(types.string, since='2.80'),
    },
    strict_since='2.59',
)


_MIGRATION = schema.Body(
    {
        'id': Param(types.integer, required=True),
        'source_compute': Param(types.string_or_null, required=True),
        'dest_compute': Param(types.string_or_null, required=True),
        'source_node': Param(types.string_or_null, required=True),
        'dest_node': Param(types.string_or_null, required=True),
        'dest_host': Param(types.string_or_null, required=True),
        'old_instance_type_id': Param(types.integer_or_null, required=True),
        'new_instance_type_id': Param(types.integer_or_null, required=True),
        'instance_uuid': Param(types.uuid, required=True),
        'status': Param(types.string_or_null, required=True),
        'created_at': Param(types.date_time, required=True),
        'updated_at': Param(types.date_time_or_null, required=True),
        'migration_type': Param(
            {
                'enum': [
                    'migration',
                    'resize',
                    'live-migration',
                    'evacuation',
                ]
            },
            since='2.23',
            required=True,
        ),
        'links': Param(types.links, since='2.23'),
        'uuid': Param(types.uuid, since='2.59', required=True),
        'user_id': Param(types.string_or_null, since='2.80', required=True),
        'project_id': Param(types.string_or_null, since='2.80', required=True),
    }
)

_INDEX_RESPONSE = schema.Body(
    {
        'migrations': Param(schema.ListOf(_MIGRATION), required=True),
        'migrations_links': Param(types.links, since='2.59'),
    }
)


class MigrationsController:
    """Lists migrations."""

    def __init__(self, links: links.Links) -> None:
        self.links = links

    @controller.query(_INDEX_QUERY)
    @controller.response(_INDEX_RESPONSE)
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
