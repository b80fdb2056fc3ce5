# SPDX-License-Identifier: Apache-2.0
"""cluster-templates, node-group-templates: patterns of clusters and groups."""

from collections.abc import Callable, Mapping
import dataclasses
from typing import Any

from ext_lib.context import RequestContext
from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from sahara_ext import policies
from sahara_ext.api import authorization
from sahara_ext.api import lists
from sahara_ext.api import values
from sahara_ext.api.authorization import authorize
from sahara_ext.api.schemas import clusters as cluster_schema
from sahara_ext.api.schemas import node_groups as group_schema
from sahara_ext.api.views import clusters as cluster_view
from sahara_ext.api.views import node_groups as group_view
from sahara_ext.engine import validation
from sahara_ext.engine.templates import complete_groups
from sahara_ext.engine.templates import hold_groups
from sahara_ext.objects.base import transactional
from sahara_ext.objects.template import ClusterTemplate
from sahara_ext.objects.template import ClusterTemplateList
from sahara_ext.objects.template import NodeGroupTemplate
from sahara_ext.objects.template import NodeGroupTemplateList
from sahara_ext.plugins.registry import PluginRegistry
from sahara_ext.policies import Templates

Body = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of templates.

    :param key: what an answer calls one
    :param template: the class of one
    :param templates: the class of several
    :param show: takes the request and one
    :param export: likewise, for a file
    :param policies: of them
    :param check: refuses values nothing could be made from
    """

    key: str
    template: Any
    templates: Any
    show: Any
    export: Any
    policies: Templates
    check: Callable[[PluginRegistry, Mapping[str, Any]], None]


@transactional
def atomically(_context: RequestContext, work: Callable[[], Body]) -> Body:
    """Return what ``work`` does, all of it or nothing.

    :param work: is done again when the transaction deadlocks
    """
    return work()


class TemplatesController:
    """Creates, lists, shows, exports, changes and deletes templates."""

    kind: Kind

    def __init__(self, plugins: PluginRegistry) -> None:
        self.plugins = plugins

    @controller.status(204)
    def delete(self, req: request.Request, template_id: str) -> None:
        """Delete a template."""
        authorize(req, self.kind.policies.DELETE)
        template = self.kind.template.get(req.context, template_id)
        authorization.check_deletion(req, template)
        template.destroy()

    def export(
        self, req: request.Request, template_id: str
    ) -> controller.Reply:
        """Show a template as a file to import elsewhere."""
        shown = self._get(req, template_id, self.kind.export)
        name = f'{self.kind.key}.json'
        headers = {'Content-Disposition': f'attachment; filename={name}'}
        return controller.Reply(shown, headers)

    def _get_page(self, req: request.Request) -> Body:
        authorize(req, self.kind.policies.LIST)
        return lists.page(
            req,
            f'{self.kind.key}s',
            self.kind.templates.get_page,
            self.kind.show,
        )

    def _create(self, req: request.Request, wanted: Body) -> Body:
        authorize(req, self.kind.policies.CREATE)
        self.kind.check(self.plugins, wanted)
        template = self.kind.template(req.context, **wanted)
        template.create()
        return {self.kind.key: self.kind.show(req, template)}

    def _get(self, req: request.Request, template_id: str, show: Any) -> Body:
        authorize(req, self.kind.policies.SHOW)
        template = self.kind.template.get(req.context, template_id)
        return {self.kind.key: show(req, template)}

    def _update(
        self, req: request.Request, template_id: str, changes: Body
    ) -> Body:
        authorize(req, self.kind.policies.UPDATE)
        # What is checked is what will be there.
        template = self.kind.template.lock(req.context, template_id)
        authorization.check_update(req, template, changes)
        for name, value in changes.items():
            setattr(template, name, value)
        self.kind.check(self.plugins, values.of(template))
        template.save()
        return {self.kind.key: self.kind.show(req, template)}


class ClusterTemplatesController(TemplatesController):
    """The templates that clusters can be made from."""

    kind = Kind(
        'cluster_template',
        ClusterTemplate,
        ClusterTemplateList,
        cluster_view.show_template,
        cluster_view.export_template,
        policies.CLUSTER_TEMPLATES,
        validation.check_cluster_template,
    )

    @controller.query(cluster_schema.template_index_query)
    @controller.response(cluster_schema.template_index_response)
    def index(self, req: request.Request) -> Body:
        """List the templates of the project, and public ones."""
        return self._get_page(req)

    @controller.status(202)
    @controller.body(cluster_schema.template_create)
    @controller.response(cluster_schema.template_show_response)
    def create(self, req: request.Request, body: Body) -> Body:
        """Create a template."""
        return atomically(
            req.context,
            lambda: self._create(req, _completed(req, values.given(body))),
        )

    @controller.response(cluster_schema.template_show_response)
    def show(self, req: request.Request, template_id: str) -> Body:
        """Show a template."""
        return self._get(req, template_id, cluster_view.show_template)

    @controller.status(202)
    @controller.body(cluster_schema.template_update)
    @controller.response(cluster_schema.template_show_response)
    def update(
        self, req: request.Request, template_id: str, body: Body
    ) -> Body:
        """Change a template; what was made from it stays as it is."""
        return atomically(
            req.context,
            lambda: self._update(
                req, template_id, _completed(req, values.changed(body))
            ),
        )


def _completed(req: request.Request, wanted: Body) -> Body:
    """Return values of a template with what its groups' templates add.

    These stay as they are until the transaction ends: who changes them then
    finds the template.
    """
    if 'node_groups' in wanted:
        groups = wanted['node_groups']
        known = hold_groups(req.context, groups)
        wanted['node_groups'] = complete_groups(req.context, groups, known)
    return wanted


class NodeGroupTemplatesController(TemplatesController):
    """The templates that node groups can be made from."""

    kind = Kind(
        'node_group_template',
        NodeGroupTemplate,
        NodeGroupTemplateList,
        group_view.show_template,
        group_view.export_template,
        policies.NODE_GROUP_TEMPLATES,
        validation.check_node_group_template,
    )

    @controller.query(group_schema.template_index_query)
    @controller.response(group_schema.template_index_response)
    def index(self, req: request.Request) -> Body:
        """List the templates of the project, and public ones."""
        return self._get_page(req)

    @controller.status(202)
    @controller.body(group_schema.template_create)
    @controller.response(group_schema.template_show_response)
    def create(self, req: request.Request, body: Body) -> Body:
        """Create a template."""
        return self._create(req, values.given(body))

    @controller.response(group_schema.template_show_response)
    def show(self, req: request.Request, template_id: str) -> Body:
        """Show a template."""
        return self._get(req, template_id, group_view.show_template)

    @controller.status(202)
    @controller.body(group_schema.template_update)
    @controller.response(group_schema.template_show_response)
    def update(
        self, req: request.Request, template_id: str, body: Body
    ) -> Body:
        """Change a template, and with it cluster templates that use it.

        Clusters that were made from it stay as they are.
        """
        return atomically(
            req.context,
            lambda: self._update(req, template_id, values.changed(body)),
        )
